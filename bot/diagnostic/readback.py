"""What was understood, said back in one line; and the same for the agreement before a handover."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from bot.profile.codes import codes, is_list

# The order of a sentence about a trip, not the schema's.
ORDER = (
    "purpose",
    "deadline",
    "arrival",
    "hours",
    "origin",
    "destination",
    "means",
    "licence",
    "needs",
    "age",
    "statuses",
    "household_quotient",
    "weekly_budget",
    "skills",
    "access_needs",
    "obstacles",
)
PLACES = ("origin", "destination")


def pieces(profile: Mapping[str, Any], only: Iterable[str] | None = None) -> list[dict[str, Any]]:
    """One tagged value for each known field, in a sentence's order; `only` keeps these fields."""
    wanted = set(only) if only is not None else set(ORDER)
    return [piece for name in ORDER if name in wanted for piece in _piece(name, profile.get(name))]


def _piece(name: str, value: Any) -> list[dict[str, Any]]:
    if value is None:
        return []
    if name in PLACES:
        return [{"key": f"understood.{name}", "values": {"place": {"place": value}}}]
    if name == "deadline":
        return [{"key": "understood.deadline", "values": {"day": {"date": value}}}]
    if name == "arrival":
        return [{"key": "understood.arrival", "values": {"time": {"time": value}}}]
    if is_list(name):
        if not value:
            return [{"key": f"understood.none.{name}"}] if name == "statuses" else []
        return [{"code": f"{name}.{code}"} for code in value]
    if codes(name):
        return [{"code": f"{name}.{value}"}]
    return [{"key": f"understood.{name}", "values": {"number": {"number": value}}}]
