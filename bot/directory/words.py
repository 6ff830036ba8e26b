"""Finding services by words: an inverted index in memory. A question is read as words, never as a query language."""

from __future__ import annotations

import functools
import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from bot.directory.index import Bools, Index
from bot.settings import ROOT
from bot.yaml_text import yaml_loads

PATH = ROOT / "data" / "directory" / "words.yml"
Part = Literal["name", "coded", "text", "publics"]

# What NFKD parts from its letter: accents of Latin, Arabic and Hebrew letters.
_MARKS = re.compile("[\u0300-\u036f\u0591-\u05bd\u0610-\u061a\u064b-\u065f]")
_STEMS: dict[str, str] = {}
_STEMS_KEPT = 200_000
_WORD = re.compile(r"[^\W_]+")
_TERM = re.compile(r'(-?)(?:"([^"]*)"|(\S+))')
# A question longer than this is a paste, not a search.
_LONGEST = 400


@functools.cache
def rules() -> Mapping[str, Any]:
    """Stop words, endings and weights, from `data/directory/words.yml`."""
    loaded: Mapping[str, Any] = yaml_loads(PATH.read_text(encoding="utf-8"))
    return loaded


@functools.cache
def _stop() -> frozenset[str]:
    return frozenset(rules()["stop"])


@functools.cache
def _endings() -> tuple[str, ...]:
    return tuple(sorted(rules()["endings"], key=len, reverse=True))


def stems(text: str) -> list[str]:
    """The words of a text that count, unaccented, lower case, without their endings; in order."""
    plain = text.casefold()
    if not plain.isascii():
        plain = _MARKS.sub("", unicodedata.normalize("NFKD", plain))
    known, found = _STEMS, []
    for word in _WORD.findall(plain):
        stem = known.get(word)
        if stem is None:
            if len(known) >= _STEMS_KEPT:
                known.clear()
            stem = known[word] = "" if word in _stop() else _stem(word)
        if stem:
            found.append(stem)
    return found


def _stem(word: str) -> str:
    for ending in _endings():
        if word.endswith(ending) and len(word) - len(ending) >= 4:
            return word[: -len(ending)]
    return word


@dataclass(frozen=True)
class Words:
    """Which services hold which stems, by part of the record."""

    size: int
    found: Mapping[Part, Mapping[str, NDArray[np.int32]]]

    @classmethod
    def build(cls, index: Index, texts: Iterable[tuple[str, Mapping[Part, str]]]) -> Words:
        """From (service id, text by part) pairs; services that are not in the index are passed over."""
        gathered: dict[Part, dict[str, list[int]]] = {"name": {}, "coded": {}, "text": {}, "publics": {}}
        for id_, parts in texts:
            at = index.position.get(id_)
            if at is None:
                continue
            for part, text in parts.items():
                for stem in set(stems(text)):
                    gathered[part].setdefault(stem, []).append(at)
        packed = {
            part: {stem: np.array(sorted(at), dtype=np.int32) for stem, at in by_stem.items()}
            for part, by_stem in gathered.items()
        }
        return cls(len(index), packed)

    def ranks(self, question: str) -> NDArray[np.float64] | None:
        """The rank (0: does not match) of every service for a question whose words must all be found, anywhere.

        None when the question holds no word that counts.
        """
        asked = list(dict.fromkeys(stems(question[:_LONGEST])))
        if not asked:
            return None
        total = np.zeros(self.size)
        matched = np.ones(self.size, dtype=bool)
        for stem in asked:
            best = np.zeros(self.size)
            for part, weight in rules()["weights"].items():
                if (at := self.found[part].get(stem)) is not None:
                    best[at] = np.maximum(best[at], weight)
            matched &= best > 0
            total += best
        return np.where(matched, total / len(asked), 0.0)

    def matching(self, question: str, part: Part) -> Bools | None:
        """Which services answer a question in web style (`or`, `-not`, quotes) in one part of the record.

        Quoted words must all be there, not necessarily side by side. None when nothing is asked.
        """
        wanted: Bools | None = None
        group: Bools | None = None
        unwanted = np.zeros(self.size, dtype=bool)
        for minus, quoted, word in _TERM.findall(question[:_LONGEST]):
            if word.casefold() in ("or", "ou") and not minus:
                if group is not None:
                    wanted = group if wanted is None else wanted | group
                    group = None
                continue
            asked = stems(quoted or word)
            if not asked:
                continue
            holding = np.ones(self.size, dtype=bool)
            for stem in asked:
                mask = np.zeros(self.size, dtype=bool)
                if (at := self.found[part].get(stem)) is not None:
                    mask[at] = True
                holding &= mask
            if minus:
                unwanted |= holding
            else:
                group = holding if group is None else group & holding
        if group is not None:
            wanted = group if wanted is None else wanted | group
        if wanted is None:
            return ~unwanted if unwanted.any() else None
        return wanted & ~unwanted
