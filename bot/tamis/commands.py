"""The tamis on the command line: sieve files, explain a service, report on a directory."""

from __future__ import annotations

import datetime as dt
import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, TextIO

import yaml

from bot.settings import ROOT
from bot.tamis.criteria import Age, Doubt, Licence
from bot.tamis.labelled import load, people, score
from bot.tamis.person import ProfileError, person
from bot.tamis.reader import Reader, Reading
from bot.tamis.sieve import decide
from bot.yaml_text import Loader

DATA = ROOT / "data"


def load_list(path: Path) -> list[Any]:
    """A JSON or YAML list from a file. Raises `ValueError` when the file holds something else."""
    text = path.read_text(encoding="utf-8")
    try:
        loaded = json.loads(text)
    except json.JSONDecodeError:
        loaded = yaml.load(text, Loader=_Loader)
    if isinstance(loaded, Mapping):
        loaded = loaded.get("data", [loaded])
    if not isinstance(loaded, list):
        raise ValueError(f"{path.name}: a list is expected")
    return loaded


class _Loader(Loader):
    """YAML that leaves dates as text, as JSON does."""


_Loader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if tag != "tag:yaml.org,2002:timestamp"]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


def sieve_files(
    services: Path,
    profiles: Path,
    now: dt.date | None,
    out: TextIO,
    *,
    reader: Reader | None = None,
    errors: TextIO | None = None,
) -> int:
    """Sieves every service for every profile; one JSON object a line. Returns 1 if a profile was refused.

    A refused profile gives `{"id", "error": {"field", "message"}}` and its message on `errors`.
    Services that are not mappings count as services with no text: nobody is sent there unchecked.
    """
    reader = reader or Reader.load(DATA)
    readings = [
        reader.read(item if isinstance(item, Mapping) else {"id": str(item)}) for item in load_list(services)
    ]
    day = now or dt.date.today()
    failed = 0
    for index, entry in enumerate(load_list(profiles)):
        entry = entry if isinstance(entry, Mapping) else {"profile": entry}
        name = entry.get("id", index)
        try:
            who = person(
                entry.get("profile") or {},
                now=day,
                situations=reader.situations,
                places=reader.places,
                code_insee=entry.get("code_insee"),
            )
        except ProfileError as error:
            failed = 1
            line: dict[str, Any] = {"id": name, "error": {"field": error.field, "message": error.message}}
            if errors is not None:
                errors.write(f"{name}: {error.message}\n")
        else:
            results = [decide(reading, who, reader.forms).as_dict() for reading in readings]
            line = {"id": name, "results": results}
        out.write(json.dumps(line, ensure_ascii=False) + "\n")
    return failed


def explain(
    service: Mapping[str, Any], reader: Reader, profile: Mapping[str, Any] | None, now: dt.date
) -> str:
    """The words of a service with what was read of each; with a profile, the state of each criterion."""
    reading = reader.read(service)
    lines = [
        f"{reading.service_id}  niveau {reading.level}"
        + ("  [professionnel]" if reading.needs_professional else "")
    ]
    states: Sequence[str] = [""] * len(reading.criteria)
    if profile is not None:
        who = person(profile, now=now, situations=reader.situations, places=reader.places)
        decision = decide(reading, who, reader.forms)
        states = [judged.state for judged in decision.criteria]
        lines[0] += f"  {decision.status}" + (
            f"  ? {', '.join(decision.missing)}" if decision.missing else ""
        )
    for criterion, state in zip(reading.criteria, states, strict=True):
        lines.append(f"  {criterion.source_field}: « {criterion.text} »")
        lines.append(f"      {criterion.expression}" + (f"  -> {state}" if state else ""))
    return "\n".join(lines)


def report(services: Iterable[Mapping[str, Any]], reader: Reader) -> dict[str, Any]:
    """Over a directory: services read, criteria by field, how many conditions were left to read by a human, and
    in how many services one sentence or field contradicts another."""
    fields: Counter[str] = Counter()
    levels: Counter[int] = Counter()
    unread: Counter[str] = Counter()
    total = with_other = professional = contradicted = 0
    for service in services:
        reading = reader.read(service)
        total += 1
        levels[reading.level] += 1
        professional += reading.needs_professional
        with_other += bool(reading.unread)
        contradicted += contradicts(reading)
        fields.update(criterion.field for criterion in reading.criteria)
        unread.update(reading.unread)
    return {
        "services": total,
        "criteria": dict(fields.most_common()),
        "levels": {str(level): count for level, count in sorted(levels.items())},
        "needs_professional": professional,
        "services_with_unread": with_other,
        "services_contradicted": contradicted,
        "unread": [{"text": text, "count": count} for text, count in unread.most_common(50)],
    }


def contradicts(reading: Reading) -> bool:
    """Whether what is read of a service cannot all be meant: two ranges of age, a licence and none."""
    ages = any(
        isinstance(each.expression, Doubt)
        and isinstance(each.expression.one, Age)
        and isinstance(each.expression.other, Age)
        for each in reading.criteria
    )
    licences = {each.expression.kind for each in reading.criteria if isinstance(each.expression, Licence)}
    return ages or ("none" in licences and len(licences) > 1)


def labelled(folder: Path, data: Path, reader: Reader) -> dict[str, Any]:
    """What the sieve gets right of a folder of labelled texts: the part rules are made from and the part that is only
    reported, each with precision and recall by kind of criterion and the rates of what is wrong.

    `data` holds the directory whose records some labels name. Raises `FileNotFoundError` without a `people.yml`.
    """
    records = json.loads((data / "directory" / "regional_services.json").read_text(encoding="utf-8"))
    cases = load(folder, {record["id"].removeprefix("relais--"): record for record in records})
    named = people(folder / "people.yml")
    parts = {
        "development": [case for case in cases if not case.held],
        "held": [case for case in cases if case.held],
    }
    return {name: score(part, named, reader).as_dict() for name, part in parts.items()}
