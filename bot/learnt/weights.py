"""One row of weights: how much each piece of a text, and each cue found in it, speaks for a side."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy

from bot.learnt.grams import SIZE, Pieces

# Pieces' weights are kept as whole numbers of this many steps each way: what that loses is less than what two pieces
# that share a number lose.
STEPS = 127


@dataclass(frozen=True)
class Line:
    """One example: which side it is on, and its words. `file` is the example file's name."""

    file: str
    side: str
    text: str


def lines(folder: Path) -> list[Line]:
    """The examples of a folder's `*.tsv`: `side<TAB>text` a line; what begins with `#` is a comment."""
    found = []
    for path in sorted(folder.glob("*.tsv")):
        for line in path.read_text(encoding="utf-8").splitlines():
            if line and not line.startswith("#"):
                side, text = line.split("\t")
                found.append(Line(path.stem, side, text))
    return found


def fingerprint(examples: Iterable[Line]) -> str:
    """Of examples: weights that carry another were made of others."""
    digest = hashlib.sha256()
    for one in examples:
        digest.update(f"{one.file}\t{one.side}\t{one.text}\n".encode())
    return digest.hexdigest()[:16]


def score(chance: float) -> float:
    """The score a probability stands for."""
    return math.log(chance / (1.0 - chance))


class Weights:
    """Weighs texts. `pieces` are whole numbers, one a piece of `bot.learnt.grams`; `cues` by their names."""

    def __init__(self, pieces: Any, scale: float, offset: float, cues: Mapping[str, float]) -> None:
        self._pieces, self._scale, self._offset, self._cues = pieces, scale, offset, dict(cues)

    def score(self, found: Pieces, cues: Iterable[str] = ()) -> float:
        """What speaks for (above 0) or against; 0 is as likely as not."""
        words = float(self._pieces[found.numbers] @ found.weights) * self._scale
        return words + self._offset + sum(self._cues.get(cue, 0.0) for cue in cues)


def packed(name: str, pieces: Any, offset: float, cues: Mapping[str, float]) -> dict[str, Any]:
    """The arrays of one row of weights, under its name, for a file."""
    scale = float(numpy.abs(pieces[:SIZE]).max()) / STEPS
    return {
        f"{name}.pieces": numpy.round(pieces[:SIZE] / scale).astype(numpy.int8),
        f"{name}.scale": numpy.float32(scale),
        f"{name}.offset": numpy.float32(offset),
        f"{name}.cues": numpy.array(list(cues), dtype=numpy.str_),
        f"{name}.counts": numpy.array(list(cues.values()), dtype=numpy.float32),
    }


def unpacked(name: str, arrays: Mapping[str, Any]) -> Weights:
    """The row of weights of this name."""
    cues = zip(arrays[f"{name}.cues"].tolist(), arrays[f"{name}.counts"].tolist(), strict=True)
    return Weights(
        arrays[f"{name}.pieces"], float(arrays[f"{name}.scale"]), float(arrays[f"{name}.offset"]), dict(cues)
    )


def rows(arrays: Mapping[str, Any]) -> dict[str, Weights]:
    """Every row of weights of a file, by its name."""
    names = [name.removesuffix(".pieces") for name in arrays if name.endswith(".pieces")]
    return {name: unpacked(name, arrays) for name in names}


def read(path: Path) -> Mapping[str, Any] | None:
    """The arrays of a file; None where there is none: what was learnt then says nothing."""
    if not path.exists():
        return None
    with numpy.load(path, allow_pickle=False) as file:
        return {name: file[name] for name in file.files}


def write(path: Path, made_of: Sequence[Line], rows: Mapping[str, Any]) -> None:
    """Store rows of weights with the fingerprint of the examples they were made of."""
    numpy.savez_compressed(path, fingerprint=numpy.array(fingerprint(made_of)), **rows)
