"""Lexicons as they are written: YAML in which every word stays a word."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml


class _Words(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):  # type: ignore[misc]  # C where there is one
    """YAML in which `no`, `on` and `12:30` are words: only whole numbers and null are read as such."""


_Words.yaml_implicit_resolvers = {
    first: [(tag, shape) for tag, shape in shapes if tag.rpartition(":")[2] in ("int", "null", "merge")]
    for first, shapes in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


class LexiconError(ValueError):
    """A lexicon file that cannot be used; the message names the file and the place in it."""


def read_yaml(path: Path) -> Any:
    """The content of a YAML file. Raises `LexiconError` when it is missing or unreadable."""
    try:
        return yaml.load(path.read_bytes(), Loader=_Words)
    except (OSError, yaml.YAMLError) as error:
        raise LexiconError(f"{path}: {error}") from error
