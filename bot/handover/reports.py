"""What counsellors say of a service in one click: full, ended, wrong. Stands beside the source."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.handover.tables import ServiceReport

KINDS = ("full", "ended", "wrong")


def report(
    session: Session, *, service_id: str, kind: str, until: date | None, counsellor_id: str, now: datetime
) -> ServiceReport:
    """Write a report. Raises `ValueError` for another kind, or a service full until a day already past."""
    if kind not in KINDS or not 0 < len(service_id) <= 200:
        raise ValueError("report")
    if until is not None and (kind != "full" or until < now.date()):
        raise ValueError("until")
    row = ServiceReport(
        service_id=service_id,
        kind=kind,
        until=until.isoformat() if until else None,
        counsellor_id=counsellor_id,
        at=now,
    )
    session.add(row)
    session.flush()
    return row


def lift(session: Session, service_id: str, now: datetime) -> int:
    """The service is as its source says again; how many reports that ends."""
    rows = session.scalars(
        select(ServiceReport).where(ServiceReport.service_id == service_id, ServiceReport.lifted_at.is_(None))
    ).all()
    for row in rows:
        row.lifted_at = now
    return len(rows)


def current(session: Session, today: date) -> dict[str, ServiceReport]:
    """The newest standing report of each service; « full until » a day that has passed stands no more."""
    rows = session.scalars(
        select(ServiceReport)
        .where(ServiceReport.lifted_at.is_(None))
        .order_by(ServiceReport.at, ServiceReport.id)
    )
    return {row.service_id: row for row in rows if row.until is None or row.until >= today.isoformat()}
