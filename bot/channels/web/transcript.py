"""The conversation as the web shows it: both sides by number, in plain data."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from bot.channels.web.linked import parts
from bot.gateway.message import Outgoing
from bot.gateway.outbox import after
from bot.gateway.tables import Conversation, Inbox, Outbox

CHANNEL = "web"


def shown(out: Outgoing) -> dict[str, Any]:
    """One message out, as the page and the widget draw it."""
    pieces = parts(out.text, danger=out.key.startswith("danger."))
    return {
        "seq": out.seq,
        "from": "counsellor" if out.author == "counsellor" else "relais",
        "key": out.key,
        "text": out.text,
        "parts": [{"text": one.text, "href": one.href} for one in pieces],
        "lang": out.lang,
        "dir": out.direction,
        "choices": [
            {"id": choice_id, "label": label}
            for choice_id, label in zip(out.choice_ids, out.choices, strict=True)
        ],
    }


def transcript(session: Session, conversation_id: str, seq: int = 0) -> list[dict[str, Any]]:
    """Everything said above number `seq`, both sides, in order; a message kept nowhere is not shown."""
    mine = session.scalars(
        select(Inbox)
        .where(
            Inbox.conversation_id == conversation_id,
            Inbox.seq > seq,
            Inbox.reason.is_distinct_from("limited"),
        )
        .order_by(Inbox.seq)
    )
    said = [
        {
            "seq": row.seq,
            "from": "me",
            "text": row.text,
            "parts": [{"text": row.text, "href": None}],
            "lang": None,
            "dir": "auto",
            "choices": [],
        }
        for row in mine
        if row.text and row.kind != "start"
    ]
    told = [shown(out) for out in after(session, conversation_id, seq)]
    return sorted([*said, *told], key=lambda one: int(str(one["seq"])))


def holder(
    session: Session, conversation_id: str, counsellor: Callable[[Session, str], str | None]
) -> dict[str, Any]:
    """Who holds the conversation, with the counsellor's name, and whether the person asked for silence."""
    conversation = session.get(Conversation, conversation_id)
    if conversation is None:
        return {"owner": "bot", "stopped": False, "language": "fr", "name": None}
    return {
        "owner": conversation.owner,
        "stopped": conversation.contact.stopped_at is not None,
        "language": conversation.language,
        "name": counsellor(session, conversation_id) if conversation.owner == "counsellor" else None,
    }


def delivered(session: Session, conversation_id: str, seq: int) -> None:
    """Mark what was shown up to this number; commit is the caller's.

    What waits for another channel (the person went on by SMS and left the page open) still has to leave there.
    """
    session.execute(
        update(Outbox)
        .where(
            Outbox.conversation_id == conversation_id,
            Outbox.channel == CHANNEL,
            Outbox.seq <= seq,
            Outbox.status == "queued",
        )
        .values(status="delivered")
        .execution_options(synchronize_session=False)
    )
