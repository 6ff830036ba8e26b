"""What patterns say, and which of them a message can match at all, by the words it holds."""

from __future__ import annotations

from array import array
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from dataclasses import field as made_by
from typing import Any, NamedTuple, TypeVar

from bot.understanding.pattern import Pattern
from bot.understanding.pieces import MOST_NEEDS

KINDS = ("word", "stem", "end", "inside")
REMEMBERED = 20_000  # words met before all are forgotten: people typed them

Named = TypeVar("Named")


@dataclass(frozen=True)
class Rule:
    """Patterns that say one thing. `kind` is the section; `field`, `value`, `operation` what they say.

    `keep` names the cues (negation, question…) that this rule does not mind, `drop` those it does,
    whatever the field's policy says. `detail` holds the keys of a dates or times entry.
    """

    kind: str
    field: str = ""
    value: str = ""
    operation: str = "say"
    keep: frozenset[str] = frozenset()
    drop: frozenset[str] = frozenset()
    unless: tuple[Pattern, ...] = ()
    detail: Mapping[str, Any] = made_by(default_factory=dict)
    rank: int = 0


class Meeting(NamedTuple):
    """The entries that a message may match, one bit each: over the `whole` of it, or in one clause, by clause."""

    whole: int
    clauses: Sequence[int]


