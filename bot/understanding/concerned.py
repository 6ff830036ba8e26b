"""Which of several lexicons may find anything in a message: cheaper than reading it by each."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from bot.understanding.index import KINDS, REMEMBERED, Index, listed_for
from bot.understanding.lexicon import Lexicon
from bot.understanding.spelling import MAX_TOKENS, met_as, spelt
from bot.understanding.text import Token


class Concerned:
    """Lexicons looked at together: a word met before is looked up once for all of them. `known`: see `read_stream`."""

    def __init__(self, lexicons: Iterable[Lexicon], known: frozenset[str] = frozenset()) -> None:
        self._lexicons = tuple(lexicons)
        self._known = known
        self._naming = Naming([lexicon.index for lexicon in self._lexicons])
        self._met: dict[str | tuple[str, int], tuple[tuple[int, int], ...]] = {}

    def among(self, raw: Sequence[Token]) -> list[Lexicon]:
        """The lexicons of which any pattern of `index` may match these tokens, in their order."""
        met: dict[int, int] = {}
        for chunk in raw[:MAX_TOKENS]:
            key = met_as(chunk)
            needs = self._met.get(key)
            if needs is None:
                needs = self._remember(key, chunk)
            for number, bits in needs:
                met[number] = met.get(number, 0) | bits
        return [
            lexicon for number, lexicon in enumerate(self._lexicons) if lexicon.index.any(met.get(number, 0))
        ]

    def _remember(self, key: str | tuple[str, int], chunk: Token) -> tuple[tuple[int, int], ...]:
        """The needs that a word meets, however each lexicon spells it: the lexicon's number and its bits."""
        needs = []
        as_written = self._naming.of(chunk.text)
        for number, lexicon in enumerate(self._lexicons):
            words = [part.text for part in spelt(chunk, lexicon, self._known)]
            if not (as_written >> number & 1 or any(self._naming.of(word) >> number & 1 for word in words)):
                continue
            bits = lexicon.index.met_by((chunk.text, *words))
            if bits:
                needs.append((number, bits))
        if len(self._met) >= REMEMBERED:
            self._met.clear()
        found = self._met[key] = tuple(needs)
        return found


class Naming:
    """Which of several indexes have a need that a word meets: one bit an index. A word nobody typed before is then
    looked up once and not in each."""

    def __init__(self, indexes: Sequence[Index]) -> None:
        listed: dict[str, dict[str, int]] = {kind: {} for kind in KINDS}
        for number, index in enumerate(indexes):
            for kind, key in index.named():
                listed[kind][key] = listed[kind].get(key, 0) | 1 << number
        self._listed = tuple(listed.values())
        self._longest = max(map(len, listed["inside"]), default=0)

    def of(self, word: str) -> int:
        """The bits of the indexes that name a word, its beginning, its end or what is inside."""
        found = 0
        for bits in listed_for(word, self._listed, self._longest):
            found |= bits
        return found
