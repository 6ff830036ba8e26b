"""The short way in, on PostgreSQL: somebody known writes again. One journey looks, stores and rings.

Who is new has a short way too (`bot.gateway.newcomer`). The long one (`bot.gateway.inbox`) takes everybody else: who
was erased, who writes too fast, what is sent twice or has no identifier to trust.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any, cast

from sqlalchemy import Engine, Table, bindparam, select, update

from bot.gateway.entry import entry, given, parameters
from bot.gateway.inbox import RECENT, Arrival
from bot.gateway.limits import Limits
from bot.gateway.message import Incoming
from bot.gateway.tables import Contact, Conversation, Inbox, Person
from bot.sealing import sealer_of


def _known() -> Any:
    """Who writes, in which conversation, and whether they may: one row, or none."""
    recent = RECENT.where(Inbox.conversation_id == Conversation.id).correlate(Conversation).scalar_subquery()
    twice = select(Inbox.id).where(Inbox.channel == bindparam("way"), Inbox.dedupe == bindparam("mark"))
    newest = (
        select(
            Contact.id.label("contact"),
            Conversation.id.label("conversation"),
            (~twice.exists() & (recent < bindparam("most"))).label("may"),
        )
        .join(Conversation, Conversation.person_id == Contact.person_id)
        .join(Person, Person.id == Contact.person_id)
        .where(
            Contact.channel == bindparam("way"),
            Contact.address_digest == bindparam("digest"),
            Contact.address.is_not(None),
            Person.erased_at.is_(None),
        )
        .order_by(Conversation.started_at.desc(), Conversation.id)
        .limit(1)
    )
    return newest.cte("known")


def _stored() -> Any:
    """Take a number, store the message under it and ring: all of it or nothing."""
    conversation = cast("Table", Conversation.__table__)
    known = _known()
    came = (
        update(conversation)
        .where(conversation.c.id == known.c.conversation, known.c.may)
        .values(
            seq=conversation.c.seq + 1,
            contact_id=known.c.contact,
            channel=bindparam("way"),
            last_at=given(conversation.c.last_at, "now"),
        )
        .returning(conversation.c.id, conversation.c.seq)
        .cte("came")
    )
    return entry(came)


# Put together once: that costs more than running it, and nearly every message comes this way.
STORED = _stored()


def store(at_once: Engine, incoming: Incoming, now: datetime, limits: Limits) -> Arrival | None:
    """Store a message of somebody known; None when it takes the long way. `at_once` as of `bot.database.at_once`.

    Raises `IntegrityError` when another process stored the same at the same moment.
    """
    if incoming.external_id is None:
        return None
    with at_once.connect() as connection:
        digest = sealer_of(connection.dialect).digest(f"{incoming.channel}|{incoming.address}")
        row = connection.execute(
            STORED,
            {
                **parameters(incoming, incoming.external_id, digest, now),
                "since": now - limits.window,
                "most": limits.most(incoming.channel),
            },
        ).one_or_none()
    return None if row is None else Arrival(row.id, row.conversation_id, new=True)
