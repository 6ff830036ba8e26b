"""Every language's lexicon, loaded from data/lexicons."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

from bot.understanding.lexicon import Lexicon
from bot.understanding.sounds import Sounds
from bot.understanding.text import Letters
from bot.understanding.written import LexiconError, read_yaml


def load_letters(data: Path) -> Letters:
    """How letters fold, from data/lexicons/letters.yml."""
    content = read_yaml(data / "lexicons" / "letters.yml") or {}
    return Letters({str(k): str(v) for k, v in (content.get("same") or {}).items()})


def load_sounds(data: Path) -> dict[str, Sounds]:
    """How the words of each language sound, from data/lexicons/sounds.yml."""
    path = data / "lexicons" / "sounds.yml"
    try:
        return {str(language): Sounds(rewrites) for language, rewrites in (read_yaml(path) or {}).items()}
    except (re.error, ValueError) as error:
        raise LexiconError(f"{path}: {error}") from error


def load_lexicon(path: Path, letters: Letters, sounds: Sounds | None = None) -> Lexicon:
    """The lexicon of one file. Raises `LexiconError` naming the file when it cannot be used."""
    content = read_yaml(path)
    if not isinstance(content, Mapping):
        raise LexiconError(f"{path}: a lexicon is a mapping")
    return Lexicon(content, letters, path.stem, sounds)


def load_lexicons(data: Path, letters: Letters) -> dict[str, Lexicon]:
    """Every language's lexicon found in data/lexicons (files named by a two-letter code), French first."""
    paths = sorted((data / "lexicons").glob("[a-z][a-z].yml"), key=lambda p: (p.stem != "fr", p.stem))
    sounds = load_sounds(data)
    lexicons = {path.stem: load_lexicon(path, letters, sounds.get(path.stem)) for path in paths}
    for lexicon in lexicons.values():
        others = [
            other for other in lexicons.values() if other is not lexicon and other.script == lexicon.script
        ]
        lexicon.foreign = frozenset().union(*(other.common for other in others))
    return lexicons
