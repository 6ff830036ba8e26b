"""Where corrections are kept: one row a version, never changed, so that who said what and when stays known."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

from sqlalchemy import JSON, DateTime, String, Text, UniqueConstraint, func, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from bot.database import Base
from bot.tamis.codec import from_data, to_data
from bot.tamis.corrections import Correction
from bot.tamis.criteria import Criterion


class CorrectionRow(Base):
    """One version of a correction; `criteria` null withdraws. `made_at` is UTC."""

    __tablename__ = "tamis_corrections"
    __table_args__ = (UniqueConstraint("service_id", "version"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    service_id: Mapped[str] = mapped_column(String(200), index=True)
    version: Mapped[int]
    author: Mapped[str] = mapped_column(String(200))
    made_at: Mapped[dt.datetime] = mapped_column(DateTime(timezone=True))
    digest: Mapped[str] = mapped_column(String(64))
    criteria: Mapped[list[dict[str, Any]] | None] = mapped_column(JSON(none_as_null=True))
    needs_professional: Mapped[bool | None]
    comment: Mapped[str] = mapped_column(Text, default="")


def correct(
    session: Session,
    service_id: str,
    *,
    author: str,
    made_at: dt.datetime,
    digest: str,
    criteria: Sequence[Criterion] | None,
    needs_professional: bool | None = None,
    comment: str = "",
) -> Correction:
    """Adds the next version. Two counsellors at once: the second commit fails on the version and is tried again.

    Raises `sqlalchemy.exc.IntegrityError` at flush in that case.
    """
    latest = session.scalar(
        select(func.max(CorrectionRow.version)).where(CorrectionRow.service_id == service_id)
    )
    row = CorrectionRow(
        service_id=service_id,
        version=(latest or 0) + 1,
        author=author,
        made_at=made_at,
        digest=digest,
        criteria=None if criteria is None else [to_data(criterion) for criterion in criteria],
        needs_professional=needs_professional,
        comment=comment,
    )
    session.add(row)
    session.flush()
    return _correction(row)


def corrections(session: Session, service_ids: Sequence[str] | None = None) -> dict[str, list[Correction]]:
    """Every version by service, oldest first; of these services only when given."""
    query = select(CorrectionRow).order_by(CorrectionRow.service_id, CorrectionRow.version)
    if service_ids is not None:
        query = query.where(CorrectionRow.service_id.in_(service_ids))
    found: dict[str, list[Correction]] = {}
    for row in session.scalars(query):
        found.setdefault(row.service_id, []).append(_correction(row))
    return found


def _correction(row: CorrectionRow) -> Correction:
    criteria = None if row.criteria is None else tuple(from_data(data) for data in row.criteria)
    return Correction(
        row.service_id,
        row.version,
        row.author,
        row.made_at,
        row.digest,
        criteria,
        row.needs_professional,
        row.comment,
    )
