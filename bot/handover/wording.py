"""The words of the summary, read once from the data folder, and what may be quoted in them."""

from __future__ import annotations

import functools
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bot.yaml_text import yaml_loads

FILES = ("summary.fr.yml", "mobility_labels.yml", "withheld.yml")


@dataclass(frozen=True)
class Wording:
    """The data files of the summary, read once."""

    french: Mapping[str, Any]
    labels: Mapping[str, Any]
    withheld: Mapping[str, Any]

    def quotable(self, words: str, language: str) -> bool:
        """Whether a person's own words may be quoted."""
        if language not in self.withheld["quoted_languages"] or not words.strip():
            return False
        return len(words) <= self.withheld["longest_quote"] and self.speakable(words)

    def speakable(self, words: str) -> bool:
        """Whether a text holds no word of health or justice."""
        folded = fold(words)
        return not any(re.search(rf"\b{re.escape(start)}", folded) for start in self.withheld["beginnings"])


def fold(text: str) -> str:
    """Lower case without accents."""
    split = unicodedata.normalize("NFKD", text.casefold())
    return "".join(char for char in split if not unicodedata.combining(char))


@functools.cache
def wording(data: Path) -> Wording:
    """The summary's words from the data folder's `handover/`."""
    folder = data / "handover"
    read = (yaml_loads((folder / name).read_text(encoding="utf-8")) for name in FILES)
    return Wording(*read)
