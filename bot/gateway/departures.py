"""Which messages may leave now, and where each goes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, cast

from sqlalchemy import Select, Table, bindparam, case, func, or_, select, update
from sqlalchemy.orm import Session

from bot.gateway.message import Outgoing
from bot.gateway.outbox import outgoing
from bot.gateway.reports import REPORTED
from bot.gateway.tables import Contact, Conversation, Outbox

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


def take(
    session: Session,
    now: datetime,
    *,
    row_id: int | None = None,
    conversation_id: str = "",
    channels: Sequence[str] = (),
) -> Departure | None:
    """Take this message, or the one of a conversation that may leave now on these channels; None when there is none
    or somebody was faster. Commit is the caller's."""
    connection, held = session.connection(), {"at": now, "until": now + LEASE}
    if row_id is None:
        first = {"now": now, "channels": list(channels), "conversation": conversation_id}
        row_id = connection.execute(TAKEN_FIRST, first | held).scalar()
    else:
        row_id = connection.execute(TAKEN, {"row": row_id} | held).scalar()
    if row_id is None:
        return None
    row, where = session.execute(WHERE, {"row": row_id}).one()
    return Departure(row.id, outgoing(row), row.channel, row.attempts, row.created_at, where)


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


def _due(now: Any, channels: Any) -> Select[tuple[int]]:
    first = (
        select(func.min(Outbox.seq))
        .where(
            Outbox.conversation_id == Conversation.id,
            Outbox.status == "queued",
            Outbox.channel.in_(channels),
            or_(Outbox.attempts > 0, Outbox.next_try_at <= now),
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
        )
    )


# Put together once: that costs more than running them, and every message out comes this way.
FIRST = _due(bindparam("now"), bindparam("channels", expanding=True)).where(
    Conversation.id == bindparam("conversation")
)
_table = cast("Table", Outbox.__table__)
_TAKING = (
    update(_table)
    .where(
        _table.c.status == "queued",
        or_(_table.c.lease_until.is_(None), _table.c.lease_until < bindparam("at")),
    )
    .values(lease_until=bindparam("until"), attempts=_table.c.attempts + 1)
    .returning(_table.c.id)
)
TAKEN = _TAKING.where(_table.c.id == bindparam("row"))
TAKEN_FIRST = _TAKING.where(_table.c.id == FIRST.scalar_subquery())
# Withheld meanwhile (STOP): what left has left. A report that was faster stays.
LEFT = (
    update(_table)
    .where(_table.c.id == bindparam("row"))
    .values(
        status=case((_table.c.status.in_(REPORTED), _table.c.status), else_=bindparam("status")),
        provider_id=bindparam("provider_id"),
        sent_at=bindparam("sent_at"),
        lease_until=None,
    )
)
# Where it goes: the conversation's contact, or the person's on the channel it was queued for.
WHERE = select(
    Outbox,
    select(Contact.address)
    .join(Conversation, Conversation.person_id == Contact.person_id)
    .where(Conversation.id == Outbox.conversation_id, Contact.channel == Outbox.channel)
    .order_by(Contact.id != Conversation.contact_id)
    .limit(1)
    .correlate(Outbox)
    .scalar_subquery(),
).where(Outbox.id == bindparam("row"))
