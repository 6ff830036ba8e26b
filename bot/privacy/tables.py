"""The ledger of erasures: proof that one took place, without anything of the person it concerned."""

from __future__ import annotations

import secrets
from datetime import datetime

from sqlalchemy import JSON, String
from sqlalchemy.orm import Mapped, mapped_column

from bot.database import Base
from bot.gateway.tables import Instant

# No letter that is taken for another when read aloud.
LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"


def new_number() -> str:
    """A receipt's number, to be read over the telephone."""
    return "".join(secrets.choice(LETTERS) for _ in range(10))


class Erasure(Base):
    """One erasure. The conversations' identifiers stay only until the engine's store is clean too."""

    __tablename__ = "erasure"

    number: Mapped[str] = mapped_column(String(10), primary_key=True, default=new_number)
    at: Mapped[datetime] = mapped_column(Instant, index=True)
    by: Mapped[str] = mapped_column(String(12))
    """Who asked: `person`, `coordinator` or `retention`."""
    removed: Mapped[dict[str, int]] = mapped_column(JSON, default=dict)
    """Rows removed by table."""
    conversations: Mapped[list[str]] = mapped_column(JSON, default=list)
    finish_after: Mapped[datetime] = mapped_column(Instant)
    """A message that was with the engine may still come back until then: its store is cleaned once more."""
    finished_at: Mapped[datetime | None] = mapped_column(Instant, default=None, index=True)
