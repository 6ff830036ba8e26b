"""The real scene: the directory in memory, read once by the tamis, sieved for each person."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy.orm import Session, sessionmaker

from bot.diagnostic.scene import Candidate
from bot.diagnostic.urgency import LOCAL
from bot.directory.freshness import Held, held
from bot.directory.importer import version
from bot.directory.snapshot import Reach, Snapshot
from bot.tamis.person import Person, ProfileError, person
from bot.tamis.reader import Reader, Reading
from bot.tamis.sieve import Decision, decide

THEME = "mobilite"
# What the directory knows of a service and the tamis may not have read: ended, out of season, full, wrong.
FORM_OF_HELD = {"full": "saturation"}
# An offer nearer the top of the sieve is worth more when we ask what would settle it.
WEIGHT_OF_LEVEL = (1.0, 1.0, 0.9, 0.8, 0.6, 0.4)


class SievedDirectory:
    """One version of the directory with what its services require. Immutable: load another when it is outdated."""

    def __init__(self, snapshot: Snapshot, reader: Reader) -> None:
        self._snapshot = snapshot
        self._reader = reader
        self._readings: dict[str, Reading] = {
            name: reader.read(service) for name, service in snapshot.services.items()
        }
        # A network, an on-demand line, an aid given at any town hall: it has a zone and no address of its own.
        self._everywhere = [
            service
            for service in snapshot.services.values()
            if service.get("code_insee") is None
            and service.get("latitude") is None
            and service["zone_eligibilite"]
        ]

    @classmethod
    def load(cls, factory: sessionmaker[Session], data: Path) -> SievedDirectory:
        """Read the mobility services of the directory and their conditions."""
        with factory() as session:
            snapshot = Snapshot.load(session, themes=[THEME])
        return cls(snapshot, Reader.load(data))

    def outdated(self, factory: sessionmaker[Session]) -> bool:
        """Whether the directory has changed since."""
        with factory() as session:
            return version(session) != self._snapshot.version

    def survey(self, profile: Mapping[str, Any], now: datetime) -> Sequence[Candidate]:
        """Every mobility service in reach of the profile's origin, sieved; see `Scene.survey`."""
        day = now.astimezone(LOCAL).date()
        known = {name: value for name, value in profile.items() if value is not None}
        try:
            who = person(known, now=day, situations=self._reader.situations, places=self._reader.places)
        except ProfileError as error:
            # A field the tamis cannot use is unknown to it; the person still gets an answer.
            known.pop(error.field, None)
            who = person(known, now=day, situations=self._reader.situations, places=self._reader.places)
        in_reach = self._snapshot.reach(profile.get("origin"), themes=[THEME], now=day)
        found = [self._candidate(reach, self._decide(reach.service, who)) for reach in in_reach]
        seen = {candidate.id for candidate in found}
        for service in self._everywhere:
            if service["id"] in seen:
                continue
            decision = self._decide(service, who)
            if decision.status != "blocked" or decision.criterion != "origin":
                found.append(
                    self._candidate(Reach(service, None, None, False, held=held(service, day)), decision)
                )
        return found

    def _decide(self, service: Mapping[str, Any], who: Person) -> Decision:
        return decide(self._readings[str(service["id"])], who, self._reader.forms)

    def weights(
        self, profile: Mapping[str, Any], candidates: Sequence[Candidate]
    ) -> Sequence[tuple[str, float]]:
        """How much of the offers' weight waits for each fact; see `Scene.weights`."""
        total = 0.0
        waiting: dict[str, float] = {}
        for candidate in candidates:
            decision = candidate.decision
            if decision.status == "blocked":
                continue
            worth = WEIGHT_OF_LEVEL[decision.level]
            total += worth
            for name in decision.missing if decision.status == "to_check" else ():
                waiting[name] = waiting.get(name, 0.0) + worth / len(decision.missing)
        return sorted(
            ((name, worth / total) for name, worth in waiting.items()), key=lambda row: (-row[1], row[0])
        )

    def _candidate(self, reach: Reach, decision: Decision) -> Candidate:
        if reach.held is not None and decision.status != "blocked":
            decision = _held_back(decision, reach.held)
        return Candidate(reach.service, decision, reach.distance_km, reach.road_km, reach.remote)


def _held_back(decision: Decision, reason: Held) -> Decision:
    return dataclasses.replace(
        decision,
        status="blocked",
        missing=(),
        blocked_form=FORM_OF_HELD.get(reason.form, "eligibilite"),
        criterion="validity",
        evidence=reason.evidence,
    )
