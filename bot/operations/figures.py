"""What waits, counted in the database: for `relais doctor` and for metrics. Counts and ages, nothing of anybody."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from bot.database import Base
from bot.directory.tables import Service, Source
from bot.gateway.tables import Conversation, Inbox, Outbox
from bot.handover.tables import Handover, Notice
from bot.privacy.tables import Erasure

DAY = timedelta(days=1)


@dataclass(frozen=True)
class Figures:
    """Numbers of rows; ages in seconds (0 when there is nothing)."""

    conversations_day: int
    """Conversations with a message in the last 24 hours."""
    unanswered: int
    """Messages received and not answered yet."""
    unanswered_age: float
    dead_day: int
    """Messages of the last 24 hours given up and handed to a human, or limited."""
    unsent: int
    """Messages that should have left: their moment has come."""
    unsent_age: float
    handovers: dict[str, int] = field(default_factory=dict)
    """By state."""
    handover_age: float = 0.0
    """How long the one that waits longest has been waiting."""
    notices_unsent: int = 0
    erasures_open: int = 0
    erasure_age: float = 0.0
    services: int = 0
    directory_age: float | None = None
    """Since the directory was last loaded; None when it never was."""


def figures(session: Session, now: datetime) -> Figures:
    """Count now (an aware moment). A dozen indexed queries."""
    pending = Inbox.status == "pending"
    due = (Outbox.status == "queued") & (Outbox.next_try_at <= now)
    # The web page fetches its messages itself: one nobody has looked at is not a failure.
    outside = due & (Outbox.channel != "web")
    states = {
        row[0]: row[1]
        for row in session.execute(select(Handover.state, func.count()).group_by(Handover.state))
    }
    waiting = Handover.state.in_(("queued", "deferred"))
    loaded = session.scalar(select(func.max(Source.loaded_at)))
    if loaded is not None and loaded.tzinfo is None:
        loaded = loaded.replace(tzinfo=UTC)  # SQLite forgets zones
    open_erasure = Erasure.finished_at.is_(None)

    def count(table: type[Base], condition: ColumnElement[bool]) -> int:
        return session.scalar(select(func.count()).select_from(table).where(condition)) or 0

    def age(column: InstrumentedAttribute[datetime], condition: ColumnElement[bool]) -> float:
        first = session.scalar(select(func.min(column)).where(condition))
        return max(0.0, (now - first).total_seconds()) if first is not None else 0.0

    return Figures(
        conversations_day=count(Conversation, Conversation.last_at > now - DAY),
        unanswered=count(Inbox, pending),
        unanswered_age=age(Inbox.received_at, pending),
        dead_day=count(Inbox, (Inbox.status == "dead") & (Inbox.received_at > now - DAY)),
        unsent=count(Outbox, outside),
        unsent_age=age(Outbox.created_at, outside),
        handovers=states,
        handover_age=age(Handover.waiting_since, waiting),
        notices_unsent=count(Notice, Notice.sent_at.is_(None)),
        erasures_open=count(Erasure, open_erasure),
        erasure_age=age(Erasure.at, open_erasure),
        services=count(Service, Service.withdrawn_at.is_(None)),
        directory_age=(now - loaded).total_seconds() if loaded is not None else None,
    )
