"""What counsellors say of a service in one click: full, ended, wrong. Kept by the directory, beside the source."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, Literal, get_args

from sqlalchemy.orm import Session

from bot.directory import overlays

Kind = Literal["full", "ended", "wrong"]


def report(
    session: Session, *, service_id: str, kind: str, until: date | None, role: str, today: date
) -> None:
    """Record it under the counsellor's role, never their name.

    Raises `ValueError` for another kind, or a service full until a day already past.
    """
    known: dict[str, Kind] = {one: one for one in get_args(Kind)}
    if kind not in known:
        raise ValueError("kind")
    if until is not None and (kind != "full" or until < today):
        raise ValueError("until")
    overlays.add(session, service_id, known[kind], author_role=role, today=today, until=until)


def lift(session: Session, service_id: str, today: date) -> int:
    """The service is as its source says again; how many reports that ends."""
    return sum(
        overlays.withdraw(session, said["id"], today)
        for said in overlays.in_force(session, today, [service_id]).get(service_id, [])
        if said["kind"] in get_args(Kind)
    )


def current(session: Session, service_ids: Sequence[str], today: date) -> dict[str, Mapping[str, Any]]:
    """The newest standing report of each of these services: {"kind", "until", "said_on", …}."""
    found = overlays.in_force(session, today, service_ids)
    reports = {
        service_id: [one for one in said if one["kind"] in get_args(Kind)]
        for service_id, said in found.items()
    }
    return {service_id: said[0] for service_id, said in reports.items() if said}
