"""What a sentence tells of those around it: that papers or people are listed, that nothing more is asked."""

from __future__ import annotations

import functools
import re
from dataclasses import dataclass

from bot.tamis.audience import Audience
from bot.tamis.lexicon import Lexicon
from bot.tamis.spans import Spotter
from bot.tamis.statements import Statements

_HEADING = re.compile(r"^\W*(?:[a-z']+ ?){1,5}\W*$")
_HEADER_ONLY = re.compile(r"^[^:]{0,60}:\s*$")
# Sentences whose signs are kept: sources repeat themselves.
_KEPT = 50_000


@dataclass(frozen=True, slots=True)
class Signs:
    """The signs of one sentence."""

    papers: bool
    """It asks for papers, …"""
    more_papers: bool
    """… and so do the lines after it."""
    asks: bool
    """It is worded as a requirement: no line of a list of papers."""
    header: str | None
    """What the lines after it are: `any` or `all` of which is required, `people`, nothing of these (""); None says
    nothing new."""
    colon: bool
    depends: bool
    """It is read differently from one place or day of change to another."""
    no_more: bool
    welcomes: bool


class Signposts:
    """Reads signs; keeps what it read of a sentence."""

    def __init__(
        self, lexicon: Lexicon, spotter: Spotter, statements: Statements, audience: Audience
    ) -> None:
        self._lexicon, self._spotter = lexicon, spotter
        self._statements, self._audience = statements, audience
        self.of = functools.lru_cache(maxsize=_KEPT)(self._of)
        """The signs of a folded sentence."""

    def forget(self) -> None:
        """Drops what is kept in memory."""
        self.of.cache_clear()

    def _of(self, folded: str) -> Signs:
        papers = bool(self._lexicon.documents_header.search(folded)) and not self._statements.owed(folded)
        return Signs(
            papers,
            papers and (bool(_HEADER_ONLY.match(folded.strip())) or ":" in folded),
            bool(self._lexicon.verbs.search(folded)),
            self._header(folded),
            folded.rstrip().endswith(":"),
            self._spotter.depends(folded),
            bool(self._lexicon.no_more.search(folded)),
            self._audience.welcomes(folded),
        )

    def _header(self, folded: str) -> str | None:
        if ":" in folded and self._lexicon.any_header.search(folded):
            return "any"
        if self._lexicon.all_header.search(folded) and (":" in folded or _HEADING.match(folded)):
            return "all"
        if self._lexicon.people_header.search(folded):
            return "people"
        if folded.rstrip().endswith(":") or self._lexicon.topic.search(folded):
            return ""
        return None
