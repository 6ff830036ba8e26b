"""The observatory's table: needs that met no service, without any personal identifier."""

from __future__ import annotations

from sqlalchemy import JSON, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from bot.database import Base


class UnmetNeed(Base):
    """One need that stayed without an answer. The month is all that is kept of the moment."""

    __tablename__ = "unmet_need"
    __table_args__ = (Index("unmet_need_cell", "month", "epci"),)

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    month: Mapped[str] = mapped_column(String(7))
    epci: Mapped[str | None] = mapped_column(String(9), default=None)
    purpose: Mapped[str | None] = mapped_column(String(16), default=None)
    needs: Mapped[list[str]] = mapped_column(JSON, default=list)
    forms: Mapped[list[str]] = mapped_column(JSON, default=list)
    deadline_class: Mapped[str | None] = mapped_column(String(2), default=None)
    hours: Mapped[list[str]] = mapped_column(JSON, default=list)
    language: Mapped[str | None] = mapped_column(String(8), default=None)
    origin_kind: Mapped[str] = mapped_column(String(12))
    """Where it was seen: `no-offer`, `closed-none`, `expired`."""
