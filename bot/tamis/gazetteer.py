"""The names of places as they are looked up."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from bot.tamis.places import Places
from bot.tamis.text import fold

_SHORT = re.compile(r"\(([a-z]{3,})\)$")


def regions_of(places: Places) -> dict[str, str]:
    """The region of each département."""
    found: dict[str, str] = {}
    for codes in places.names().values():
        for code in codes:
            commune = places.commune(code) if len(code) == 5 else None
            if commune is not None and commune.region:
                found.setdefault(commune.department, commune.region)
    return found


def key(name: str) -> str:
    """A folded name as it is looked up: letters and figures, « saint » in full, no article."""
    letters = re.sub(r"[^a-z0-9]+", " ", name).strip()
    letters = re.sub(r"\bst\b", "saint", letters)
    letters = re.sub(r"\bste\b", "sainte", letters)
    return re.sub(r"^(?:le|la|les|l) ", "", letters)


def index(names: Mapping[str, Iterable[str]], prefix: re.Pattern[str]) -> dict[str, tuple[str, ...]]:
    """The codes of every key; `prefix` is what may be left out of a name (« CA », « communauté de communes »)."""
    found: dict[str, list[str]] = {}
    for name, codes in names.items():
        folded = fold(name)
        keys = {key(folded), key(prefix.sub("", folded))}
        short = _SHORT.search(folded)
        if short:
            keys.add(key(short[1]))  # « CA de la Région Nazairienne et de l'Estuaire (CARENE) »
        for one in keys:
            if len(one) > 1:
                held = found.setdefault(one, [])
                held.extend(code for code in codes if code not in held)
    return {one: tuple(codes) for one, codes in found.items()}
