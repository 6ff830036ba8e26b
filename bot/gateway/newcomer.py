"""The short way in, on PostgreSQL, for somebody never met: person, contact, conversation and message in one journey.

The long way (`bot.gateway.inbox`) takes whoever has been here before, on whatever terms they left.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any, cast

from sqlalchemy import Engine, Table, bindparam, literal, select

from bot.gateway.entry import INBOX, add, entry, given, parameters
from bot.gateway.inbox import Arrival, first_language, hint_of
from bot.gateway.limits import Limits
from bot.gateway.message import Incoming
from bot.gateway.tables import Contact, Conversation, Person, new_id
from bot.sealing import sealer_of

FIRST = 1  # a conversation's messages are numbered from here


def _met() -> Any:
    """The statement; it gives one row when it stored, none where somebody has been here before."""
    person, contact, conversation = (cast("Table", one.__table__) for one in (Person, Contact, Conversation))
    way, now = given(contact.c.channel, "way"), given(person.c.created_at, "now")
    known = select(contact.c.id).where(
        contact.c.channel == way,
        contact.c.address_digest.in_(bindparam("digests", expanding=True)),
    )
    seen = select(INBOX.c.id).where(INBOX.c.channel == way, INBOX.c.dedupe == given(INBOX.c.dedupe, "mark"))
    somebody = (
        add(
            person,
            {"id": given(person.c.id, "person"), "created_at": now},
            ~known.exists(),
            ~seen.exists(),
        )
        .returning(person.c.id)
        .cte("somebody")
    )
    here = (
        add(
            contact,
            {
                "id": given(contact.c.id, "contact"),
                "person_id": somebody.c.id,
                "channel": way,
                "address": given(contact.c.address),
                "address_digest": given(contact.c.address_digest, "digest"),
                "language_hint": given(contact.c.language_hint, "hint"),
            },
        )
        .returning(contact.c.id, contact.c.person_id)
        .cte("here")
    )
    talk = (
        add(
            conversation,
            {
                "id": given(conversation.c.id, "conversation"),
                "person_id": here.c.person_id,
                "contact_id": here.c.id,
                "channel": way,
                "language": given(conversation.c.language),
                "language_settled": given(conversation.c.language_settled, "settled"),
                "seq": literal(FIRST),
                "started_at": now,
                "last_at": now,
            },
        )
        .returning(conversation.c.id, conversation.c.seq)
        .cte("talk")
    )
    return entry(talk)


# Put together once: that costs more than running it.
MET = _met()


def store(
    at_once: Engine, incoming: Incoming, now: datetime, limits: Limits, languages: Collection[str]
) -> Arrival | None:
    """Store the first message of somebody; None when it takes the long way. `at_once` as of `bot.database.at_once`.

    Raises `IntegrityError` when another process met the same person at the same moment.
    """
    if incoming.external_id is None or limits.exceeded(0, incoming.channel):
        return None
    language, settled = first_language(incoming.language_hint, languages)
    with at_once.connect() as connection:
        sealer, place = sealer_of(connection.dialect), f"{incoming.channel}|{incoming.address}"
        row = connection.execute(
            MET,
            {
                **parameters(incoming, incoming.external_id, sealer.digest(place), now),
                "digests": list(sealer.digests(place)),
                "person": new_id(),
                "contact": new_id(),
                "conversation": new_id(),
                "address": incoming.address,
                "hint": hint_of(incoming),
                "language": language,
                "settled": settled,
            },
        ).one_or_none()
    return None if row is None else Arrival(row.id, row.conversation_id, new=True)
