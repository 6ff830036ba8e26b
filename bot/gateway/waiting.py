"""The messages that wait in a conversation: which one is next, and going back behind the one the engine owes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

from sqlalchemy import Engine, Row, Table, bindparam, func, null, select, update
from sqlalchemy.orm import Session, defer, joinedload, sessionmaker

from bot.gateway import bells, record
from bot.gateway.plan import Message, View
from bot.gateway.tables import Conversation, Inbox, Outbox
from bot.gateway.typed import clean

# Messages in and out after which the engine starts a new session. It forgets nothing that counts: state is ours.
SESSION_LENGTH = 60


# Put together once: that costs more than running them, and every turn begins with them.
PENDING = (
    select(Inbox.id, Inbox.seq, Inbox.kind, Inbox.text, Inbox.given, Inbox.at, Inbox.next_try_at)
    .where(Inbox.conversation_id == bindparam("held"), Inbox.status == "pending")
    .order_by(Inbox.seq)
)
# What is sealed is not unsealed for nothing: writing a turn needs neither the state nor the choices.
LOCKED = (
    select(Conversation)
    .where(Conversation.id == bindparam("held"))
    .options(
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
CLOSED_RINGING = CLOSED.returning(func.pg_notify(bells.channel(bells.SAID), bindparam("bell")))


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


def load(
    at_once: Engine, conversation_id: str, now: datetime, limit: int, row: Row[Any] | None = None
) -> Loaded | None:
    """The next message due, of at most `limit` characters. `at_once` as of `bot.database.at_once`; `row` is what is
    known of the conversation just now (`record.COLUMNS`).

    Behind one that waits for the engine, only what needs no engine may pass.
    """
    with at_once.connect() as connection:
        waits = connection.execute(PENDING, {"held": conversation_id}).all()
        due = next((one for one in waits if one.next_try_at <= now), None)
        if due is None:
            return None
        conversation = row or connection.execute(record.SEEN, {"held": conversation_id}).one_or_none()
        if conversation is None:
            return None
        given = due.given or {}
        message = Message(
            kind=due.kind,
            typed=clean(due.text or "", limit),
            at=due.at,
            choice=given.get("choice"),
            tapped=record.older_choice(connection, conversation_id, given.get("choice")),
            given={name: value for name, value in given.items() if name != "choice"},
        )
        return Loaded(
            due.id,
            conversation_id,
            conversation.channel,
            message,
            record.view(connection, conversation),
            due is not waits[0],
            now,
            due.seq // SESSION_LENGTH,
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
        close["bell"] = bells.words(loaded.conversation_id)
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
