"""What patterns say, and which of them a message can match at all, by the words it holds."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from dataclasses import field as made_by
from typing import Any

from bot.understanding.pattern import Pattern

REMEMBERED = 4_000  # words met before all are forgotten: people typed them


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


@dataclass
class Index:
    """Which rules a message can match at all, by the words it holds."""

    entries: list[tuple[Rule, Pattern]] = made_by(default_factory=list)
    words: dict[str, list[int]] = made_by(default_factory=dict)
    stems: dict[str, list[tuple[str, int]]] = made_by(default_factory=dict)
    inside: list[tuple[str, bool, int]] = made_by(default_factory=list)
    always: list[int] = made_by(default_factory=list)
    _met: dict[str, tuple[int, ...]] = made_by(default_factory=dict)

    def add(self, rule: Rule, pattern: Pattern) -> None:
        """Adds one pattern of a rule."""
        number = len(self.entries)
        self.entries.append((rule, pattern))
        if pattern.anchors is None:
            self.always.append(number)
            return
        for anchor in pattern.anchors:
            if anchor.startswith("*"):
                self.inside.append((anchor.strip("*"), anchor.endswith("*"), number))
            elif anchor.endswith("*"):
                stem = anchor[:-1]
                self.stems.setdefault(stem[:2], []).append((stem, number))
            else:
                self.words.setdefault(anchor, []).append(number)

    def candidates(self, words: Iterable[str]) -> list[tuple[Rule, Pattern]]:
        """The rules and patterns worth trying on a message of these words, in the file's order."""
        found = set(self.always)
        met = self._met
        for word in words:
            numbers = met.get(word)
            if numbers is None:
                if len(met) >= REMEMBERED:
                    met.clear()
                numbers = met[word] = self._wanted_by(word)
            if numbers:
                found.update(numbers)
        return [self.entries[number] for number in sorted(found)]

    def _wanted_by(self, word: str) -> tuple[int, ...]:
        """The entries that have an anchor which a word satisfies."""
        found = set(self.words.get(word, ()))
        found.update(number for stem, number in self.stems.get(word[:2], ()) if word.startswith(stem))
        found.update(n for core, tail, n in self.inside if core in word and (tail or word.endswith(core)))
        return tuple(found)
