"""The labels we show for the codes of a question, said back word for word: « caut un loc de muncă »."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from bot.understanding.facts import Fact
from bot.understanding.lexicon import read_yaml
from bot.understanding.text import BORDER, Letters, Token
from bot.understanding.tokeniser import Tokeniser

CATALOGUES = Path("catalogues")
PREFIX = "code"

Label = tuple[tuple[str, ...], str]


class Labels:
    """The labels by language and field, longest first."""

    def __init__(self, labels: Mapping[tuple[str, str], Sequence[Label]], lists: frozenset[str]) -> None:
        """`lists` are the fields that hold several codes."""
        self._labels = {key: sorted(rows, key=lambda row: -len(row[0])) for key, rows in labels.items()}
        self._lists = lists

    @classmethod
    def load(cls, data: Path, letters: Letters, lists: frozenset[str]) -> Labels:
        """From `catalogues/codes.<language>.yml`; a language without such a file has no labels."""
        tokeniser = Tokeniser(letters)
        labels: dict[tuple[str, str], list[Label]] = {}
        for path in sorted((data / CATALOGUES).glob("codes.*.yml")):
            language = path.name.split(".")[1]
            for key, said in (read_yaml(path) or {}).items():
                head, _, rest = str(key).partition(".")
                field, _, code = rest.partition(".")
                if head != PREFIX or not code:
                    continue
                text = said if isinstance(said, str) else str((said or {}).get("text", ""))
                words = tuple(t.text for t in tokeniser.tokens(text) if t.text != BORDER)
                if words:
                    labels.setdefault((language, field), []).append((words, code))
        return cls(labels, lists)

    def facts(self, raw: Sequence[Token], language: str | None, asked: str | None) -> list[Fact]:
        """What the labels of the field that was asked for say, where they stand in the message."""
        rows = self._labels.get((language or "", asked or ""), ())
        tokens = [token for token in raw if token.text != BORDER]
        words = [token.text for token in tokens]
        found: list[Fact] = []
        taken: set[int] = set()
        for label, code in rows:
            for at in range(len(words) - len(label) + 1):
                span = range(at, at + len(label))
                if taken.isdisjoint(span) and tuple(words[at : span.stop]) == label:
                    taken.update(span)
                    operation = "add" if asked in self._lists else "set"
                    start, end = tokens[at].start, tokens[span.stop - 1].end
                    found.append(Fact(asked or "", code, "", start, end, operation, 1.0))
        return sorted(found, key=lambda fact: fact.start)


def covered(raw: Sequence[Token], facts: Sequence[Fact]) -> bool:
    """Whether labels are all that a message says, but for a word between two."""
    outside = sum(
        token.text != BORDER and not any(fact.start <= token.start < fact.end for fact in facts)
        for token in raw
    )
    return bool(facts) and outside < len(facts)
