"""A message as pieces to learn from: the pieces of its words and its runs of words, each as a number.

Language-blind: the same for every script. Numbers are fingerprints cut to `BITS` bits; two pieces may share one.
"""

from __future__ import annotations

import math
import zlib
from collections.abc import Sequence
from functools import lru_cache
from typing import Any, NamedTuple

import numpy

BITS = 20
SIZE = 1 << BITS
# Pieces of words have so many letters, their borders counted; runs so many words.
SHORTEST, LONGEST = 2, 5
RUN = 2
_MASK = SIZE - 1
# Words kept with their pieces: those people use every day.
_KEPT = 8192


class Pieces(NamedTuple):
    """The numbers of the pieces of a text, each once and in order, and their weights (two arrays of one length)."""

    numbers: Any
    weights: Any


@lru_cache(maxsize=_KEPT)
def _of_word(word: str) -> Any:
    framed = f" {word} "
    pieces = [zlib.crc32(b"w:" + word.encode()) & _MASK]
    for length in range(SHORTEST, min(LONGEST, len(framed)) + 1):
        pieces += [
            zlib.crc32(framed[start : start + length].encode()) & _MASK
            for start in range(len(framed) - length + 1)
        ]
    return numpy.array(pieces, dtype=numpy.int64)


def pieces(words: Sequence[str]) -> Pieces:
    """The pieces of words: the weight of each is the logarithm of how often it comes, the whole of length one."""
    if not words:
        return Pieces(numpy.empty(0, dtype=numpy.int64), numpy.empty(0))
    runs = [
        zlib.crc32(b"w:" + " ".join(words[start : start + length]).encode()) & _MASK
        for length in range(2, RUN + 1)
        for start in range(len(words) - length + 1)
    ]
    found = numpy.concatenate([*map(_of_word, words), numpy.array(runs, dtype=numpy.int64)])
    numbers, counts = numpy.unique(found, return_counts=True)
    weights = 1.0 + numpy.log(counts)
    return Pieces(numbers, weights / math.sqrt(weights @ weights))
