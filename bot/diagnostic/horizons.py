"""« C'est pour quand ? » answered without a day: the class of urgency it means (`data/diagnostic/horizons.yml`)."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import yaml

_WORD = re.compile(r"\w+")


@dataclass(frozen=True)
class Horizons:
    """Phrases, folded and between spaces, with the class each means; the longest come first."""

    phrases: Mapping[str, str]

    @classmethod
    def load(cls, data: Path) -> Horizons:
        """Read `diagnostic/horizons.yml` below this folder."""
        raw = yaml.safe_load((data / "diagnostic" / "horizons.yml").read_text(encoding="utf-8"))
        found = {
            _folded(phrase): level
            for level, languages in raw.items()
            if not level.startswith("_")
            for phrases in languages.values()
            for phrase in phrases
        }
        return cls(dict(sorted(found.items(), key=lambda pair: -len(pair[0]))))

    def said(self, text: str) -> str | None:
        """The class that a text says, by its longest phrase; None when it says none."""
        folded = _folded(text)
        return next((level for phrase, level in self.phrases.items() if phrase in folded), None)


def _folded(text: str) -> str:
    """Words without case, accents or signs, each between spaces: a phrase is found only as whole words."""
    split = unicodedata.normalize("NFKD", text.casefold())
    bare = "".join(char for char in split if not unicodedata.combining(char))
    return f" {' '.join(_WORD.findall(bare))} "
