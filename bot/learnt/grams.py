"""A message as pieces to learn from: the pieces of its words and its runs of words, each as a number.

Language-blind: the same for every script. Numbers are fingerprints cut to `BITS` bits; two pieces may share one.
"""

from __future__ import annotations

import math
import zlib
from collections.abc import Sequence
from functools import lru_cache

BITS = 20
SIZE = 1 << BITS
# Pieces of words have so many letters, their borders counted; runs so many words.
SHORTEST, LONGEST = 2, 5
RUN = 2
_MASK = SIZE - 1
# Words kept with their pieces: those people use every day.
_KEPT = 8192


@lru_cache(maxsize=_KEPT)
def _of_word(word: str) -> tuple[int, ...]:
    framed = f" {word} "
    pieces = [zlib.crc32(b"w:" + word.encode()) & _MASK]
    for length in range(SHORTEST, min(LONGEST, len(framed)) + 1):
        pieces += [
            zlib.crc32(framed[start : start + length].encode()) & _MASK
            for start in range(len(framed) - length + 1)
        ]
    return tuple(pieces)


def pieces(words: Sequence[str]) -> dict[int, float]:
    """Number of each piece → its weight: the logarithm of how often it comes, the whole of length one."""
    counts: dict[int, int] = {}
    for word in words:
        for piece in _of_word(word):
            counts[piece] = counts.get(piece, 0) + 1
    for length in range(2, RUN + 1):
        for start in range(len(words) - length + 1):
            piece = zlib.crc32(b"w:" + " ".join(words[start : start + length]).encode()) & _MASK
            counts[piece] = counts.get(piece, 0) + 1
    weights = {piece: 1.0 + math.log(count) for piece, count in counts.items()}
    length_of_all = math.sqrt(sum(weight * weight for weight in weights.values()))
    return {piece: weight / length_of_all for piece, weight in weights.items()}
