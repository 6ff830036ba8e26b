"""What to ask next: each unknown fact with how much it would settle among the offers in reach."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bot.profile import codes as profile_codes
from bot.tamis.columns import BITS
from bot.tamis.compiled import Verdicts
from bot.tamis.person import Person
from bot.yaml_text import yaml_loads

SHOWN = 3  # offers named to explain a question
_KNOWN = {
    "age": "age",
    "licence": "licence",
    "purpose": "purpose",
    "household_quotient": "quotient",
    "origin": "here",
    "destination": "there",
    "deadline": "deadline",
    "means": "means",
    "access_needs": "access_needs",
}


@dataclass(frozen=True, slots=True)
class Question:
    """One unknown fact. `weight` is what it would settle; `because` the
    heaviest offers that wait for it, when it can be asked.

    `offers` counts them all; `alone` those that wait for nothing else. `askable` tells whether the profile
    has a field for it that the person has neither filled nor declined.
    """

    field: str
    weight: float
    because: tuple[str, ...]
    offers: int
    alone: int
    askable: bool


class Weights:
    """The rules of `questions.yml`, applied to a directory's fixed columns once."""

    def __init__(self, rules: Mapping[str, Any]) -> None:
        self._theme = rules["theme"]
        self._level = np.array(rules["level"], np.float64)
        self._half_km = float(rules["distance_half_km"])
        self._half_days = float(rules["delay_half_days"])
        self._professional = float(rules["professional"])

    @classmethod
    def load(cls, data: Path) -> Weights:
        """Reads `tamis/questions.yml` under the data folder."""
        return cls(yaml_loads((data / "tamis" / "questions.yml").read_text(encoding="utf-8")))

    def fixed(
        self, levels: NDArray[np.int8], delays: Sequence[int | None], professional: Sequence[bool]
    ) -> NDArray[np.float64]:
        """Each offer's weight as far as it does not depend on the person."""
        days = np.array([0 if delay is None else delay for delay in delays], np.float64)
        through = np.where(np.array(professional, bool), self._professional, 1.0)
        weighted: NDArray[np.float64] = self._level[levels] * through / (1.0 + days / self._half_days)
        return weighted

    def theme(self, matches: NDArray[np.bool_]) -> NDArray[np.float64]:
        """The factor of offers that answer a named need, or not."""
        factor: NDArray[np.float64] = np.where(matches, self._theme["asked"], self._theme["other"])
        return factor

    def distance(self, km: NDArray[np.float64]) -> NDArray[np.float64]:
        """The factor of distances in kilometres (nan: not known, counts as next door)."""
        factor: NDArray[np.float64] = 1.0 / (1.0 + np.nan_to_num(km, nan=0.0) / self._half_km)
        return factor


def questions(
    person: Person,
    verdicts: Verdicts,
    weights: NDArray[np.float64],
    ids: Sequence[str],
    indices: NDArray[np.intp] | None = None,
) -> list[Question]:
    """Every fact some offer waits for, heaviest first; equal weights keep the profile's order of fields.

    `weights` holds one weight an offer; `indices` restricts to some offers (their positions).
    """
    masks = verdicts.masks()
    if indices is not None:
        masks, weights = masks[indices], weights[indices]
    present = int(np.bitwise_or.reduce(masks))
    if not present:
        return []
    counts = np.bitwise_count(masks)
    share = weights / np.maximum(counts, 1)
    single = counts == 1
    found = []
    for field, bit in BITS.items():
        if not present & int(bit):
            continue
        concerned = (masks & bit) != 0
        held = share * concerned
        weight, asking = round(float(held.sum()), 6), askable(field, person)
        top = _top(held) if asking else []
        found.append(
            Question(
                field,
                weight,
                tuple(ids[each if indices is None else indices[each]] for each in top),
                int(np.count_nonzero(concerned)),
                int(np.count_nonzero(concerned & single)),
                asking,
            )
        )
    return sorted(found, key=lambda question: -question.weight)


def _top(held: NDArray[np.float64]) -> list[int]:
    # The heaviest, the first in the store among equals, so that the answer never depends on a sort's whim.
    best: list[int] = []
    while len(best) < SHOWN and held[first := int(held.argmax())] > 0:
        best.append(first)
        held[first] = 0
    return best


def askable(field: str, person: Person) -> bool:
    """Whether asking the person can teach this fact: a profile field, not known, not declined."""
    if field not in profile_codes.fields() or field in person.declined:
        return False
    if field == "statuses":
        return person.statuses is None or bool(person.statuses)
    name = _KNOWN.get(field)
    return name is None or getattr(person, name) is None
