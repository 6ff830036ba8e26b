"""The profile as plain data. Absent or null is unknown; an empty list is known to be none."""

from __future__ import annotations

from typing import TypedDict


class Profile(TypedDict, total=False):
    """One person's first-level mobility situation; see `profile.schema.json` for each field's meaning."""

    language: str
    plain: bool
    purpose: str | None
    deadline: str | None
    arrival: str | None
    hours: list[str] | None
    origin: str | None
    destination: str | None
    means: list[str] | None
    licence: str | None
    needs: list[str] | None
    age: int | None
    statuses: list[str] | None
    household_quotient: int | None
    weekly_budget: int | None
    skills: list[str] | None
    access_needs: list[str] | None
    obstacles: list[str] | None
    declined: list[str]
    urgency: str | None
    danger: str | None
    human_requested: bool
