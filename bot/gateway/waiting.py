"""The messages that wait in a conversation: which one is next, and going back behind the one the engine owes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session, joinedload, sessionmaker

from bot.gateway import record
from bot.gateway.plan import Message, View
from bot.gateway.tables import Conversation, Inbox
from bot.gateway.typed import clean

# Messages in and out after which the engine starts a new session. It forgets nothing that counts: state is ours.
SESSION_LENGTH = 60


@dataclass(frozen=True)
class Loaded:
    """One message with what is known of its conversation."""

    row_id: int
    conversation_id: str
    channel: str
    message: Message
    view: View
    overtaking: bool
    started: datetime
    session: int = 0


def load(sessions: sessionmaker[Session], conversation_id: str, now: datetime, limit: int) -> Loaded | None:
    """The next message due, of at most `limit` characters.

    Behind one that waits for the engine, only what needs no engine may pass.
    """
    with sessions() as session:
        rows = session.scalars(
            select(Inbox)
            .where(Inbox.conversation_id == conversation_id, Inbox.status == "pending")
            .order_by(Inbox.seq)
        ).all()
        row = next((row for row in rows if row.next_try_at <= now), None)
        conversation = (
            session.get(Conversation, conversation_id, options=[joinedload(Conversation.contact)])
            if row
            else None
        )
        if row is None or conversation is None:
            return None
        choice = (row.given or {}).get("choice")
        message = Message(
            kind=row.kind,
            typed=clean(row.text or "", limit),
            at=row.at,
            choice=choice,
            tapped=record.older_choice(session, conversation_id, choice),
            given={name: value for name, value in (row.given or {}).items() if name != "choice"},
        )
        return Loaded(
            row.id,
            conversation_id,
            conversation.channel,
            message,
            record.view(session, conversation),
            row is not rows[0],
            now,
            row.seq // SESSION_LENGTH,
        )


def any_pending(session: Session, conversation_id: str) -> bool:
    """Whether a message of the conversation is still to be worked on, now or later."""
    waits = select(Inbox.id).where(Inbox.conversation_id == conversation_id, Inbox.status == "pending")
    return session.scalar(waits.limit(1)) is not None


def queue_up(sessions: sessionmaker[Session], loaded: Loaded) -> None:
    """Wait behind the message that waits for the engine."""
    with sessions.begin() as session:
        head = session.scalar(
            select(Inbox.next_try_at)
            .where(Inbox.conversation_id == loaded.conversation_id, Inbox.status == "pending")
            .order_by(Inbox.seq)
            .limit(1)
        )
        session.execute(update(Inbox).where(Inbox.id == loaded.row_id).values(next_try_at=head))
