"""Local knowledge laid over the directory: who (by role) said what of a service, and until when it holds."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from typing import Any, Literal, get_args

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from bot.directory.freshness import Held, rules
from bot.directory.importer import touch
from bot.directory.tables import Overlay

OverlayKind = Literal["full", "ended", "wrong", "wait", "note"]


def add(
    session: Session,
    service_id: str,
    kind: OverlayKind,
    *,
    author_role: str,
    today: date,
    note: str | None = None,
    field: str | None = None,
    until: date | None = None,
    expires_on: date | None = None,
) -> Overlay:
    """Record what somebody knows of a service; it expires on `expires_on`, else after the days set for its kind
    (never before `until`). Raises `ValueError` for an unknown kind or an empty role. The caller commits."""
    if kind not in get_args(OverlayKind):
        raise ValueError(f"unknown kind of local knowledge: {kind!r}")
    if not author_role.strip():
        raise ValueError("the author's role is needed")
    ends = expires_on or max(today + timedelta(days=rules()["overlay_days"][kind]), until or date.min)
    overlay = Overlay(
        service_id=service_id,
        kind=kind,
        field=field,
        note=note,
        until=until,
        author_role=author_role.strip(),
        said_on=today,
        expires_on=ends,
    )
    session.add(overlay)
    touch(session)
    session.flush()
    return overlay


def withdraw(session: Session, overlay_id: int, today: date) -> bool:
    """Take back what was said; False when there is nothing to take back. The caller commits."""
    overlay = session.get(Overlay, overlay_id)
    if overlay is None or overlay.withdrawn_on is not None:
        return False
    overlay.withdrawn_on = today
    touch(session)
    return True


def in_force(
    session: Session, today: date, service_ids: Sequence[str] | None = None
) -> dict[str, list[dict[str, Any]]]:
    """What holds on this day, by service, the newest first, as plain JSON data (dates as ISO strings)."""
    wanted = (
        select(Overlay)
        .where(or_(Overlay.withdrawn_on.is_(None), Overlay.withdrawn_on > today), Overlay.expires_on >= today)
        .order_by(Overlay.said_on.desc(), Overlay.id.desc())
    )
    if service_ids is not None:
        wanted = wanted.where(Overlay.service_id.in_(service_ids))
    found: dict[str, list[dict[str, Any]]] = {}
    for overlay in session.scalars(wanted):
        found.setdefault(overlay.service_id, []).append(as_dict(overlay))
    return found


def as_dict(overlay: Overlay) -> dict[str, Any]:
    """One piece of local knowledge as plain JSON data."""
    return {
        "id": overlay.id,
        "kind": overlay.kind,
        "field": overlay.field,
        "note": overlay.note,
        "until": overlay.until.isoformat() if overlay.until else None,
        "author_role": overlay.author_role,
        "said_on": overlay.said_on.isoformat(),
        "expires_on": overlay.expires_on.isoformat(),
    }


def held_by(local: Iterable[Mapping[str, Any]], today: date) -> Held | None:
    """What local knowledge says against using a service on this day; None when nothing does.

    `ended`, `full` and `wrong` (when it names no single field) hold a service back; the newest speaks first.
    """
    day = today.isoformat()
    for said in local:
        if said["expires_on"] < day:
            continue
        evidence = f"{said['author_role']}, {said['said_on']}" + (
            f" : {said['note']}" if said["note"] else ""
        )
        until = date.fromisoformat(said["until"]) if said["until"] else None
        if said["kind"] == "ended" and (until is None or until < today):
            return Held("ended", evidence, until)
        if said["kind"] == "full" and (until is None or until >= today):
            return Held("full", evidence, until)
        if said["kind"] == "wrong" and not said["field"]:
            return Held("wrong", evidence, until)
    return None
