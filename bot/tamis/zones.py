"""Where a service is: its zone of eligibility, and the départements around it."""

from __future__ import annotations

import functools
import re
from collections.abc import Mapping
from typing import Any

from bot.tamis.criteria import Criterion, Lives, Stated
from bot.tamis.places import FRANCE, Places
from bot.tamis.territory import Neighbourhood
from bot.tamis.text import plain
from bot.tamis.values import codes

_ZONE_CODE = re.compile(r"^(?:\d{2,3}|2[abAB]|\d[\dabAB]\d{3}|\d{9}|99\d{3}|france)$")


def zone(value: Any) -> tuple[tuple[str, ...], Criterion | None]:
    """The codes of `zone_eligibilite` that mean something, and the criterion they make."""
    if value is None or value == [] or value == "":
        return (), None
    return _zone(codes(value))


@functools.lru_cache(maxsize=20_000)
def _zone(written: tuple[str, ...]) -> tuple[tuple[str, ...], Criterion | None]:
    # Services of one place share their zone: it is kept once.
    zones = tuple(code.lower() if code.lower() == "france" else code.upper() for code in written)
    if any(code in FRANCE for code in zones):
        return (), None
    valid = tuple(code for code in zones if _ZONE_CODE.match(code))
    text = ", ".join(written[:12]) + (" …" if len(written) > 12 else "")
    if not valid:
        return (), Criterion(Stated("other", "zone"), text, "zone_eligibilite")
    return valid, Criterion(Lives(valid), text, "zone_eligibilite")


def neighbourhood(places: Places | None, service: Mapping[str, Any], zone: tuple[str, ...]) -> Neighbourhood:
    """Where a service is, to tell places of one name apart."""
    departments = {code for code in zone if len(code) in (2, 3)}
    if places is not None:
        own = [code for code in (plain(service.get("code_insee")), *zone[:50]) if len(code) == 5]
        departments |= {found.department for code in own if (found := places.commune(code)) is not None}
    return Neighbourhood(zone, frozenset(departments or {"44", "49", "53", "72", "85"}))
