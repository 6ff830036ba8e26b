"""The mobility offer as the desk uses it: searched, sieved for a person at hand, corrected. Kept fresh."""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any, Protocol

from sqlalchemy.orm import Session, sessionmaker

from bot.directory.communes import Communes
from bot.directory.importer import touch, version
from bot.directory.search import UnknownCommune
from bot.directory.snapshot import Reach, Snapshot
from bot.handover.wording import fold
from bot.tamis import tables
from bot.tamis.corrections import Correction, digest
from bot.tamis.criteria import Criterion
from bot.tamis.person import ProfileError
from bot.tamis.reader import Reader, Reading
from bot.tamis.sieve import Decision
from bot.tamis.tamis import Tamis, in_order

THEME = "mobilite"
SHOWN = 60


class ChangedMeanwhile(Exception):
    """Somebody corrected the service, or its source changed, since it was shown."""


@dataclass(frozen=True)
class Sieved:
    """One service for one person."""

    service: Mapping[str, Any]
    decision: Decision
    distance_km: float | None
    held: str | None


class Offer:
    """One version of the mobility services with what they require, counsellors' corrections laid over."""

    def __init__(
        self,
        snapshot: Snapshot,
        reader: Reader,
        corrections: Mapping[str, Sequence[Correction]],
        before: Offer | None = None,
    ) -> None:
        """`before` is the offer of the last version: what has not changed since is not read again."""
        self.version = snapshot.version
        self._snapshot = snapshot
        self._corrections = corrections
        self._tamis: Tamis = Tamis.over(
            snapshot.services.values(),
            reader,
            corrections=corrections,
            before=before._tamis if before else None,
        )
        self._texts = {
            name: fold(f"{service['nom']} {_structure(service)} {service['description'] or ''}")
            for name, service in snapshot.services.items()
        }
        self._names: dict[str, list[str]] = before._names if before else _names(snapshot.places)

    def places(self, typed: str) -> list[tuple[str, str]]:
        """The communes of this name or INSEE code: (code, « name (département) »), by population."""
        wanted = typed.strip()
        codes = [wanted.upper()] if self._snapshot.places.get(wanted.upper()) else []
        codes = codes or self._names.get(_place_key(wanted), [])
        found = [commune for code in codes if (commune := self._snapshot.places.get(code))]
        found.sort(key=lambda commune: (-(commune.population or 0), commune.code))
        return [(one.code, f"{one.nom} ({one.departement})") for one in found]

    def service(self, service_id: str) -> Mapping[str, Any] | None:
        """The service in force with this id."""
        return self._snapshot.services.get(service_id)

    def of_structure(self, structure_id: str) -> list[dict[str, str]]:
        """The services of a structure: [{"id", "name"}]."""
        return [
            {"id": name, "name": str(service["nom"])}
            for name, service in self._snapshot.services.items()
            if service["structure_id"] == structure_id
        ]

    def reading(self, service_id: str) -> Reading | None:
        """What it requires, corrections laid over."""
        return self._tamis.reading(service_id)

    def mark(self, service_id: str) -> str:
        """What a correction is made on: the source's fingerprint and how many corrections there were."""
        service = self._snapshot.services[service_id]
        return f"{digest(service)}.{len(self._corrections.get(service_id, ()))}"

    def to_review(self) -> list[Mapping[str, Any]]:
        """Services whose text changed since they were corrected."""
        asked = (self._tamis.reading(service_id) for service_id in self._corrections)
        return [self._snapshot.services[one.service_id] for one in asked if one is not None and one.to_review]

    def fresh(self, since: date) -> list[Mapping[str, Any]]:
        """Services their source changed since then, the newest first."""
        found = [one for one in self._snapshot.services.values() if str(one["date_maj"]) >= since.isoformat()]
        return sorted(found, key=lambda one: (str(one["date_maj"]), str(one["id"])), reverse=True)

    def search(self, words: str, commune: str | None, theme: str | None, day: date) -> list[Reach]:
        """Services near a commune (everywhere without) whose name, structure or text has all these words.

        Those that say them in their name first, then the nearest. An unknown commune finds nothing.
        """
        wanted = fold(words).split()
        try:
            near = self._snapshot.reach(commune, themes=[theme or THEME], now=day)
        except UnknownCommune:
            return []
        found = [one for one in near if all(word in self._texts[one.service["id"]] for word in wanted)]
        if wanted:
            found.sort(key=lambda one: not all(word in fold(one.service["nom"]) for word in wanted))
        return found

    def sieve(self, profile: Mapping[str, Any], day: date) -> list[Sieved]:
        """Every service in reach of the profile's origin, best first; those held back by a report last.

        Raises `ProfileError` naming the field the schema does not allow.
        """
        who = self._tamis.person(profile, day)
        try:
            near = self._snapshot.reach(
                profile.get("origin"), themes=profile.get("needs") or [THEME], now=day
            )
        except UnknownCommune as error:
            raise ProfileError("origin", "unknown commune") from error
        by_id = {reach.service["id"]: reach for reach in near}
        km = {name: reach.distance_km for name, reach in by_id.items() if reach.distance_km is not None}
        decisions = in_order(self._tamis.decisions(who, list(by_id)), km)
        found = [
            Sieved(
                by_id[one.service_id].service,
                one,
                by_id[one.service_id].distance_km,
                held.form if (held := by_id[one.service_id].held) else None,
            )
            for one in decisions
        ]
        return sorted(found, key=lambda one: one.held is not None)


