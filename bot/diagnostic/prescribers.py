"""Who sent the person: the codes that prescribers give, on a card or in a link (`data/diagnostic/prescribers.yml`)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from bot.yaml_text import yaml_loads

_SIGNS = re.compile(r"[\W_]+")


@dataclass(frozen=True)
class Prescribers:
    """Names of services by their code, written without spaces or hyphens, in capitals."""

    names: Mapping[str, str]
    introductions: frozenset[str]

    @classmethod
    def load(cls, data: Path) -> Prescribers:
        """Read `diagnostic/prescribers.yml` below this folder."""
        raw = yaml_loads((data / "diagnostic" / "prescribers.yml").read_text(encoding="utf-8"))
        return cls(
            {_bare(str(code)): str(name) for code, name in raw["prescribers"].items()},
            frozenset(_bare(str(word)) for word in raw["introductions"]),
        )

    def named(self, text: str) -> str | None:
        """The service whose code is the whole text, but for a word that announces it."""
        words = text.split()
        if words and _bare(words[0]) in self.introductions:
            words = words[1:]
        return self.names.get(_bare("".join(words)))


def _bare(text: str) -> str:
    return _SIGNS.sub("", text).upper()
