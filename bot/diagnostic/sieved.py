"""The real scene: the directory in memory, read once by the tamis, sieved for each person."""

from __future__ import annotations

import dataclasses
import hashlib
import json
import secrets
import threading
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Any

import numpy as np
from sqlalchemy.orm import Session, sessionmaker

from bot.diagnostic.scene import Candidate
from bot.diagnostic.urgency import LOCAL
from bot.directory.distance import geodesic_km
from bot.directory.freshness import Held
from bot.directory.importer import version
from bot.directory.search import reach_rules
from bot.directory.snapshot import Reach, Snapshot
from bot.tamis.person import Person, ProfileError
from bot.tamis.reader import Reader
from bot.tamis.sieve import Decision
from bot.tamis.tables import corrections
from bot.tamis.tamis import Tamis

THEME = "mobilite"
# Surveys kept: of those who talk at this moment.
REMEMBERED = 64
# What the directory knows of a service and the tamis may not have read: ended, out of season, full, wrong.
FORM_OF_HELD = {"full": "saturation"}


class SievedDirectory:
    """One version of the directory with what its services require. Immutable: load another when it is outdated."""

    def __init__(self, snapshot: Snapshot, tamis: Tamis, reader: Reader) -> None:
        self._snapshot = snapshot
        self._tamis = tamis
        self._reader = reader
        self._lock = threading.Lock()
        self._key = secrets.token_bytes(32)
        self._surveyed: OrderedDict[bytes, tuple[Candidate, ...]] = OrderedDict()
        # A network, an on-demand line, an aid given at any town hall: it has a zone and no address of its own.
        self._everywhere = [
            service
            for service in snapshot.services.values()
            if service.get("code_insee") is None
            and service.get("latitude") is None
            and service["zone_eligibilite"]
        ]

    @classmethod
    def load(
        cls, factory: sessionmaker[Session], data: Path, before: SievedDirectory | None = None
    ) -> SievedDirectory:
        """Read the mobility services and their conditions; texts that `before` has read are not read again."""
        with factory() as session:
            snapshot = Snapshot.load(session, themes=[THEME])
            corrected = corrections(session)
        reader = before._reader if before else Reader.load(data)
        tamis = Tamis.over(
            snapshot.services.values(),
            reader,
            corrections=corrected,
            before=before._tamis if before else None,
        )
        return cls(snapshot, tamis, reader)

    def outdated(self, factory: sessionmaker[Session]) -> bool:
        """Whether the directory has changed since."""
        with factory() as session:
            return version(session) != self._snapshot.version

    def survey(self, profile: Mapping[str, Any], now: datetime) -> Sequence[Candidate]:
        """Every mobility service in reach of the profile's origin, sieved; see `Scene.survey`."""
        day = now.astimezone(LOCAL).date()
        # A turn asks for the next question and then for the offers, and « more » or « why not » ask again.
        asked = self._mark(profile, day)
        with self._lock:
            known = self._surveyed.get(asked)
        if known is None:
            known = self._survey(profile, now, day)
            with self._lock:
                self._surveyed[asked] = known
                while len(self._surveyed) > REMEMBERED:
                    self._surveyed.popitem(last=False)
        return known

    def _mark(self, profile: Mapping[str, Any], day: date) -> bytes:
        """By what a survey is known again: nothing of the person stays in memory."""
        said = json.dumps([profile, day], sort_keys=True, default=str)
        return hashlib.blake2b(said.encode("utf-8", "surrogatepass"), key=self._key).digest()

    def _survey(self, profile: Mapping[str, Any], now: datetime, day: date) -> tuple[Candidate, ...]:
        who = self._person(profile, now)
        reaches = {
            str(reach.service["id"]): reach
            for reach in self._snapshot.reach(profile.get("origin"), themes=[THEME], now=day)
        }
        for service in self._everywhere:
            reaches.setdefault(
                str(service["id"]), Reach(service, None, None, False, held=self._snapshot.held(service, day))
            )
        found = [
            _candidate(reaches[decision.service_id], decision)
            for decision in self._tamis.decisions(who, list(reaches))
        ]
        # Beyond its zone a service without an address is not in reach at all: nothing to tell of it.
        return tuple(
            item for item in found if (item.decision.status, item.decision.criterion) != ("blocked", "origin")
        )

    def weights(
        self, profile: Mapping[str, Any], now: datetime, candidates: Sequence[Candidate]
    ) -> Sequence[tuple[str, float]]:
        """How much of the offers' weight waits for each fact; see `Scene.weights`."""
        who = self._person(profile, now)
        distances = {item.id: item.distance_km for item in candidates if item.distance_km is not None}
        asked = self._tamis.ask(
            who,
            self._tamis.verdicts(who),
            profile.get("needs"),
            [item.id for item in candidates],
            distances,
        )
        total = sum(question.weight for question in asked)
        return [(question.field, question.weight / total) for question in asked if question.askable]

    def trip_km(self, profile: Mapping[str, Any]) -> float | None:
        """From origin to destination, estimated by road; see `Scene.trip_km`."""
        places = self._snapshot.places
        start, end = places.point(profile.get("origin")), places.point(profile.get("destination"))
        if start is None or end is None:
            return None
        straight = float(geodesic_km(*start, np.array([end[0]]), np.array([end[1]]))[0])
        return straight * float(reach_rules()["road_factor"])

    def _person(self, profile: Mapping[str, Any], now: datetime) -> Person:
        """The person, without a field the tamis cannot use: it is unknown to it, and they still get an answer."""
        known = {name: value for name, value in profile.items() if value is not None}
        while True:
            try:
                return self._tamis.person(known, now.astimezone(LOCAL).date())
            except ProfileError as error:
                if error.field not in known:
                    raise
                known.pop(error.field)


def _candidate(reach: Reach, decision: Decision) -> Candidate:
    if reach.held is not None and decision.status != "blocked":
        decision = _held_back(decision, reach.held)
    return Candidate(reach.service, decision, reach.distance_km, reach.road_km, reach.remote, reach.held)


def _held_back(decision: Decision, reason: Held) -> Decision:
    return dataclasses.replace(
        decision,
        status="blocked",
        missing=(),
        blocked_form=FORM_OF_HELD.get(reason.form, "eligibilite"),
        criterion="validity",
        evidence=reason.evidence,
    )
