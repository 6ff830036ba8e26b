"""An ear for the part a place plays, learnt from examples (`data/lexicons/roles/examples`), beside the rules.

The rules know the words that somebody thought of. Where they leave a place without a part although they found the
other one, or have no more to go by than « à X », the ear weighs the words around it (`docs/decisions/0008`). Its
weights (`data/lexicons/roles/learnt.npz`) are made by `make learn`.
"""

from __future__ import annotations

import itertools
import math
import zlib
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy

from bot.learnt import weights
from bot.learnt.grams import SIZE, Pieces
from bot.learnt.weights import Weights

FOLDER = Path("lexicons", "roles")
EXAMPLES = FOLDER / "examples"
LEARNT = FOLDER / "learnt.npz"
NONE = "none"
HERE = "§§"  # the place itself, in an example
# The chance from which a place is given the part that is free; below which a bare « à X » is not believed; below
# which it is not although the other half of the trip is known from before.
SURE, DOUBTED, AWAITED = 0.7, 0.7, 0.5
BEFORE, AFTER = 6, 4  # words looked at on either side
NEAR = 4  # words before, of which the pieces count
PIECES = (3, 4)  # letters of a piece


class Place(NamedTuple):
    """A place in its message: the tokens (`§…` for places, times and days), which of them it is, the parts that the
    others play, the field that was asked for."""

    tokens: Sequence[str]
    at: int
    others: Sequence[str]
    asked: str | None
    language: str


class Roles:
    """Weighs the words around a place. Safe to share between threads."""

    def __init__(self, rows: Mapping[str, Weights]) -> None:
        """`rows`: one a part, `none` among them."""
        self._rows = dict(rows)

    @classmethod
    def load(cls, data: Path) -> Roles | None:
        """What was learnt; None where nothing was: the rules then stand alone."""
        arrays = weights.read(data / LEARNT)
        return None if arrays is None else cls(weights.rows(arrays))

    def chances(self, place: Place) -> dict[str, float]:
        """How likely each part is; together one."""
        found = pieces(place)
        shares = {name: 1.0 / (1.0 + math.exp(-row.score(found))) for name, row in self._rows.items()}
        whole = sum(shares.values())
        return {name: share / whole for name, share in shares.items()}


def pieces(place: Place) -> Pieces:
    """What is weighed of a place, each once: a fingerprint and how much it counts; the whole of length one."""
    counts = Counter(zlib.crc32(feature.encode()) & (SIZE - 1) for feature in _features(place))
    numbers = numpy.array(sorted(counts), dtype=numpy.int64)
    counted = numpy.array([counts[number] for number in numbers.tolist()], dtype=float)
    values = 0.3 + numpy.log1p(counted)
    return Pieces(numbers, values / math.sqrt(values @ values))


def _features(place: Place) -> Iterator[str]:
    tokens = [token[:2] if token.startswith("§") else token for token in place.tokens]
    before = tokens[max(0, place.at - BEFORE) : place.at][::-1]
    after = tokens[place.at + 1 : place.at + 1 + AFTER]
    if len(before) < BEFORE:
        before.append("^")
    if len(after) < AFTER:
        after.append("$")
    for rank, word in enumerate(before):
        yield f"{rank}<{word}"
        yield f"<{word}"
    for rank, word in enumerate(after):
        yield f"{rank}>{word}"
        yield f">{word}"
    for rank, (word, earlier) in enumerate(itertools.pairwise(before)):
        yield f"{rank}<{earlier} {word}"
        yield f"<{earlier} {word}"
    if len(before) > 2:
        yield "<" + " ".join(before[2::-1])
    yield f"{before[0]}<>{after[0]}"
    for rank, word in enumerate(before[:NEAR]):
        framed = f" {word} "
        for size in PIECES:
            for start in range(len(framed) - size + 1):
                piece = framed[start : start + size]
                yield f"~{piece}"
                if rank < 2:
                    yield f"{rank}~{piece}"
    yield from (f"={word}" for word in set(tokens))
    others = sorted(role for role in place.others if role)
    yield "others " + " ".join(others)
    yield f"asked {place.asked}"
    yield f"language {place.language}"
    places = [rank for rank, token in enumerate(tokens) if token in ("§p", HERE)]
    yield f"place {sum(rank < place.at for rank in places)} of {min(len(places), 3)}"