class Index:
    """Which rules a message can match at all, by the words it holds.

    A set of entries is a number with one bit an entry and need: `MOST_NEEDS` rows of as many bits as there are
    entries. The words of a message give theirs; what has a bit in every row may match.
    """

    def __init__(self) -> None:
        self.entries: list[tuple[Rule, Pattern]] = []
        # Word → the needs it meets, each told by its entry's number × `MOST_NEEDS` + its row: half a million of them.
        self._words: dict[str, array[int]] = {}
        self._stems: dict[str, array[int]] = {}
        self._inside: dict[str, array[int]] = {}
        self._ends: dict[str, array[int]] = {}
        self._longest = 0  # letters of the longest of those inside words
        self._free = array("I")
        self._unneeded: int | None = None
        self._inner: int | None = None
        self._met: dict[str, int] = {}  # words met before → their bits
        self._those: dict[str, int] = {}  # what is asked for by name → its entries' bits

    def add(self, rule: Rule, pattern: Pattern) -> None:
        """Adds one pattern of a rule."""
        number = len(self.entries)
        self.entries.append((rule, pattern))
        first = number * MOST_NEEDS
        for row, need in enumerate(pattern.needs):
            for word in need:
                self._want(word, first + row)
        self._free.extend(range(first + len(pattern.needs), first + MOST_NEEDS))
        self._met.clear()
        self._those.clear()
        self._unneeded = self._inner = None

    def _want(self, word: str, need: int) -> None:
        core = word.strip("*")
        if word.startswith("*"):
            listed = self._inside if word.endswith("*") else self._ends
            self._longest = max(self._longest, len(core))
        else:
            listed = self._stems if word.endswith("*") else self._words
        listed.setdefault(core, array("I")).append(need)

    def named(self) -> Iterator[tuple[str, str]]:
        """Every word, beginning, end and inside of a word that some need names: its kind, and it."""
        for kind, listed in zip(KINDS, self._listed, strict=True):
            yield from ((kind, key) for key in listed)

    @property
    def _listed(self) -> tuple[Mapping[str, array[int]], ...]:
        return self._words, self._stems, self._ends, self._inside

    @property
    def stems(self) -> Iterator[tuple[str, str]]:
        """The stems that patterns need most, each after its first two letters."""
        return (
            (stem[:2], stem)
            for stem, wanted in self._stems.items()
            if any(need % MOST_NEEDS == 0 for need in wanted)
        )

    def meeting(self, clauses: Sequence[Iterable[str]]) -> Meeting:
        """What of this index a message of clauses of these words may match.

        A message of a life's story holds the words of most patterns, but seldom in one clause.
        """
        met = [self.met_by(words) for words in clauses]
        every = 0
        for one in met:
            every |= one
        whole = self._met_in_full(every)
        if len(met) == 1:
            return Meeting(whole, ())
        near = whole & self._near()
        return Meeting(whole & ~near, [self._met_in_full(one) & near for one in met])

    def listed(self, meeting: Meeting, within: int | None = None) -> list[tuple[int, list[tuple[int, int]]]]:
        """The entries worth trying, in the file's order, each with the runs of clauses [first, end) to try it on:
        each clause whose words meet its needs, all of them where it may cross a border.

        `within`: only of these entries, one bit each (see `that`).
        """
        whole, clauses = meeting
        size = max(len(clauses), 1)
        found = {number: [(0, size)] for number in _ones(whole if within is None else whole & within)}
        for clause, one in enumerate(clauses):
            for number in _ones(one if within is None else one & within):
                found.setdefault(number, []).append((clause, clause + 1))
        return sorted(found.items())

    def that(self, name: str, told: Callable[[Rule], bool]) -> int:
        """One bit for each entry of whose rule this is true, remembered by its name."""
        known = self._those.get(name)
        if known is None:
            known = self._those[name] = sum(told(rule) << at for at, (rule, _) in enumerate(self.entries))
        return known

    def any(self, met: int) -> bool:
        """Whether there is a candidate at all where these needs are met (see `met_by`)."""
        return self._met_in_full(met) != 0

    def met_by(self, words: Iterable[str]) -> int:
        """The needs that words meet, one bit each; those of several words together are the bits of both."""
        met = self._met
        found = 0
        for word in words:
            wanted = met.get(word)
            found |= self._remember(word) if wanted is None else wanted
        return found

    def _met_in_full(self, met: int) -> int:
        """One bit for each entry all of whose needs are met."""
        size = len(self.entries)
        every = met = met | self._always()
        for row in range(1, MOST_NEEDS):
            every &= met >> (row * size)
        return every & ((1 << size) - 1)

    def _near(self) -> int:
        """One bit for each entry whose matches lie in one clause."""
        if self._inner is None:
            self._inner = 0
            for number, (_, pattern) in enumerate(self.entries):
                self._inner |= (not pattern.crosses) << number
        return self._inner

    def _always(self) -> int:
        """The bits of the needs that patterns do not have."""
        if self._unneeded is None:
            self._unneeded = self._bits(self._free)
        return self._unneeded

    def _remember(self, word: str) -> int:
        if len(self._met) >= REMEMBERED:
            self._met.clear()
        wanted = self._met[word] = self._bits(self._wanted_by(word))
        return wanted

    def _wanted_by(self, word: str) -> Iterator[int]:
        """The needs that a word meets."""
        for wanted in listed_for(word, self._listed, self._longest):
            yield from wanted

    def _bits(self, wanted: Iterable[int]) -> int:
        wanted = list(wanted)
        if not wanted:
            return 0
        size = len(self.entries)
        raw = bytearray(MOST_NEEDS * size // 8 + 1)
        for need in wanted:
            number, row = divmod(need, MOST_NEEDS)
            at = row * size + number
            raw[at >> 3] |= 1 << (at & 7)
        return int.from_bytes(raw, "little")


def listed_for(word: str, listed: Sequence[Mapping[str, Named]], longest: int) -> Iterator[Named]:
    """What is listed, one mapping a kind of `KINDS`, for a word, how it begins, how it ends and what is inside.

    `longest`: letters of the longest of those inside words.
    """
    words, stems, ends, inside = listed
    if (found := words.get(word)) is not None:
        yield found
    for end in range(1, len(word) + 1):
        if (found := stems.get(word[:end])) is not None:
            yield found
    if ends:
        for start in range(len(word)):
            if (found := ends.get(word[start:])) is not None:
                yield found
    if inside:
        for core in _parts(word, longest):
            if (found := inside.get(core)) is not None:
                yield found


def _parts(word: str, longest: int) -> set[str]:
    """The runs of letters of a word, up to so many."""
    return {
        word[start:end]
        for start in range(len(word))
        for end in range(start + 1, min(start + longest, len(word)) + 1)
    }


def _ones(number: int) -> Iterator[int]:
    """The places of the bits that are set, lowest first."""
    digits = bin(number)[:1:-1]
    at = digits.find("1")
    while at >= 0:
        yield at
        at = digits.find("1", at + 1)
