"""The short way in, on PostgreSQL, for somebody never met: person, contact, conversation and message in one journey.

The long way (`bot.gateway.inbox`) takes whoever has been here before, on whatever terms they left.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any, cast

from sqlalchemy import Engine, String, Table, bindparam, func, insert, literal, select
from sqlalchemy.sql.schema import ScalarElementColumnDefault

from bot.gateway import bells
from bot.gateway.inbox import Arrival, first_language, hint_of, mark
from bot.gateway.limits import Limits
from bot.gateway.message import Incoming
from bot.gateway.tables import Contact, Conversation, Inbox, Person, new_id
from bot.sealing import sealer_of

FIRST = 1  # a conversation's messages are numbered from here


def _scalars(table: Table) -> dict[str, Any]:
    """What columns hold when nothing is said of them: the database does not know, it is written from here."""
    return {
        column.name: literal(column.default.arg, column.type)
        for column in table.c
        if isinstance(column.default, ScalarElementColumnDefault) and column.default.arg is not None
    }


def _add(table: Table, values: Mapping[str, Any], *when: Any) -> Any:
    """An insert of one row for each of what the values are taken from, or one where all of `when` is so."""
    row = _scalars(table) | dict(values)
    return insert(table).from_select(list(row), select(*row.values()).where(*when))


def _met() -> Any:
    """The statement; it gives one row when it stored, none where somebody has been here before."""
    person, contact = cast("Table", Person.__table__), cast("Table", Contact.__table__)
    conversation, inbox = cast("Table", Conversation.__table__), cast("Table", Inbox.__table__)

    def given(table: Table, column: str, name: str | None = None) -> Any:
        return bindparam(name or column, type_=table.c[column].type)

    way, now = given(contact, "channel", "way"), given(inbox, "received_at", "now")
    known = select(contact.c.id).where(
        contact.c.channel == way,
        contact.c.address_digest.in_(bindparam("digests", expanding=True)),
    )
    seen = select(inbox.c.id).where(inbox.c.channel == way, inbox.c.dedupe == given(inbox, "dedupe"))
    somebody = (
        _add(
            person,
            {"id": given(person, "id", "person"), "created_at": now},
            ~known.exists(),
            ~seen.exists(),
        )
        .returning(person.c.id)
        .cte("somebody")
    )
    here = (
        _add(
            contact,
            {
                "id": given(contact, "id", "contact"),
                "person_id": somebody.c.id,
                "channel": way,
                "address": given(contact, "address"),
                "address_digest": given(contact, "address_digest", "digest"),
                "language_hint": given(contact, "language_hint", "hint"),
            },
        )
        .returning(contact.c.id, contact.c.person_id)
        .cte("here")
    )
    talk = (
        _add(
            conversation,
            {
                "id": given(conversation, "id", "conversation"),
                "person_id": here.c.person_id,
                "contact_id": here.c.id,
                "channel": way,
                "language": given(conversation, "language"),
                "language_settled": given(conversation, "language_settled", "settled"),
                "seq": literal(FIRST),
                "started_at": now,
                "last_at": now,
            },
        )
        .returning(conversation.c.id)
        .cte("talk")
    )
    message = {
        "conversation_id": talk.c.id,
        "channel": way,
        "dedupe": given(inbox, "dedupe"),
        "seq": literal(FIRST),
        "kind": given(inbox, "kind"),
        "text": given(inbox, "text"),
        "given": given(inbox, "given"),
        "at": given(inbox, "at"),
        "received_at": now,
        "next_try_at": now,
    }
    bell = func.pg_notify(bells.channel(bells.ARRIVED), bindparam("bell", type_=String))
    return _add(inbox, message).returning(inbox.c.id, bell)


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
    conversation = new_id()
    with at_once.connect() as connection:
        sealer, place = sealer_of(connection.dialect), f"{incoming.channel}|{incoming.address}"
        digest = sealer.digest(place)
        row = connection.execute(
            MET,
            {
                "way": incoming.channel,
                "digest": digest,
                "digests": list(sealer.digests(place)),
                "dedupe": mark(digest, "id", incoming.external_id),
                "person": new_id(),
                "contact": new_id(),
                "conversation": conversation,
                "address": incoming.address,
                "hint": hint_of(incoming),
                "language": language,
                "settled": settled,
                "kind": incoming.kind,
                "text": incoming.text,
                "given": {**incoming.given, "choice": incoming.choice},
                "at": incoming.at or now,
                "now": now,
                "bell": bells.words(conversation),
            },
        ).one_or_none()
    return None if row is None else Arrival(row.id, conversation, new=True)
