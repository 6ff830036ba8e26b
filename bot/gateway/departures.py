"""Which messages may leave now, and where each goes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, cast

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    Connection,
    Integer,
    Row,
    ScalarSelect,
    Select,
    Table,
    and_,
    bindparam,
    case,
    func,
    literal_column,
    null,
    or_,
    select,
    update,
)
from sqlalchemy.orm import Session

from bot.gateway.message import Outgoing
from bot.gateway.outbox import outgoing
from bot.gateway.reports import REPORTED
from bot.gateway.tables import Conversation, Outbox
from bot.sealing import SealedText

# Looked for at once.
AHEAD = 64
# What a process was sending when it was killed is sent by another after this long; one that lives renews it.
LEASE = timedelta(seconds=20)


@dataclass(frozen=True)
class Departure:
    """A message taken to be sent: nobody else sends it before its lease ends."""

    row_id: int
    out: Outgoing
    channel: str
    attempts: int
    created: datetime
    where: str | None
    """The address; None when there is none any more."""


@dataclass(frozen=True)
class Fate:
    """What became of a message that was handed to a sender: the columns that say so."""

    values: Mapping[str, Any]
    gone: bool = False
    """Nobody is at that address any more."""

    @property
    def left(self) -> bool:
        """Whether the provider took it."""
        return self.values.get("status") == "sent"


def due(now: datetime, channels: list[str]) -> Select[tuple[int]]:
    """What may leave now: of each conversation the first that waits. One that is tried again keeps its place; a
    reminder put off to the morning holds up no answer.
    """
    return _due(now, channels).order_by(Outbox.id).limit(AHEAD)


def take(connection: Connection, now: datetime, row_id: int) -> Departure | None:
    """Take this message; None when somebody was faster. Commit is the caller's."""
    found = connection.execute(TAKEN, {"row": row_id, "at": now, "until": now + LEASE}).all()
    return _departure(found, None)


def take_first(
    connection: Connection, now: datetime, conversation_id: str, channels: Sequence[str]
) -> Departure | None:
    """Take the message of a conversation that may leave now on these channels, if there is one. Commit is the
    caller's."""
    found = connection.execute(TAKEN_FIRST, _next(now, conversation_id, channels)).all()
    return _departure(found, None)


def left(
    connection: Connection,
    row_id: int,
    fate: Fate,
    now: datetime,
    conversation_id: str,
    channels: Sequence[str],
) -> Departure | None:
    """Write down that a message left and take the next of its conversation, both or none of it; commit is the
    caller's."""
    values = {"row": row_id, **fate.values, **_next(now, conversation_id, channels)}
    return _departure(connection.execute(LEFT_AND_NEXT, values).all(), row_id)


def left_behind(connection: Connection, row_id: int, fate: Fate) -> int | None:
    """Write down that a message left; the row of its conversation that waits next. Commit is the caller's."""
    found = connection.execute(LEFT_BEHIND, {"row": row_id, **fate.values}).scalar()
    return None if found is None else int(found)


def release(connection: Connection, row_ids: Sequence[int]) -> None:
    """Let go of messages that were taken and not tried; commit is the caller's."""
    connection.execute(update(_table).where(_table.c.id.in_(row_ids)).values(lease_until=None, attempts=0))


def note(session: Session, row_id: int, fate: Fate) -> None:
    """Write down what became of it, with no look before: the provider's report may be written down at the same moment,
    and a STOP may have withheld it meanwhile."""
    if fate.left:
        session.connection().execute(LEFT, {"row": row_id, **fate.values})
        return
    this = update(Outbox).where(Outbox.id == row_id).execution_options(synchronize_session=False)
    # What did not leave and was withheld meanwhile stays withheld.
    session.execute(this.where(Outbox.status == "queued").values(**fate.values))
    session.execute(this.values(lease_until=None))
    if fate.gone:
        # Not a STOP: whoever writes again is answered again. What waited would only fail too.
        of = select(Outbox.conversation_id).where(Outbox.id == row_id).scalar_subquery()
        session.execute(
            update(Outbox)
            .where(Outbox.conversation_id == of, Outbox.status == "queued")
            .values(status="withheld")
            .execution_options(synchronize_session=False)
        )


