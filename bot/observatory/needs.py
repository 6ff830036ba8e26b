"""Recording a need that met no service: codes and territory, never the person."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from bot.observatory.tables import UnmetNeed
from bot.profile.codes import codes

LOCAL = ZoneInfo("Europe/Paris")
KINDS = ("no-offer", "closed-none", "expired")


def record(
    session: Session,
    *,
    at: datetime,
    epci: str | None,
    purpose: str | None = None,
    needs: Iterable[str] = (),
    forms: Iterable[str] = (),
    deadline_class: str | None = None,
    hours: Iterable[str] = (),
    language: str | None = None,
    kind: str = "no-offer",
) -> None:
    """Write one row in the caller's transaction; only the profile's own codes are kept.

    `at` is an aware moment, `epci` a SIREN, `kind` one of `KINDS`. Raises `ValueError` for another kind.
    """
    if kind not in KINDS:
        raise ValueError(f"no such kind of unmet need: {kind}")
    session.add(
        UnmetNeed(
            month=at.astimezone(LOCAL).strftime("%Y-%m"),
            epci=epci or None,
            purpose=_one("purpose", purpose),
            needs=_known("needs", needs),
            forms=_known("obstacles", forms),
            deadline_class=_one("urgency", deadline_class),
            hours=_known("hours", hours),
            language=_one("language", language),
            origin_kind=kind,
        )
    )


def _one(field: str, value: str | None) -> str | None:
    return value if value in codes(field) else None


def _known(field: str, values: Iterable[str]) -> list[str]:
    given = set(values)
    return [code for code in codes(field) if code in given]
