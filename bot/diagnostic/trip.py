"""How long the trip is and what usually goes that far, for want of the journey planner's address format."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bot.diagnostic.reply import Say

# Kilometres by road up to which a way of travelling is plausible (docs/domain.md: 5 km by bike, 15 km by e-bike).
WAYS = ((2.0, "trip.walk"), (5.0, "trip.bike"), (15.0, "trip.ebike"))
FAR = "trip.far"
CANNOT_RIDE = frozenset({"ne-sait-pas-faire-de-velo", "fauteuil-roulant", "mobilite-reduite"})


def trip_line(profile: Mapping[str, Any], km: float | None, *, thin: bool) -> list[Say]:
    """One message on the trip: its length, a plausible way, a word on the hour when few lines run (`thin`).

    Nothing when the trip is unknown.
    """
    if km is None or profile.get("origin") == profile.get("destination"):
        return []
    lines: list[dict[str, Any]] = [
        {
            "key": "trip.distance",
            "values": {
                "origin": {"place": profile["origin"]},
                "destination": {"place": profile["destination"]},
                "km": {"km": float(round(km)) or 1.0},
            },
        },
        {"key": _way(profile, km)},
    ]
    if thin:
        lines.append({"key": "trip.hours"})
    return [Say("trip", {"lines": {"lines": lines}})]


def _way(profile: Mapping[str, Any], km: float) -> str:
    cannot = CANNOT_RIDE & {*(profile.get("skills") or ()), *(profile.get("access_needs") or ())}
    if cannot:
        return "trip.lines"
    return next((way for most, way in WAYS if km <= most), FAR)
