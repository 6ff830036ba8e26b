"""The conversation's row as a turn sees it, and what a turn changes there."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, cast

from sqlalchemy import ColumnElement, Connection, Row, Table, bindparam, literal_column, select, update
from sqlalchemy.orm import Session

from bot.gateway.choices import Offered, offered
from bot.gateway.ownership import give
from bot.gateway.plan import Plan, View
from bot.gateway.tables import Conversation, Instant, Outbox

_table = cast("Table", Conversation.__table__)
# What a turn needs to know of a conversation. In words: SQLAlchemy 2.0 leaves the names of tables out of a subquery
# behind RETURNING on SQLite (27 November 2026).
COLUMNS: tuple[ColumnElement[Any], ...] = (
    *(
        _table.c[name]
        for name in ("id", "channel", "owner", "language", "language_settled", "language_chosen", "plain")
    ),
    *(_table.c[name] for name in ("language_proposed", "state", "choices", "held_seq", "held_note_at")),
    literal_column(
        "(SELECT contact.stopped_at FROM contact WHERE contact.id = conversation.contact_id)", Instant()
    ).label("stopped_at"),
)
SEEN = select(*COLUMNS).select_from(_table).where(_table.c.id == bindparam("held"))


def view(connection: Connection, conversation: Row[Any]) -> View:
    """The conversation as a turn sees it, of a row of `COLUMNS`."""
    spoke = conversation.owner == "counsellor" and connection.scalar(
        select(Outbox.id)
        .where(
            Outbox.conversation_id == conversation.id,
            Outbox.author == "counsellor",
            Outbox.seq > conversation.held_seq,
        )
        .limit(1)
    )
    return View(
        owner=conversation.owner,
        stopped=conversation.stopped_at is not None,
        language=conversation.language,
        settled=conversation.language_settled,
        chosen=conversation.language_chosen,
        proposed=conversation.language_proposed,
        plain=conversation.plain,
        state=conversation.state,
        choices=offered(conversation.choices),
        held_note_at=conversation.held_note_at,
        human_spoke=bool(spoke),
    )


OFFERED = select(Outbox.choices).where(
    Outbox.conversation_id == bindparam("held"), Outbox.seq == bindparam("number")
)


def older_choice(connection: Connection, conversation_id: str, choice: Any) -> Offered | None:
    """The choice a tap names by its id, also when it belongs to an earlier answer."""
    number = choice.partition(".")[0] if isinstance(choice, str) else ""
    if not (number.isascii() and number.isdigit() and len(number) < 10):
        return None
    asked = {"held": conversation_id, "number": int(number)}
    return next((one for one in offered(connection.scalar(OFFERED, asked)) if one.id == choice), None)


def change(session: Session, conversation: Conversation, plan: Plan, at: datetime, now: datetime) -> None:
    """Write what a plan changes of the conversation, its contact and its person; commit is the caller's."""
    named: Mapping[str, Any] = {
        "language": plan.language,
        "language_settled": plan.settled,
        "language_chosen": plan.chosen,
        "language_proposed": plan.proposed,
        "plain": plan.plain,
        "state": plan.state,
        "held_note_at": at if plan.held_note else None,
    }
    for name, value in named.items():
        if value is not None:
            setattr(conversation, name, value)
    conversation.last_at = now
    if plan.reach:
        conversation.person.reach = dict(plan.reach)
    if plan.stopped is not None:
        conversation.contact.stopped_at = now if plan.stopped else None
    if plan.stopped:
        session.execute(
            update(Outbox)
            .where(Outbox.conversation_id == conversation.id, Outbox.status == "queued")
            .values(status="withheld")
            .execution_options(synchronize_session=False)
        )
    if plan.owner is not None:
        give(session, conversation.id, plan.owner)