def _next(now: datetime, conversation_id: str, channels: Sequence[str]) -> dict[str, Any]:
    asked = {"now": now, "channels": list(channels), "conversation": conversation_id}
    return asked | {"at": now, "until": now + LEASE}


def _departure(found: Sequence[Row[Any]], noted: int | None) -> Departure | None:
    """The message taken among the rows written to, beside the one that is `noted`."""
    row = next((one for one in found if one.id != noted), None)
    if row is None:
        return None
    return Departure(
        row.id, outgoing(cast("Outbox", row)), row.channel, row.attempts, row.created_at, row.address
    )


def _due(now: Any, channels: Any, *but: ColumnElement[bool]) -> Select[tuple[int]]:
    """`but`: what else the message and those before it must be."""
    first = (
        select(func.min(Outbox.seq))
        .where(
            Outbox.conversation_id == Conversation.id,
            Outbox.status == "queued",
            Outbox.channel.in_(channels),
            or_(Outbox.attempts > 0, Outbox.next_try_at <= now),
            *but,
        )
        .correlate(Conversation)
        .scalar_subquery()
    )
    return (
        select(Outbox.id)
        .join(Conversation, Conversation.id == Outbox.conversation_id)
        .where(
            Outbox.status == "queued",
            Outbox.channel.in_(channels),
            Outbox.next_try_at <= now,
            or_(Outbox.lease_until.is_(None), Outbox.lease_until < now),
            Outbox.seq == first,
            *but,
        )
    )


def _first(*but: ColumnElement[bool]) -> ScalarSelect[int]:
    due_now = _due(bindparam("now"), bindparam("channels", expanding=True), *but)
    return due_now.where(Conversation.id == bindparam("conversation")).scalar_subquery()


def _given(name: str) -> BindParameter[Any]:
    """A value for this column of the outbox: of the column's type also where SQLAlchemy cannot tell, in a CASE."""
    return bindparam(name, type_=_table.c[name].type)


# Put together once: that costs more than running them, and every message out comes this way.
_table = cast("Table", Outbox.__table__)
_this = _table.c.id == bindparam("row")
_free = (
    _table.c.status == "queued",
    or_(_table.c.lease_until.is_(None), _table.c.lease_until < bindparam("at")),
)
# Where it goes: the conversation's contact, or the person's on the channel it was queued for. In words: SQLAlchemy 2.0
# leaves the names of tables out of a subquery behind RETURNING on SQLite (27 November 2026).
_where = literal_column(
    "(SELECT contact.address FROM contact JOIN conversation ON conversation.person_id = contact.person_id"
    " WHERE conversation.id = outbox.conversation_id AND contact.channel = outbox.channel"
    " ORDER BY contact.id <> conversation.contact_id LIMIT 1)",
    SealedText(),
).label("address")
_TAKING = (
    update(_table)
    .where(*_free)
    .values(lease_until=bindparam("until"), attempts=_table.c.attempts + 1)
    .returning(_table, _where)
)
TAKEN = _TAKING.where(_this)
TAKEN_FIRST = _TAKING.where(_table.c.id == _first())
# Withheld meanwhile (STOP): what left has left. A report that was faster stays.
_status = case((_table.c.status.in_(REPORTED), _table.c.status), else_=_given("status"))
_left = {
    "status": _status,
    "provider_id": _given("provider_id"),
    "sent_at": _given("sent_at"),
    "lease_until": null(),
}
LEFT = update(_table).where(_this).values(**_left)
LEFT_BEHIND = LEFT.returning(
    literal_column(
        "(SELECT later.id FROM outbox AS later WHERE later.conversation_id = outbox.conversation_id"
        " AND later.status = 'queued' AND later.id <> outbox.id ORDER BY later.seq LIMIT 1)",
        Integer(),
    ).label("following")
)
_other: dict[str, Any] = {"lease_until": bindparam("until", type_=_table.c.lease_until.type)}
LEFT_AND_NEXT = (
    update(_table)
    .where(or_(_this, and_(_table.c.id == _first(Outbox.id != bindparam("row")), *_free)))
    .values(
        **{
            name: case((_this, value), else_=_other.get(name, _table.c[name]))
            for name, value in _left.items()
        },
        attempts=_table.c.attempts + case((_this, 0), else_=1),
    )
    .returning(_table, _where)
)
