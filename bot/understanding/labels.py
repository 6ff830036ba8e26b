"""The labels we show for the codes of a question, said back word for word: « caut un loc de muncă »."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from bot.understanding.facts import Fact
from bot.understanding.policy import Policy
from bot.understanding.text import BORDER, Letters, Token
from bot.understanding.tokeniser import Tokeniser
from bot.understanding.written import read_yaml

CATALOGUES = Path("catalogues")
PREFIX = "code"
# The field whose labels are heard without its question, where a message is made of several of them.
UNASKED = "statuses"
_GLOSS = re.compile(r"\s*\([^()]*\)")

Label = tuple[tuple[str, ...], str]


class Labels:
    """The labels by language and field, longest first."""

    def __init__(self, labels: Mapping[tuple[str, str], Sequence[Label]], policy: Policy) -> None:
        self._labels = {key: sorted(rows, key=lambda row: -len(row[0])) for key, rows in labels.items()}
        self._lists, self._joining = policy.lists, policy.joining

    @classmethod
    def load(cls, data: Path, letters: Letters, policy: Policy) -> Labels:
        """From `catalogues/codes.<language>.yml`; a label counts without its gloss too (« RSA (venit minim) »)."""
        tokeniser = Tokeniser(letters)
        labels: dict[tuple[str, str], list[Label]] = {}
        for path in sorted((data / CATALOGUES).glob("codes.*.yml")):
            language = path.name.split(".")[1]
            for key, said in read_yaml(path).items():
                head, _, rest = str(key).partition(".")
                field, _, code = rest.partition(".")
                if head != PREFIX or not code:
                    continue
                text = said if isinstance(said, str) else str(said["text"])
                for form in dict.fromkeys((text, _GLOSS.sub("", text))):
                    words = tuple(t.text for t in tokeniser.tokens(form) if t.text != BORDER)
                    if words:
                        labels.setdefault((language, field), []).append((words, code))
        return cls(labels, policy)

    def facts(self, raw: Sequence[Token], language: str | None, asked: str | None) -> list[Fact]:
        """What a message says that is nothing but labels: of the field asked for, or several statuses unasked.

        Nothing for any other: « pas de voiture » holds a label and says the contrary.
        """
        tokens = [token for token in raw if token.text != BORDER]
        said = self._whole(tokens, language, asked)
        if said:
            return said
        told = self._whole(tokens, language, UNASKED)
        return told if len(told) > 1 else []

    def _whole(self, tokens: Sequence[Token], language: str | None, field: str | None) -> list[Fact]:
        rows = self._labels.get((language or "", field or ""), ())
        words = [token.text for token in tokens]
        operation = "add" if field in self._lists else "set"
        found: list[Fact] = []
        at = 0
        while at < len(words):
            label, code = next(_beginning(rows, words, at), ((), ""))
            if label:
                start, end = tokens[at].start, tokens[at + len(label) - 1].end
                found.append(Fact(field or "", code, "", start, end, operation, 1.0))
            elif words[at] not in self._joining:
                return []
            at += len(label) or 1
        return found


def _beginning(rows: Sequence[Label], words: Sequence[str], at: int) -> Iterator[Label]:
    """The labels whose words begin here."""
    return (row for row in rows if tuple(words[at : at + len(row[0])]) == row[0])
