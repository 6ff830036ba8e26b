"""Words that directories write short (« pers. », « mini », « & »), written in full before they are read."""

from __future__ import annotations

import functools
import re
from collections.abc import Mapping
from typing import Any

# Sentences kept in full: sources repeat themselves.
_KEPT = 50_000


class Shortened:
    """The short forms of data/tamis/shortened.yml."""

    def __init__(self, words: Mapping[str, Any]) -> None:
        """`words` is the content of the file."""
        full: Mapping[str, str] = words["full"]
        self._short = re.compile("|".join(rf"(?P<s{at}>\b{short})" for at, short in enumerate(full)))
        self._full = tuple(full.values())
        self._both = re.compile(words["both"])
        self._turns = [(re.compile(turn), str(instead)) for turn, instead in words["turns"].items()]
        pointed = "".join(rf"(?<!\b{short}\.)" for short in words["points"])
        asked = words["asked"]
        self._denied = re.compile(rf"{asked['question']}\s*(?:{asked['no']})\b[^.;!?\n]*")
        self._affirmed = re.compile(rf"({asked['question']})(\s*(?:{asked['yes']})\b,?)")
        self.breaks = re.compile(
            rf"\n+|;+|[!?]+|\.(?=\s|$){pointed}|(?<=\d min)\.(?=\s+[a-z])"
            r"|\.(?!(?:euse|rice|trice)s?\b)(?=[a-z]{4,} [a-z])"
        )
        """Where one sentence ends and the next begins, in folded text."""
        self.in_full = functools.lru_cache(maxsize=_KEPT)(self._in_full)
        """A folded sentence with its short words written in full and its turns of phrase made plain."""

    def forget(self) -> None:
        """Drops the sentences kept in memory."""
        self.in_full.cache_clear()

    def settled(self, folded: str) -> str:
        """A folded text without the questions it answers by no, those answered by yes made one with their answer.

        As many letters as before: where a sentence stands stays the same.
        """
        folded = self._denied.sub(lambda found: " " * len(found[0]), folded)
        return self._affirmed.sub(lambda found: found[1][:-1] + " " * (1 + len(found[2])), folded)

    def _in_full(self, folded: str) -> str:
        folded = self._both.sub(r"\g<several>", folded)
        for turn, instead in self._turns:
            folded = turn.sub(instead, folded)
        return self._short.sub(lambda found: self._full[int(str(found.lastgroup)[1:])], folded)
