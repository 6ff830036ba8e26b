"""Which languages a message is read in, and what a second one may add to its own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from bot.understanding.facts import Fact
from bot.understanding.lexicon import Lexicon
from bot.understanding.script import script_of
from bot.understanding.text import BORDER, Letters, Token
from bot.understanding.trip import ROLES

ALWAYS = "fr"  # people living in France put French words in whatever language they write
ENOUGH_WORDS = 2  # known words before a language nobody announced is read as well
WORDS_LOOKED_AT = 60


class Languages:
    """The lexicons by language."""

    def __init__(self, lexicons: Mapping[str, Lexicon], letters: Letters) -> None:
        self.lexicons = dict(lexicons)
        self._letters = letters

    def read_in(self, raw: Sequence[Token], language: str | None) -> list[Lexicon]:
        """The lexicons to read these tokens by, the message's own language first."""
        scripts = {script_of(t.text) for t in raw}
        words = [t.text for t in raw if t.text != BORDER]
        chosen: list[Lexicon] = []
        if language in self.lexicons:
            chosen.append(self.lexicons[language])
        for script in sorted(script for script in scripts if script):
            ranked = sorted(
                ((self._known(lex, words), lex) for lex in self.lexicons.values() if lex.script == script),
                key=lambda pair: (-pair[0], pair[1].language not in (language, ALWAYS), pair[1].language),
            )
            if not ranked:
                continue
            best = ranked[0][0]
            held = max((s for s, lex in ranked if lex in chosen or lex.language == ALWAYS), default=0)
            for score, lexicon in ranked:
                if lexicon in chosen:
                    continue
                if (script != "latin" and not any(lex.script == script for lex in chosen)) or (
                    score == best and score >= ENOUGH_WORDS and score > held
                ):
                    chosen.append(lexicon)
        french = self.lexicons.get(ALWAYS)
        if french is not None and french not in chosen and ("latin" in scripts or not chosen):
            chosen.append(french)
        return chosen

    def beside(
        self, found: Sequence[Fact], lexicon: Lexicon, own: Lexicon, raw: Sequence[Token], text: str
    ) -> list[Fact]:
        """What a second language may add to the message's own.

        Not everyday words of the first (« cada » is « each » in Spanish), nor the roles of places when the first
        knows more of the words: only it knows whose trip it is.
        """
        words = [t.text for t in raw if t.text != BORDER]
        placed = lexicon.script != own.script or (self._known(lexicon, words) >= self._known(own, words))
        return [
            fact
            for fact in found
            if (placed or fact.field not in ROLES)
            and not all(
                word in own.common for word in self._letters.fold(text[fact.start : fact.end]).split()
            )
        ]

    def _known(self, lexicon: Lexicon, words: Sequence[str]) -> int:
        return sum(lexicon.knows(word) for word in words[:WORDS_LOOKED_AT])
