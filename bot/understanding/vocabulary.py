"""The words that a language's patterns are made of: which are known, and what a misspelt one may have meant."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from functools import cached_property

from rapidfuzz import process
from rapidfuzz.distance import OSA

from bot.understanding.index import REMEMBERED, Index
from bot.understanding.sounds import Sounds

LONG, LONGEST = 6, 24  # letters of a word that one slip may have spoilt
TWICE = re.compile(r"(\w)\1+")


class Vocabulary:
    """The words of one lexicon, gathered from its indexes and lists when they are first asked for."""

    sounds: Sounds
    spelling: dict[str, tuple[str, ...]]
    common: frozenset[str]
    numbers: dict[str, int]
    weekdays: dict[str, str]
    months: dict[str, str]
    borders: Mapping[str, tuple[str, ...]]
    early: Index
    index: Index
    asked: Index

    def __init__(self) -> None:
        self._known: dict[str, bool] = {}  # answers of `knows`

    def gather(self) -> None:
        """Gather all of it now, where it is to be kept."""
        _ = self.doubled, self._heard, self._near

    @cached_property
    def _written(self) -> Counter[str]:
        """Each whole word of the patterns, and how many patterns hold it."""
        words: Counter[str] = Counter()
        for index in (self.early, self.index, self.asked):
            for _, pattern in index.entries:
                words.update(set(_literals(pattern.piece.source)))
        return words

    @cached_property
    def vocabulary(self) -> frozenset[str]:
        """Every whole word that the patterns, the lists and the spellings hold."""
        words = set(self.common) | set(self._written)
        for target in self.spelling.values():
            words.update(target)
        for listed in (self.numbers, self.weekdays, self.months):
            words.update(w for entry in listed for w in entry.split())
        return frozenset(words.union(self.borders, *self.borders.values()))

    def knows(self, word: str) -> bool:
        """Whether a folded word belongs to this language as far as the lexicon tells, inflected forms included."""
        known = self._known.get(word)
        if known is None:
            if len(self._known) >= REMEMBERED:
                self._known.clear()
            known = self._known[word] = (
                word in self.vocabulary
                or word in self.spelling
                or word.startswith(self.stems.get(word[:2], ()))
            )
        return known

    @cached_property
    def stems(self) -> Mapping[str, tuple[str, ...]]:
        """The stems of four letters or more that patterns hold, by their first two letters."""
        out: dict[str, set[str]] = {}
        for index in (self.early, self.index, self.asked):
            for pair, stem in index.stems:
                if len(stem) >= 4:
                    out.setdefault(pair, set()).add(stem)
        return {pair: tuple(sorted(stems)) for pair, stems in out.items()}

    @cached_property
    def doubled(self) -> Mapping[str, str]:
        """Words of five letters or more without their double letters → the word (« frape » → « frappe »)."""
        out: dict[str, str] = {}
        for word in sorted(self.vocabulary):
            single = TWICE.sub(r"\1", word)
            if single != word and len(single) >= 5 and word.isalpha():
                out.setdefault(single, word)
        return out

    @cached_property
    def _heard(self) -> Mapping[str, tuple[str, ...]]:
        """Words of four letters or more and stems, by how they sound; what most patterns hold comes first."""
        out: dict[str, list[str]] = {}
        stems = {stem for stems in self.stems.values() for stem in stems}
        for word in sorted(self.vocabulary | stems, key=lambda word: (-self._written[word], word)):
            if len(word) >= 4 and word.isalpha():
                out.setdefault(self.sounds.of(word), []).append(word)
        return {sound: tuple(words) for sound, words in out.items()}

    def heard_as(self, word: str) -> str | None:
        """The known word that an unknown one of three letters or more sounds like, or None."""
        if not self.sounds or len(word) < 3 or not word.isascii():
            return None
        sound = self.sounds.of(word)
        alike = self._heard.get(sound, ()) if len(sound) >= 3 else ()
        return min(alike, key=lambda known: OSA.distance(word, known), default=None)

    def one_slip_from(self, word: str) -> str | None:
        """The first known word of six letters or more that an unknown one is one slip away from, or None."""
        if not LONG <= len(word) <= LONGEST:
            return None
        near = self._near.get((word[0], len(word)), ())
        found = process.extractOne(word, near, scorer=OSA.distance, score_cutoff=1) if near else None
        return None if found is None else str(found[0])

    @cached_property
    def _near(self) -> Mapping[tuple[str, int], tuple[str, ...]]:
        """Words of six letters or more by first letter and by the lengths of what may have meant them."""
        out: dict[tuple[str, int], list[str]] = {}
        stems = {stem for stems in self.stems.values() for stem in stems}
        for word in sorted(self.vocabulary | stems):
            if len(word) >= LONG and word.isalpha():
                for length in (len(word) - 1, len(word), len(word) + 1):
                    out.setdefault((word[0], length), []).append(word)
        return {key: tuple(words) for key, words in out.items()}


def _literals(source: str) -> list[str]:
    """The whole words of a pattern's expression: those between a space and the next boundary."""
    words = []
    for chunk in source.replace("\\", "").split(" ")[1:]:
        word = ""
        for char in chunk:
            if not char.isalnum():
                break
            word += char
        rest = chunk[len(word) :]
        if word and not rest.startswith("[^"):
            words.append(word)
    return words
