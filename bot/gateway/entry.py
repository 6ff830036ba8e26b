"""What the two short ways in share: the message written and rung for in the statement that found its conversation."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, cast

from sqlalchemy import Column, String, Table, bindparam, func, insert, literal, select
from sqlalchemy.sql.schema import ScalarElementColumnDefault

from bot.gateway import bells
from bot.gateway.inbox import mark
from bot.gateway.message import Incoming
from bot.gateway.tables import Inbox

INBOX = cast("Table", Inbox.__table__)


def given(column: Column[Any], name: str | None = None) -> Any:
    """A parameter that is sealed or converted as its column asks."""
    return bindparam(name or column.name, type_=column.type)


def add(table: Table, values: Mapping[str, Any], *when: Any) -> Any:
    """An insert of one row for each of what the values are taken from, or one where all of `when` is so.

    What columns hold when nothing is said of them is written from here: the database does not know.
    """
    row = {
        column.name: literal(column.default.arg, column.type)
        for column in table.c
        if isinstance(column.default, ScalarElementColumnDefault) and column.default.arg is not None
    } | dict(values)
    return insert(table).from_select(list(row), select(*row.values()).where(*when))


def entry(came: Any) -> Any:
    """The message under the number and in the conversation of `came` (`id`, `seq`), and the bell for it.

    Gives the `id` of its row and the `conversation_id`.
    """
    now = given(INBOX.c.received_at, "now")
    values = {
        "conversation_id": came.c.id,
        "channel": given(INBOX.c.channel, "way"),
        "seq": came.c.seq,
        "dedupe": given(INBOX.c.dedupe, "mark"),
        "kind": given(INBOX.c.kind),
        "text": given(INBOX.c.text),
        "given": given(INBOX.c.given),
        "at": given(INBOX.c.at),
        "received_at": now,
        "next_try_at": now,
    }
    rung = bindparam("bell", type_=String) + INBOX.c.conversation_id
    bell = func.pg_notify(bells.channel(bells.ARRIVED), rung)
    return add(INBOX, values).returning(INBOX.c.id, INBOX.c.conversation_id, bell)


def parameters(incoming: Incoming, external_id: str, digest: str, now: datetime) -> dict[str, Any]:
    """What `entry` and the statement around it are told of a message; `digest`: the fingerprint of its address."""
    return {
        "way": incoming.channel,
        "digest": digest,
        "mark": mark(digest, "id", external_id),
        "kind": incoming.kind,
        "text": incoming.text,
        "given": {**incoming.given, "choice": incoming.choice},
        "at": incoming.at or now,
        "now": now,
        "bell": bells.words(""),
    }
