"""The tamis over one directory: who may enter, in which order to show it, and what to ask next."""

from __future__ import annotations

import datetime as dt
from array import array
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bot.profile import codes as profile_codes
from bot.settings import ROOT
from bot.tamis.compiled import Compiled, Verdicts
from bot.tamis.corrections import Correction, mark, overlay
from bot.tamis.crew import Crew
from bot.tamis.person import Person, person
from bot.tamis.places import Places
from bot.tamis.questions import Question, Weights, questions
from bot.tamis.reader import Reader, Reading
from bot.tamis.sieve import Decision

FAR_DAYS = 10_000


class Tamis:
    """Services read once and compiled; sieving one person touches no text. Safe to share between threads."""

    def __init__(
        self,
        readings: Sequence[Reading],
        themes: Sequence[frozenset[str]],
        reader: Reader,
        places: Places | None,
        weights: Weights,
        marks: Sequence[int] = (),
    ) -> None:
        self._readings = tuple(readings)
        self._marks = array("Q", marks)
        self._reader = reader
        self._places = places
        self._weights = weights
        self.ids = [reading.service_id for reading in self._readings]
        self._position = {service_id: index for index, service_id in enumerate(self.ids)}
        self._compiled = Compiled(self._readings)
        self._fixed = weights.fixed(
            self._compiled.levels,
            [reading.delay_days for reading in self._readings],
            [reading.needs_professional for reading in self._readings],
        )
        needs = profile_codes.codes("needs")
        self._need_bits = {need: 1 << index for index, need in enumerate(needs)}
        self._themes = np.array(
            [sum(self._need_bits.get(theme, 0) for theme in own) for own in themes], np.int32
        )

    @classmethod
    def over(
        cls,
        services: Iterable[Mapping[str, Any]],
        reader: Reader,
        places: Places | None = None,
        corrections: Mapping[str, Sequence[Correction]] | None = None,
        before: Tamis | None = None,
    ) -> Tamis:
        """Reads and compiles these services, counsellors' corrections laid over.

        `places` None takes the reader's. `before` is the tamis of the last time: texts that have not changed
        since are not read again.
        """
        readings, themes, marks = [], [], array("Q")
        shared: dict[frozenset[str], frozenset[str]] = {}

        def known(service: Mapping[str, Any]) -> Reading | None:
            marks.append(mark(service))
            return before._unchanged(service, marks[-1]) if before else None

        for service, reading in Crew(reader).read(services, known):
            made = corrections.get(reading.service_id) if corrections else None
            readings.append(overlay(reading, service, made, reader) if made else reading)
            # Most services share their themes with thousands of others: one set for all of them.
            listed = frozenset(str(theme) for theme in service.get("thematiques") or ())
            themes.append(shared.setdefault(listed, listed))
        reader.forget()
        return cls(readings, themes, reader, places or reader.places, Weights.load(ROOT / "data"), marks)

    def _unchanged(self, service: Mapping[str, Any], marked: int) -> Reading | None:
        index = self._position.get(str(service.get("id")))
        if index is None or index >= len(self._marks) or self._marks[index] != marked:
            return None
        known = self._readings[index]
        # A corrected reading hides what the text says: read it again.
        return None if known.corrected_by or known.to_review else known

    def __len__(self) -> int:
        return len(self._readings)

    def person(self, profile: Mapping[str, Any], now: dt.date, code_insee: str | None = None) -> Person:
        """The person of this profile. Raises `ProfileError` naming the field at fault."""
        return person(
            profile, now=now, situations=self._reader.situations, places=self._places, code_insee=code_insee
        )

    def verdicts(self, who: Person) -> Verdicts:
        """The state of every service for this person, as columns."""
        return self._compiled.sieve(who)

    def sieve(
        self,
        profile: Mapping[str, Any],
        *,
        now: dt.date,
        code_insee: str | None = None,
        only: Sequence[str] | None = None,
    ) -> list[Decision]:
        """One decision a service, in the order of `only` (unknown ids left out) or of the directory.

        Raises `ProfileError` naming the field at fault.
        """
        return self.decisions(self.person(profile, now, code_insee), only)

    def decisions(self, who: Person, only: Sequence[str] | None = None) -> list[Decision]:
        """The same, for a person at hand."""
        verdicts, forms = self._compiled.sieve(who), self._reader.forms
        if only is None:
            return [verdicts.decision(index, forms) for index in range(len(self))]
        wanted = (self._position.get(service_id) for service_id in only)
        return [verdicts.decision(index, forms) for index in wanted if index is not None]

    def questions(
        self,
        profile: Mapping[str, Any],
        *,
        now: dt.date,
        code_insee: str | None = None,
        only: Sequence[str] | None = None,
        distances: Mapping[str, float] | None = None,
    ) -> list[Question]:
        """The unknown facts, by how much each would settle. `distances` gives kilometres by service id."""
        who = self.person(profile, now, code_insee)
        return self.ask(who, self.verdicts(who), profile.get("needs"), only, distances)

    def ask(
        self,
        who: Person,
        verdicts: Verdicts,
        needs: Sequence[str] | None,
        only: Sequence[str] | None = None,
        distances: Mapping[str, float] | None = None,
    ) -> list[Question]:
        """The same, for verdicts already at hand."""
        weights = self._fixed
        if needs:
            wanted = sum(self._need_bits.get(need, 0) for need in needs)
            weights = weights * self._weights.theme((self._themes & wanted) != 0)
        indices: NDArray[np.intp] | None = None
        if only is not None:
            known = [self._position[service_id] for service_id in only if service_id in self._position]
            indices = np.unique(np.array(known, np.intp))
        if distances:
            km = np.full(len(self), np.nan)
            for service_id, distance in distances.items():
                if service_id in self._position:
                    km[self._position[service_id]] = distance
            weights = weights * self._weights.distance(km)
        return questions(who, verdicts, weights, self.ids, indices)

    def reading(self, service_id: str) -> Reading | None:
        """What was read of a service, or None when it is not in this directory."""
        index = self._position.get(service_id)
        return None if index is None else self._readings[index]

    def criteria(self, service_id: str) -> Reading | None:
        """The same as `reading`: the criteria, level and unread words of one service."""
        return self.reading(service_id)


def in_order(decisions: Iterable[Decision], distances: Mapping[str, float] | None = None) -> list[Decision]:
    """Offers as they are shown: by level, usable now first, then by delay, then by distance, then by id."""
    km = distances or {}

    def rank(decision: Decision) -> tuple[int, int, int, float, str]:
        waits = {"open": 0, "to_check": 1, "blocked": 2}[decision.status]
        delay = (
            FAR_DAYS
            if decision.delay_days is None and decision.status == "blocked"
            else decision.delay_days or 0
        )
        return decision.level, waits, delay, km.get(decision.service_id, float("inf")), decision.service_id

    return sorted(decisions, key=rank)
