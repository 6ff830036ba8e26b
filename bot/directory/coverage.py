"""Which services of the *offre socle* each EPCI of the region has within reach, and which it lacks."""

from __future__ import annotations

import functools
import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from bot.directory.communes import Communes
from bot.directory.snapshot import Snapshot
from bot.settings import ROOT
from bot.yaml_text import yaml_loads

PATH = ROOT / "data" / "directory" / "socle.yml"


@dataclass(frozen=True)
class SocleService:
    """One service of the socle: what it is called, and how a record of the directory is recognised as it."""

    number: int
    family: str
    label: str
    themes: frozenset[str]
    words: re.Pattern[str]


@dataclass(frozen=True)
class Covered:
    """What one EPCI has: ids of the services in reach by number of the socle; numbers it has none for."""

    epci: str
    nom: str
    departement: str
    seen_from: str
    present: Mapping[int, tuple[str, ...]]
    missing: tuple[int, ...]


@functools.cache
def socle(path: Path = PATH) -> tuple[SocleService, ...]:
    """The services of the socle, from `data/directory/socle.yml`, by number."""
    listed: Sequence[Mapping[str, Any]] = yaml_loads(path.read_text(encoding="utf-8"))["services"]
    made = [
        SocleService(
            one["number"], one["family"], one["label"], frozenset(one["themes"]), _pattern(one["words"])
        )
        for one in listed
    ]
    return tuple(sorted(made, key=lambda one: one.number))


def classify(service: Mapping[str, Any], known: Sequence[SocleService] | None = None) -> tuple[int, ...]:
    """The numbers of the socle a service answers: those its record states (`extra.socle`), else those with a
    theme in common whose words stand in its name or description."""
    stated = (service.get("extra") or {}).get("socle")
    if stated:
        return tuple(sorted(int(number) for number in stated))
    themes = frozenset(service.get("thematiques") or ())
    text = _plain(f"{service['nom']} . {service['description']}")
    return tuple(
        one.number for one in known or socle() if not one.themes.isdisjoint(themes) and one.words.search(text)
    )


def coverage(
    snapshot: Snapshot, region: str, now: date, known: Sequence[SocleService] | None = None
) -> list[Covered]:
    """One line for each EPCI with a commune in the region (and for each commune that belongs to none).

    Seen from its most populated commune in the region, within the usual radius; services that are ended, full
    or out of season do not count.
    """
    known = known or socle()
    numbers = {id_: classify(service, known) for id_, service in snapshot.services.items()}
    found: list[Covered] = []
    for epci, nom, centre in _centres(snapshot.places, region):
        present: dict[int, list[str]] = {}
        for reach in snapshot.reach(centre, now=now, fold=False):
            if reach.held is None:
                for number in numbers[reach.service["id"]]:
                    present.setdefault(number, []).append(reach.service["id"])
        missing = tuple(one.number for one in known if one.number not in present)
        departement = snapshot.places.by_code[centre].departement
        ids = {number: tuple(sorted(listed)) for number, listed in sorted(present.items())}
        found.append(Covered(epci, nom, departement, centre, ids, missing))
    return sorted(found, key=lambda line: (line.departement, line.nom))


def _centres(places: Communes, region: str) -> Iterable[tuple[str, str, str]]:
    best: dict[str, str] = {}
    for commune in places.by_code.values():
        if commune.type == "commune" and commune.region == region:
            key = commune.epci or commune.code
            other = places.get(best.get(key))
            if other is None or (commune.population or 0) > (other.population or 0):
                best[key] = commune.code
    for key, code in best.items():
        yield key, places.epci_names.get(key) or places.by_code[code].nom, code


def _pattern(listed: Iterable[str]) -> re.Pattern[str]:
    return re.compile("|".join(rf"\b{re.escape(_plain(word))}" for word in listed))


def _plain(text: str) -> str:
    letters = unicodedata.normalize("NFKD", text.casefold().replace("’", "'"))
    return "".join(char for char in letters if not unicodedata.combining(char))
