"""What the actions look at: questions, relevance, and the directory through the tamis. Loaded once, kept fresh."""

from __future__ import annotations

import functools
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from bot.database import connect, sessions
from bot.diagnostic.horizons import Horizons
from bot.diagnostic.offering import SHOWN_AT_ONCE
from bot.diagnostic.prescribers import Prescribers
from bot.diagnostic.questions import Questions
from bot.diagnostic.ranking import Relevance, rank
from bot.diagnostic.scene import Candidate, Scene
from bot.diagnostic.sieved import SievedDirectory
from bot.diagnostic.state import State
from bot.diagnostic.weighing import weigh
from bot.settings import Settings

# Seconds between two looks at whether the directory has changed.
FRESH_FOR = 20.0


@dataclass
class Catalogue:
    """Questions, relevance and the scene, as every action uses them."""

    questions: Questions
    relevance: Relevance
    scene: Scene
    prescribers: Prescribers
    horizons: Horizons

    def sieve(self, state: State, now: datetime) -> tuple[list[Candidate], list[Candidate]]:
        """(offers that are not blocked, best first; those that are blocked, nearest to the need first)."""
        candidates = self.scene.survey(state.profile, now)
        blocked = [candidate for candidate in candidates if candidate.decision.status == "blocked"]
        worth = self.relevance.themes(state.profile)
        blocked.sort(
            key=lambda item: (self.relevance.tier(item, worth, None), item.distance_km or 0.0, item.id)
        )
        return rank(candidates, state, self.relevance, now), blocked

    def weigh(
        self, state: State, now: datetime, candidates: Sequence[Candidate]
    ) -> Sequence[tuple[str, float]]:
        """Facts that may still change the offers shown first, with how much."""
        return weigh(candidates, state, self.scene, self.relevance, now, SHOWN_AT_ONCE)


class KeptFresh:
    """A scene that reloads the directory when its version changes, without making a person wait for a reload twice."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._sessions = sessions(connect(settings.url()))
        self._lock = threading.Lock()
        self._scene = SievedDirectory.load(self._sessions, settings.data)
        self._looked = time.monotonic()

    def _current(self) -> SievedDirectory:
        if time.monotonic() - self._looked > FRESH_FOR and self._lock.acquire(blocking=False):
            try:
                self._looked = time.monotonic()
                if self._scene.outdated(self._sessions):
                    self._scene = SievedDirectory.load(self._sessions, self._settings.data, self._scene)
            finally:
                self._lock.release()
        return self._scene

    def survey(self, profile: Mapping[str, Any], now: datetime) -> Sequence[Candidate]:
        """See `Scene.survey`."""
        return self._current().survey(profile, now)

    def trip_km(self, profile: Mapping[str, Any]) -> float | None:
        """See `Scene.trip_km`."""
        return self._current().trip_km(profile)

    def weights(
        self, profile: Mapping[str, Any], now: datetime, candidates: Sequence[Candidate]
    ) -> Sequence[tuple[str, float]]:
        """See `Scene.weights`."""
        return self._current().weights(profile, now, candidates)


@functools.cache
def catalogue() -> Catalogue:
    """The one catalogue of this process."""
    settings = Settings()
    return Catalogue(
        Questions.load(settings.data),
        Relevance.load(settings.data),
        KeptFresh(settings),
        Prescribers.load(settings.data),
        Horizons.load(settings.data),
    )
