"""« C'est pour quand ? » answered without a day: the class of urgency it means (`data/diagnostic/horizons.yml`)."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from bot.yaml_text import yaml_loads

PAST = "past"
_WORD = re.compile(r"\w+")
_NUMBER = re.compile(r"\d+")
_DAY_AND_MONTH = re.compile(r"\b\d{1,2}\s*[/.-]\s*\d{1,2}\b")
# A figure in so few words, where a day was asked for, was meant for one.
FEW_WORDS = 4


@dataclass(frozen=True)
class Horizons:
    """Phrases, folded and between spaces, with the class each means; the longest come first."""

    phrases: Mapping[str, str]

    @classmethod
    def load(cls, data: Path) -> Horizons:
        """Read `diagnostic/horizons.yml` below this folder."""
        raw = yaml_loads((data / "diagnostic" / "horizons.yml").read_text(encoding="utf-8"))
        found = {
            _folded(phrase): level
            for level, languages in raw.items()
            if not level.startswith("_")
            for phrases in languages.values()
            for phrase in phrases
        }
        return cls(dict(sorted(found.items(), key=lambda pair: -len(pair[0]))))

    def said(self, text: str) -> str | None:
        """The class that a text says, by its longest phrase; None when it says none, or a time that has passed."""
        level = self._found(text)
        return None if level == PAST else level

    def impossible(self, text: str) -> bool:
        """Whether a text in which no day could be read names one: it has passed, or there is none such."""
        figures = bool(_NUMBER.search(text))
        dated = bool(_DAY_AND_MONTH.search(text)) or (figures and len(text.split()) <= FEW_WORDS)
        return dated or self._found(text) == PAST

    def _found(self, text: str) -> str | None:
        folded = _folded(text)
        return next((level for phrase, level in self.phrases.items() if phrase in folded), None)


def impossible_age(text: str, low: int, high: int) -> bool:
    """Whether a text in which no age could be read gives a number that is none, in digits of any script."""
    return any(not low <= int(number) <= high for number in _NUMBER.findall(text))


def _folded(text: str) -> str:
    """Words without case, accents or signs, each between spaces: a phrase is found only as whole words."""
    split = unicodedata.normalize("NFKD", text.casefold())
    bare = "".join(char for char in split if not unicodedata.combining(char))
    return f" {' '.join(_WORD.findall(bare))} "