class Shelf(Protocol):
    """Where the desk finds the offer."""

    def current(self) -> Offer:
        """The offer in force."""
        ...


class KeptOffer:
    """The offer, read when first asked for and again when the directory changed. Safe to share between threads."""

    def __init__(self, make: sessionmaker[Session], data: Path) -> None:
        self._make = make
        self._data = data
        self._lock = threading.Lock()
        self._reader: Reader | None = None
        self._offer: Offer | None = None

    def current(self) -> Offer:
        """The offer in force; one thread reads it anew while the others go on with the last one, if there is one."""
        last = self._offer
        if not self._lock.acquire(blocking=last is None):
            assert last is not None
            return last
        try:
            return self._fresh()
        finally:
            self._lock.release()

    def _fresh(self) -> Offer:
        with self._make() as session:
            if self._offer is None or self._offer.version != version(session):
                self._reader = self._reader or Reader.load(self._data)
                snapshot = Snapshot.load(session, themes=[THEME])
                self._offer = Offer(snapshot, self._reader, tables.corrections(session), self._offer)
            return self._offer


def correct(
    session: Session,
    offer: Offer,
    service_id: str,
    criteria: Sequence[Criterion] | None,
    *,
    mark: str,
    author: str,
    now: datetime,
    needs_professional: bool | None = None,
    comment: str = "",
) -> None:
    """Keep what a counsellor says a service requires; `criteria` None lets the reading count again.

    `author` is a role, never a name. Raises `ChangedMeanwhile` when `mark` is no longer that of the service.
    """
    service = offer.service(service_id)
    made = len(tables.corrections(session, [service_id]).get(service_id, ()))
    if service is None or mark != f"{digest(service)}.{made}":
        raise ChangedMeanwhile(service_id)
    tables.correct(
        session,
        service_id,
        author=author,
        made_at=now,
        digest=digest(service),
        criteria=criteria,
        needs_professional=needs_professional,
        comment=comment,
    )
    # Every reader of the directory looks again: the conversation must not show what was just corrected.
    touch(session)


def _names(places: Communes) -> dict[str, list[str]]:
    """Codes of the communes of today by their folded name."""
    found: dict[str, list[str]] = {}
    for commune in places.by_code.values():
        if commune.code == commune.head:
            found.setdefault(_place_key(commune.nom), []).append(commune.code)
    return found


def _structure(service: Mapping[str, Any]) -> str:
    return str(((service.get("extra") or {}).get("structure") or {}).get("nom") or "")


def _place_key(name: str) -> str:
    return "".join(char for char in fold(name).replace("saint", "st") if char.isalnum())
