"""The same offer repeated by one source, for each agency say: what makes two records one offer."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from typing import Any


def fold_key(service: Mapping[str, Any]) -> tuple[Any, ...]:
    """Two services with this in common are one offer: source, words, conditions, themes and publics.

    Neither place, contact nor structure counts: they are what tells the agencies apart.
    """
    return (
        service["source"],
        _plain(service["nom"]),
        _plain(service["description"]),
        _plain(service["conditions_acces"] or ""),
        tuple(sorted(service["thematiques"] or ())),
        tuple(sorted(service["publics"] or ())),
    )


def _plain(text: str) -> int:
    letters = unicodedata.normalize("NFKD", text.casefold())
    return hash("".join(char for char in letters if char.isalnum()))
