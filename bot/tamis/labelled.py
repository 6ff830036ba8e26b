"""The labelled set: texts with the criteria expected of them, and the decisions expected for given people."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from bot.tamis.criteria import atoms
from bot.tamis.person import person
from bot.tamis.reader import Reader
from bot.tamis.sieve import decide
from bot.yaml_text import yaml_loads

NOW = dt.date(2026, 11, 23)
_FIELDS = {
    "c": "conditions_acces",
    "p": "publics_precisions",
    "pub": "publics",
    "desc": "description",
    "frais": "frais_precisions",
    "zone": "zone_eligibilite",
    "par": "mobilisable_par",
    "x": "extra",
    "name": "nom",
}


@dataclass(frozen=True, slots=True)
class Case:
    """One service of the set. `kinds` are the criteria's fields expected, None when not labelled."""

    name: str
    service: Mapping[str, Any]
    kinds: frozenset[str] | None
    level: int | None
    form: str | None
    professional: bool | None
    decisions: Mapping[str, str]
    held: bool

    def expected(self) -> Iterator[tuple[str, str, str]]:
        """(who, status, detail): the detail is a form, missing facts, or empty."""
        for who, written in self.decisions.items():
            status, _, detail = written.partition(" ")
            yield who, status, detail or (self.form or "" if status == "blocked" else "")


@dataclass(slots=True)
class Score:
    """What the sieve got right. `wrong` explains each wrong decision in one line."""

    decisions: int = 0
    right: int = 0
    wrongly_open: int = 0
    wrongly_blocked: int = 0
    levels: int = 0
    levels_right: int = 0
    texts: int = 0
    details: int = 0
    details_right: int = 0
    found: Counter[str] = field(default_factory=Counter)
    expected: Counter[str] = field(default_factory=Counter)
    both: Counter[str] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)

    def as_dict(self) -> dict[str, Any]:
        """Rates between 0 and 1, precision and recall by kind of criterion."""
        total = max(self.decisions, 1)
        kinds = {
            kind: {
                "expected": self.expected[kind],
                "precision": round(self.both[kind] / self.found[kind], 4) if self.found[kind] else None,
                "recall": round(self.both[kind] / self.expected[kind], 4) if self.expected[kind] else None,
            }
            for kind in sorted(set(self.expected) | set(self.found))
        }
        return {
            "texts": self.texts,
            "decisions": self.decisions,
            "right": round(self.right / total, 4),
            "wrongly_open": round(self.wrongly_open / total, 4),
            "wrongly_blocked": round(self.wrongly_blocked / total, 4),
            "levels_right": round(self.levels_right / max(self.levels, 1), 4),
            "details_right": round(self.details_right / max(self.details, 1), 4),
            "kinds": kinds,
        }


def load(folder: Path, records: Mapping[str, Mapping[str, Any]] | None = None) -> list[Case]:
    """Every case of the `*.yml` files of the folder that hold `cases`.

    A case with an `id` is about that record of `records` (by id, without the source) as it stands.
    Raises `KeyError` for a record that is not there.
    """
    cases: list[Case] = []
    for path in sorted(folder.glob("*.yml")):
        data = yaml_loads(path.read_text(encoding="utf-8"))
        for number, entry in enumerate(data.get("cases", ())):
            name = f"{path.stem}-{number + 1}"
            source = entry.get("s", data["source"])
            service: dict[str, Any] = {
                "id": f"{source}--{name}",
                "source": source,
                "nom": entry.get("name", name),
                "description": "",
                "date_maj": entry.get("maj", "2026-10-01"),
                "code_insee": data.get("code_insee", "49099"),
            }
            if "id" in entry:
                service = dict((records or {})[entry["id"]])
                name = f"{path.stem}-{entry['id']}"
            service |= {_FIELDS[key]: value for key, value in entry.items() if key in _FIELDS}
            kinds = frozenset(entry["k"]) if "k" in entry else None
            held = bool(entry.get("held", data.get("held", False)))
            cases.append(
                Case(
                    name,
                    service,
                    kinds,
                    entry.get("l"),
                    entry.get("form"),
                    entry.get("pro"),
                    entry["d"],
                    held,
                )
            )
    return cases


def people(path: Path) -> dict[str, Mapping[str, Any]]:
    """The named people of `people.yml`."""
    loaded: dict[str, Mapping[str, Any]] = yaml_loads(path.read_text(encoding="utf-8"))
    return loaded


def together(named: Mapping[str, Mapping[str, Any]], names: str) -> dict[str, Any]:
    """The profile of people joined by "+": lists are joined, other fields set."""
    profile: dict[str, Any] = {}
    for name in names.split("+"):
        for key, value in named[name].items():
            profile[key] = [*profile.get(key, []), *value] if isinstance(value, list) else value
    return profile


def score(
    cases: list[Case], named: Mapping[str, Mapping[str, Any]], reader: Reader, now: dt.date = NOW
) -> Score:
    """Compares the sieve with the labels."""
    result = Score()
    for case in cases:
        result.texts += 1
        for _ in _wrong(case, named, reader, now, result):
            pass
    return result


def _wrong(
    case: Case, named: Mapping[str, Mapping[str, Any]], reader: Reader, now: dt.date, result: Score
) -> Iterator[str]:
    reading = reader.read(case.service)
    shown = [f"{criterion.expression}" for criterion in reading.criteria]
    if case.kinds is not None:
        fields = {atom.field for criterion in reading.criteria for atom in atoms(criterion.expression)}
        result.expected.update(case.kinds)
        result.found.update(fields)
        result.both.update(case.kinds & fields)
    if case.level is not None:
        result.levels += 1
        result.levels_right += case.level == reading.level
        if case.level != reading.level:
            result.wrong.append(f"{case.name}: level {reading.level}, expected {case.level}: {shown}")
    if case.professional is not None and case.professional != reading.needs_professional:
        result.wrong.append(f"{case.name}: needs_professional")
    for who, expected, detail in case.expected():
        judged = decide(
            reading,
            person(together(named, who), now=now, situations=reader.situations, places=reader.places),
            reader.forms,
        )
        result.decisions += 1
        result.right += judged.status == expected
        result.wrongly_open += judged.status == "open" != expected
        result.wrongly_blocked += judged.status == "blocked" != expected
        if judged.status != expected:
            words = case.service.get("conditions_acces") or case.service.get("publics_precisions") or ""
            result.wrong.append(
                f"{case.name} {who}: {judged.status}, expected {expected}: « {words} » {shown}"
            )
        elif detail:
            found = judged.blocked_form if expected == "blocked" else ",".join(judged.missing)
            result.details += 1
            result.details_right += found == detail
            if found != detail:
                result.wrong.append(f"{case.name} {who}: {found}, expected {detail}")
        yield judged.status
