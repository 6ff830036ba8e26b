"""One worker at a time on a conversation, among threads and among processes."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import or_, select, update
from sqlalchemy.orm import Session, sessionmaker

from bot.gateway.tables import Conversation, Inbox


def due(session: Session, now: datetime, limit: int) -> list[str]:
    """Conversations with a message to work on and nobody on them, longest waiting first.

    On PostgreSQL, those another process is taking at this very moment are skipped.
    """
    free = or_(Conversation.lease_until.is_(None), Conversation.lease_until < now)
    waiting = (
        select(Inbox.conversation_id).where(Inbox.status == "pending", Inbox.next_try_at <= now).distinct()
    )
    query = (
        select(Conversation.id)
        .where(Conversation.id.in_(waiting), free)
        .order_by(Conversation.last_at)
        .limit(limit)
    )
    return list(session.scalars(query.with_for_update(skip_locked=True)))


def claim(
    sessions: sessionmaker[Session], conversation_id: str, owner: str, now: datetime, until: datetime
) -> bool:
    """Take the conversation until a moment, unless somebody else has it. True when it is ours."""
    free = or_(
        Conversation.lease_until.is_(None), Conversation.lease_until < now, Conversation.lease_owner == owner
    )
    with sessions.begin() as session:
        taken = session.execute(
            update(Conversation)
            .where(Conversation.id == conversation_id, free)
            .values(lease_owner=owner, lease_until=until)
            .execution_options(synchronize_session=False)
        )
        return taken.rowcount == 1  # type: ignore[attr-defined, no-any-return]


def release(sessions: sessionmaker[Session], conversation_id: str, owner: str) -> None:
    """Give the conversation back, if it is still ours."""
    with sessions.begin() as session:
        session.execute(
            update(Conversation)
            .where(Conversation.id == conversation_id, Conversation.lease_owner == owner)
            .values(lease_owner=None, lease_until=None)
            .execution_options(synchronize_session=False)
        )
