"""A message without its names of towns: what the ear for danger listens to.

« Le Pellerin » alone, or « I live in Corpe », is an answer; the pieces of such names mean nothing, and some of them
are those of words that do (4 % of the region's names set the ear off, 2026-11-26).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence

# A name counts as one only where a word of it, this long at least, is none in any language we read: « Fillé » stays.
TELLING = 4


class Unplaced:
    """Leaves out names of towns. Safe to share between threads."""

    def __init__(self, names: Iterable[str], short: Mapping[str, str], known: Callable[[str], bool]) -> None:
        """`names` folded, `short` their short words (« st ») in full; `known` tells a word of some language."""
        self._short = dict(short)
        self._whole = frozenset(names)
        self._names: set[str] = set()
        self._longest: dict[str, int] = {}
        for name in self._whole:
            words = name.split()
            if any(len(word) >= TELLING and not known(word) for word in words):
                self._names.add(name)
                self._longest[words[0]] = max(self._longest.get(words[0], 0), len(words))

    def words(self, folded: Sequence[str]) -> list[str]:
        """The folded words of a message but for those of names."""
        full = [self._short.get(word, word) for word in folded]
        if " ".join(full) in self._whole:
            return []
        kept: list[str] = []
        at = 0
        while at < len(full):
            longest = min(self._longest.get(full[at], 0), len(full) - at)
            size = next(
                (size for size in range(longest, 0, -1) if " ".join(full[at : at + size]) in self._names), 0
            )
            if not size:
                kept.append(folded[at])
            at += size or 1
        return kept
