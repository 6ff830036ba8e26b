"""The person as the sieve sees them: the profile checked, refusals removed, places resolved."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from bot.profile import codes as profile_codes
from bot.tamis.places import Place, Places, place
from bot.tamis.situations import Situations


class ProfileError(ValueError):
    """The profile cannot be used; `field` names the field at fault."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(message)
        self.field = field
        self.message = message


@dataclass(frozen=True, slots=True)
class Person:
    """Known facts only: None is unknown or declined. `situations` gives the state of each situation."""

    now: dt.date
    situations: Mapping[str, int]
    age: int | None = None
    statuses: frozenset[str] | None = None
    quotient: int | None = None
    licence: str | None = None
    purpose: str | None = None
    means: frozenset[str] | None = None
    access_needs: frozenset[str] | None = None
    deadline: dt.date | None = None
    here: Place | None = None
    there: Place | None = None
    declined: frozenset[str] = field(default=frozenset())


_TYPES: Mapping[str, type | tuple[type, ...]] = {
    "string": str,
    "integer": int,
    "boolean": bool,
    "array": list,
    "null": type(None),
}


def check(profile: Mapping[str, Any]) -> None:
    """Raises `ProfileError` naming the first field that the schema does not allow."""
    if not isinstance(profile, Mapping):
        raise ProfileError("profile", "a profile is a mapping of fields")
    properties = profile_codes.schema()["properties"]
    for name, value in profile.items():
        if name not in properties:
            raise ProfileError(str(name), f"unknown field: {name}")
        _check_value(name, value, properties[name])


def _check_value(name: str, value: Any, spec: Mapping[str, Any]) -> None:
    if "enum" in spec:
        if value not in spec["enum"] and value is not None:
            raise ProfileError(name, f"{name}: unknown code {value!r}")
        return
    kinds = spec["type"] if isinstance(spec["type"], list) else [spec["type"]]
    allowed = any(
        isinstance(value, _TYPES[kind]) and not (kind == "integer" and isinstance(value, bool))
        for kind in kinds
    )
    if not allowed and value is not None:
        raise ProfileError(name, f"{name}: expected {' or '.join(kinds)}, got {value!r}")
    if isinstance(value, list):
        _check_items(name, value, spec["items"])
    elif isinstance(value, int) and not isinstance(value, bool):
        low, high = spec.get("minimum"), spec.get("maximum")
        if (low is not None and value < low) or (high is not None and value > high):
            raise ProfileError(name, f"{name}: {value} is out of range ({low} to {high})")
    elif isinstance(value, str):
        if "pattern" in spec and not re.search(spec["pattern"], value):
            raise ProfileError(name, f"{name}: {value!r} is not well formed")
        if spec.get("format") == "date":
            _date(name, value)


def _check_items(name: str, value: list[Any], spec: Mapping[str, Any]) -> None:
    listed = spec.get("enum")
    for item in value:
        if not isinstance(item, str) or (listed and item not in listed):
            raise ProfileError(name, f"{name}: unknown code {item!r}")
        if name == "declined" and item not in profile_codes.fields():
            raise ProfileError(name, f"declined: unknown field {item!r}")


def _date(name: str, value: str) -> dt.date:
    try:
        return dt.date.fromisoformat(value)
    except ValueError:
        raise ProfileError(name, f"{name}: {value!r} is not a date") from None


def person(
    profile: Mapping[str, Any],
    *,
    now: dt.date,
    situations: Situations,
    places: Places | None,
    code_insee: str | None = None,
) -> Person:
    """The person of this profile on this day.

    `code_insee` is where the person lives when the profile does not say it.
    Raises `ProfileError` for unknown fields, codes, ages, dates or communes.
    """
    check(profile)
    declined = frozenset(profile.get("declined") or ())
    known = {name: value for name, value in profile.items() if name not in declined and value is not None}
    statuses = frozenset(known["statuses"]) if "statuses" in known else None
    origin = known.get("origin")
    if origin is None and "origin" not in declined:
        origin = code_insee
    return Person(
        now=now,
        situations=situations.states(statuses),
        age=known.get("age"),
        statuses=statuses,
        quotient=known.get("household_quotient"),
        licence=known.get("licence"),
        purpose=known.get("purpose"),
        means=frozenset(known["means"]) if "means" in known else None,
        access_needs=frozenset(known["access_needs"]) if "access_needs" in known else None,
        deadline=_date("deadline", known["deadline"]) if "deadline" in known else None,
        here=_place("origin" if profile.get("origin") else "code_insee", origin, places),
        there=_place("destination", known.get("destination"), places),
        declined=declined,
    )


def _place(name: str, code: str | None, places: Places | None) -> Place | None:
    if code is None or places is None:
        return None
    found = place(places, code) if isinstance(code, str) else None
    if found is None:
        raise ProfileError(name, f"{name}: unknown commune {code!r}")
    return found
