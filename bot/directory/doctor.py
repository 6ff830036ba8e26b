"""What a coordinator should have corrected, operator by operator, in words ready to send."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import phonenumbers

from bot.directory import freshness, overlays
from bot.directory.communes import Communes, communes
from bot.settings import ROOT
from bot.yaml_text import yaml_loads

PATH = ROOT / "data" / "directory" / "doctor.yml"

Record = Mapping[str, Any]
_SAID = ("id", "nom", "source", "date_maj")


@dataclass(frozen=True)
class Finding:
    """One thing to correct on one service: the check's code and its sentence."""

    check: str
    sentence: str


@dataclass(frozen=True)
class Case:
    """The services of one operator that need correcting, each with its findings."""

    structure: Record | None
    structure_id: str
    services: tuple[tuple[Record, tuple[Finding, ...]], ...]


@functools.cache
def words() -> Mapping[str, Any]:
    """Checks and sentences, from `data/directory/doctor.yml`."""
    loaded: Mapping[str, Any] = yaml_loads(PATH.read_text(encoding="utf-8"))
    return loaded


def examine(service: Record, today: date, places: Communes | None = None) -> tuple[Finding, ...]:
    """Everything to correct on a service (v1 fields, `extra`, `codes_inconnus`), in the order of the checks."""
    found = dict(_troubles(service, today, places or communes()))
    checks: Mapping[str, str] = words()["checks"]
    return tuple(
        Finding(name, sentence.format(**found[name])) for name, sentence in checks.items() if name in found
    )


def cases(
    services: Iterable[Record],
    structures: Callable[[Sequence[str]], Mapping[str, Record]],
    today: date,
    places: Communes | None = None,
) -> list[Case]:
    """All operators with something to correct, those with the most first. `structures` gives the records of these ids.

    Of each service only what a letter says is kept, so that a national directory can be gone through.
    """
    by_operator: dict[str, list[tuple[Record, tuple[Finding, ...]]]] = {}
    for service in services:
        if found := examine(service, today, places):
            kept = {name: service[name] for name in _SAID}
            by_operator.setdefault(service["structure_id"], []).append((kept, found))
    known = structures(sorted(by_operator))
    listed = [
        Case(known.get(id_), id_, tuple(sorted(listed, key=lambda one: str(one[0]["id"]))))
        for id_, listed in by_operator.items()
    ]
    return sorted(
        listed, key=lambda case: (-sum(len(found) for _, found in case.services), case.structure_id)
    )


def letter(case: Case) -> str:
    """One operator's letter, in Markdown."""
    said, home = words(), case.structure
    name = home["nom"] if home else said["unknown_operator"].format(id=case.structure_id)
    contact = (
        next((home[key] for key in ("courriel", "telephone", "site_web") if home.get(key)), None)
        if home
        else None
    )
    lines = [f"## {name}", ""]
    lines += [
        said["contact"].format(contact=contact) if contact else said["no_contact"],
        "",
        said["greeting"],
        "",
    ]
    for service, found in case.services:
        lines.append(
            f"- **{service['nom']}** ({service['id']}, {said['updated'].format(date=service['date_maj'])})"
        )
        lines += [f"    - {finding.sentence}" for finding in found]
    sources = ", ".join(sorted({service["source"] for service, _ in case.services}))
    return "\n".join([*lines, "", said["closing"].format(sources=sources), ""])


def report(listed: Sequence[Case]) -> str:
    """All the letters, in Markdown."""
    said = words()
    return "\n".join([f"# {said['title']}", "", *(map(letter, listed) if listed else [said["nothing"], ""])])


def _troubles(service: Record, today: date, places: Communes) -> Iterator[tuple[str, dict[str, Any]]]:
    extra = service.get("extra") or {}
    if local := overlays.held_by(extra.get("local") or (), today):
        yield "local", {"evidence": local.evidence}
    if over := freshness.held(service, today):
        yield over.form, {"evidence": over.evidence}
    if freshness.is_stale(service, today):
        yield "stale", {"days": freshness.age_days(service["date_maj"], today)}
    yield from _contacts(service)
    modes = service.get("modes_accueil")
    if "en-presentiel" in (modes or ()) and service.get("latitude") is None and not service.get("adresse"):
        yield "no_place", {}
    code = service.get("code_insee")
    if code and places.get(code) is None:
        yield "no_commune", {"code": code}
    for name, field in (("no_zone", "zone_eligibilite"), ("no_publics", "publics"), ("no_price", "frais"),
                        ("no_themes", "thematiques"), ("no_modes", "modes_accueil")):  # fmt: skip
        if not service.get(field):
            yield name, {}
    length = len(service["description"])
    if length < words()["short_under"]:
        yield "short", {"length": length}
    if unknown := service.get("codes_inconnus"):
        yield (
            "unknown_codes",
            {"codes": ", ".join(sorted(code for codes in unknown.values() for code in codes))},
        )
    if extra.get("a_verifier"):
        yield "to_check", {}


def _contacts(service: Record) -> Iterator[tuple[str, dict[str, Any]]]:
    ways = service.get("modes_mobilisation") or ()
    telephone = service.get("telephone")
    if not any(service.get(name) for name in ("telephone", "courriel", "lien_mobilisation")):
        yield "no_contact", {}
    if telephone and not _callable(telephone):
        yield "bad_phone", {}
    for name, way, field in (("no_phone", "telephoner", "telephone"), ("no_mail", "envoyer-un-courriel", "courriel"),
                             ("no_link", "utiliser-lien-mobilisation", "lien_mobilisation")):  # fmt: skip
        if way in ways and not service.get(field):
            yield name, {}


def _callable(number: str) -> bool:
    digits = "".join(filter(str.isdigit, number))
    if len(digits) <= 4 and not number.strip().startswith("+"):
        return len(digits) >= 2  # short numbers (114, 3949) are called as they are, in no international plan
    try:
        return phonenumbers.is_valid_number(phonenumbers.parse(number, words()["phone_region"]))
    except phonenumbers.NumberParseException:
        return False
