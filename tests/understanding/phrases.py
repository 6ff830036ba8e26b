"""The phrases of `phrases/`: what each must give, and whether a reading gives it."""

from __future__ import annotations

import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from bot.profile.codes import codes, fields
from bot.understanding.judged import profile_of
from bot.understanding.reader import Understanding

FOLDER = Path(__file__).with_name("phrases")
NOW = datetime.fromisoformat("2026-12-02T10:00:00+01:00")
LANGUAGES = sorted({path.stem.split("-")[0] for path in FOLDER.glob("*.tsv")})


@dataclass(frozen=True)
class Phrase:
    """One line: `wanted` values by field, `unwanted` ones (none: it must stay unknown); `missed` when marked."""

    text: str
    language: str
    asked: str | None
    wanted: Mapping[str, frozenset[str]]
    unwanted: tuple[tuple[str, frozenset[str]], ...]
    missed: bool

    @property
    def held(self) -> bool:
        """Whether it is one of the fourth that was not shown to who mended the lexicons."""
        return zlib.crc32(self.text.encode()) % 4 == 0

    def understood(self, understanding: Understanding) -> bool:
        """Whether a reading of it gives what is wanted, and nothing that is not."""
        reading = understanding.read(self.text, now=NOW, language=self.language, asked=self.asked)
        profile = profile_of([reading])
        said = {name: _values(profile.get(name)) for name in fields()}
        return all(said[name] == values for name, values in self.wanted.items()) and not any(
            said[name] & values if values else said[name] for name, values in self.unwanted
        )


def phrases(path: Path) -> list[Phrase]:
    """The phrases of one file. Raises `ValueError` with the number of a line that cannot be read."""
    lines = enumerate(path.read_text(encoding="utf-8").splitlines(), start=1)
    return [
        _phrase(line, path.stem.split("-")[0], f"{path.name}:{number}")
        for number, line in lines
        if line and not line.startswith("#")
    ]


def _phrase(line: str, language: str, where: str) -> Phrase:
    told, tab, text = line.partition("\t")
    asked, wanted, unwanted = None, {}, []
    words = told.split()
    missed = words[:1] == ["?"]
    for word in words[missed:]:
        if word.startswith("asked:"):
            asked = word.removeprefix("asked:")
            continue
        name, mark, listed = word.partition("=") if "=" in word else word.partition("!")
        values = frozenset(filter(None, listed.split("+")))
        if (
            not mark
            or name not in fields()
            or (codes(name) and not values <= {*codes(name)})
            or (mark == "=" and not values)
        ):
            raise ValueError(f"{where}: {word}")
        if mark == "=":
            wanted[name] = values
        else:
            unwanted.append((name, values))
    if not tab or not text or not (wanted or unwanted):
        raise ValueError(f"{where}: an expectation, a tab and a phrase")
    return Phrase(text, language, asked, wanted, tuple(unwanted), missed)


def _values(value: Any) -> frozenset[str]:
    return frozenset(map(str, value if isinstance(value, list) else () if value is None else (value,)))
