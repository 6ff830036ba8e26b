"""The messages that wait in a conversation: which one is next, and going back behind the one the engine owes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

from sqlalchemy import Table, bindparam, func, null, select, update
from sqlalchemy.orm import Session, defer, joinedload, sessionmaker

from bot.gateway import bells, record
from bot.gateway.plan import Message, View
from bot.gateway.tables import Contact, Conversation, Inbox, Outbox
from bot.gateway.typed import clean

# Messages in and out after which the engine starts a new session. It forgets nothing that counts: state is ours.
SESSION_LENGTH = 60


# Put together once: that costs more than running them, and every turn begins with them.
PENDING = (
    select(Inbox)
    .where(Inbox.conversation_id == bindparam("held"), Inbox.status == "pending")
    .order_by(Inbox.seq)
)
CONVERSATION = select(Conversation).where(Conversation.id == bindparam("held"))
# What is sealed is not unsealed for nothing: reading needs no address, writing neither the state nor the choices.
TALKING = CONVERSATION.options(
    joinedload(Conversation.contact, innerjoin=True).options(defer(Contact.address)),
)
LOCKED = (
    CONVERSATION.options(
        joinedload(Conversation.contact, innerjoin=True),
        defer(Conversation.state),
        defer(Conversation.choices),
    )
    .add_columns(
        select(Inbox.id)
        .where(
            Inbox.conversation_id == bindparam("held"),
            Inbox.status == "pending",
            Inbox.id != bindparam("but"),
        )
        .exists(),
        select(Outbox.id)
        .where(Outbox.conversation_id == bindparam("held"), Outbox.status == "queued")
        .exists(),
    )
    .with_for_update(of=Conversation)
    .execution_options(populate_existing=True)
)


_inbox = cast("Table", Inbox.__table__)
CLOSED = (
    update(_inbox)
    .where(_inbox.c.id == bindparam("row"), _inbox.c.status == "pending")
    .values(status="done", text=bindparam("keep", type_=_inbox.c.text.type), given=null())
    .returning(_inbox.c.id)
)
CLOSED_RINGING = CLOSED.returning(func.pg_notify(bells.CHANNEL, bindparam("bell")))


@dataclass(frozen=True)
class Taken:
    """A conversation locked to write a turn."""

    conversation: Conversation
    more: bool
    """Whether another of its messages is still to be worked on, now or later."""
    behind: bool
    """Whether messages wait in its outbox, behind which what is said now must leave."""


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
    """The next message due, of at most `limit` characters. `sessions` as of `at_once`.

    Behind one that waits for the engine, only what needs no engine may pass.
    """
    with sessions() as session:
        rows = session.scalars(PENDING, {"held": conversation_id}).all()
        row = next((row for row in rows if row.next_try_at <= now), None)
        conversation = session.scalar(TALKING, {"held": conversation_id}) if row else None
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


def taken(session: Session, loaded: Loaded, keep: str | None, *, rings: bool) -> Taken | None:
    """Close a message with the words that are kept of it and lock its conversation; with `rings`, other processes hear
    at the commit that something is said. None when somebody else closed it, or the conversation is there no more.

    Who arrives while the lock is waited for may not be counted: they ring, and are looked for after this turn.
    """
    close: dict[str, Any] = {"row": loaded.row_id, "keep": keep}
    closing = CLOSED
    if rings and bells.are_hung(session):
        closing = CLOSED_RINGING
        close["bell"] = bells.words(bells.SAID, loaded.conversation_id)
    if session.connection().execute(closing, close).one_or_none() is None:
        return None
    asked = {"held": loaded.conversation_id, "but": loaded.row_id}
    found = session.execute(LOCKED, asked).one_or_none()
    return None if found is None else Taken(found[0], bool(found[1]), bool(found[2]))


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
