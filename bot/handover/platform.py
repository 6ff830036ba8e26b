"""Which platform or team takes a person, by where they live and go: commune, EPCI, département, region."""

from __future__ import annotations

import functools
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Protocol

from bot.handover import hours
from bot.yaml_text import yaml_loads

LEVELS = ("commune", "epci", "departement", "region")


class Commune(Protocol):
    """A commune and the codes it lies in (EPCI's SIREN; an empty string where there is none)."""

    @property
    def code(self) -> str:
        """INSEE code."""
        ...

    @property
    def name(self) -> str:
        """Name."""
        ...

    @property
    def epci(self) -> str:
        """SIREN of its EPCI."""
        ...

    @property
    def epci_name(self) -> str:
        """Name of its EPCI."""
        ...

    @property
    def departement(self) -> str:
        """Code of its département."""
        ...

    @property
    def region(self) -> str:
        """Code of its region."""
        ...


class Places(Protocol):
    """What this room needs to know of communes."""

    def commune(self, code: str) -> Commune | None:
        """The commune of an INSEE code; None when it is unknown."""
        ...

    def distance_km(self, a: str, b: str) -> float | None:
        """Kilometres as the crow flies; None when one of the two is unknown."""
        ...


class Standing(Protocol):
    """How teams stand just now."""

    @property
    def away(self) -> frozenset[str]:
        """Teams in which nobody is on duty."""
        ...

    @property
    def waiting(self) -> Mapping[str, int]:
        """How many requests wait, by team."""
        ...


@dataclass(frozen=True)
class Person:
    """What of a person decides who takes them: INSEE codes, language, the profile's needs and access needs."""

    origin: str | None = None
    destination: str | None = None
    language: str | None = None
    needs: frozenset[str] = frozenset()
    access: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Platform:
    """A platform or team. `hours` in OpenStreetMap syntax; None is unknown, as for every contact.

    With `supposed_hours` the hours are ordinary ones that the team has not given: never told as if it had.
    """

    id: str
    name: str
    level: str = "departement"
    communes: frozenset[str] = frozenset()
    epci: frozenset[str] = frozenset()
    departements: frozenset[str] = frozenset()
    hours: str | None = None
    supposed_hours: bool = False
    languages: frozenset[str] = frozenset()
    phone: str | None = None
    email: str | None = None
    site: str | None = None
    receives: bool = True
    structure: str | None = None
    """Its structure in the directory."""
    needs: frozenset[str] = frozenset()
    """The needs it takes (the profile's codes); empty is all."""
    access: frozenset[str] = frozenset()
    """The access needs it is known to answer (interpreter, wheelchair…)."""

    def covers(self, commune: Commune) -> bool:
        """Whether this commune lies in its territory."""
        return (
            commune.code in self.communes
            or commune.epci in self.epci
            or commune.departement in self.departements
        )


def choose(
    platforms: Sequence[Platform],
    person: Person,
    now: datetime,
    *,
    places: Places,
    standing: Standing,
    without: Iterable[str] = (),
) -> Platform | None:
    """The platform for this person, or None when nobody covers them, not even by the region.

    First those that take their needs and have somebody on duty; of these the narrowest territory, where they live
    before where they go. At the same level: one that answers their access needs, one that speaks their language,
    one open now, the fewest requests already waiting, the one that opens first, the order of the file.
    `without` names platforms already tried (escalation). With no place known, the region's.
    """
    tried = frozenset(without)
    codes = (person.origin, person.destination)
    known = [found for code in codes if code and (found := places.commune(code))]
    ranked = []
    for position, platform in enumerate(platforms):
        near = _nearness(platform, known)
        if platform.id in tried or near is None:
            continue
        closed, wait = _opening(platform, now)
        ranked.append(
            (
                not _takes(platform, person),
                platform.id in standing.away,
                near,
                -len(person.access & platform.access),
                person.language not in platform.languages,
                closed,
                standing.waiting.get(platform.id, 0),
                wait,
                position,
            )
        )
    return platforms[min(ranked)[-1]] if ranked else None


def _takes(platform: Platform, person: Person) -> bool:
    """Whether it takes one of the needs; a team that names none takes all, a person who named none fits all."""
    return not platform.needs or not person.needs or bool(platform.needs & person.needs)


def _opening(platform: Platform, now: datetime) -> tuple[bool, float]:
    opening = hours.next_opening(platform, now)
    wait = (opening - now).total_seconds() if opening else float("inf")
    return hours.is_open(platform, now) is False, wait


def _nearness(platform: Platform, known: Sequence[Commune]) -> int | None:
    """Smaller is nearer: the levels by the first place, then those by the second."""
    level = LEVELS.index(platform.level)
    if not known:
        return level if platform.level == LEVELS[-1] else None
    for which, commune in enumerate(known):
        if platform.covers(commune):
            return which * len(LEVELS) + level
    return None


@functools.cache
def load(path: Path) -> tuple[Platform, ...]:
    """The platforms of `platforms.yml`, in its order; one without hours keeps the file's `default_hours`.

    Raises `KeyError` or `ValueError` when an entry lacks what a platform needs or names no known level.
    """
    content = yaml_loads(path.read_text(encoding="utf-8"))
    default = (content.get("default_hours") or {}).get("value")
    return tuple(read(entry, default) for entry in content["platforms"])


def read(entry: Mapping[str, Any], default_hours: str | None = None) -> Platform:
    """One platform from its mapping in the file."""
    if entry["level"] not in LEVELS:
        raise ValueError(f"{entry['id']}: no such level: {entry['level']}")
    territories, contact = entry["territories"], entry.get("contact") or {}
    platform = Platform(
        id=entry["id"],
        name=entry["name"],
        level=entry["level"],
        communes=_codes(territories.get("communes")),
        epci=_codes(territories.get("epci")),
        departements=_codes(territories.get("departements")),
        hours=entry.get("hours") or default_hours,
        supposed_hours=not entry.get("hours") and default_hours is not None,
        languages=_codes(entry.get("languages")),
        phone=contact.get("telephone"),
        email=contact.get("courriel"),
        site=contact.get("site"),
        receives=bool(entry.get("receives", True)),
        structure=entry.get("structure_id"),
        needs=_codes(entry.get("needs")),
        access=_codes(entry.get("access")),
    )
    if platform.hours is not None:
        hours.parse(platform.hours)
    return platform


def _codes(listed: Iterable[Any] | None) -> frozenset[str]:
    return frozenset(str(code) for code in listed or ())
