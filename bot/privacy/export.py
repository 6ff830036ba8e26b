"""What is kept about a person, in full: JSON for the coordinator, a list in plain words for the person."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.diagnostic.readback import pieces
from bot.gateway.effects import Handler
from bot.gateway.ports import Clock
from bot.gateway.reply import Say
from bot.gateway.tables import Contact, Conversation, Inbox, Outbox, Person
from bot.handover.asked import Voice
from bot.handover.tables import FollowUp, Handover, Note
from bot.privacy.settings import KeepSettings


def export(session: Session, person_id: str) -> dict[str, Any]:
    """Everything kept of a person as JSON data. Raises `LookupError` for a person there is none of."""
    person = session.get(Person, person_id)
    if person is None:
        raise LookupError("no such person")
    contacts = session.scalars(select(Contact).where(Contact.person_id == person_id).order_by(Contact.id))
    conversations = session.scalars(
        select(Conversation).where(Conversation.person_id == person_id).order_by(Conversation.started_at)
    )
    return {
        "person": person.id,
        "known_since": person.created_at.isoformat(),
        "reach": person.reach,
        "contacts": [
            {
                "channel": one.channel,
                "address": one.address,
                "stopped_at": _moment(one.stopped_at),
                "language_hint": one.language_hint,
            }
            for one in contacts
        ],
        "conversations": [_conversation(session, one) for one in conversations],
        "handovers": [
            _handover(session, one)
            for one in session.scalars(
                select(Handover).where(Handover.person_id == person_id).order_by(Handover.opened_at)
            )
        ],
    }


def _conversation(session: Session, row: Conversation) -> dict[str, Any]:
    said = session.scalars(select(Inbox).where(Inbox.conversation_id == row.id).order_by(Inbox.seq))
    answered = session.scalars(select(Outbox).where(Outbox.conversation_id == row.id).order_by(Outbox.seq))
    messages = [
        (one.seq, {"at": _moment(one.received_at), "from": "person", "text": one.text, "given": one.given})
        for one in said
    ]
    messages += [
        (one.seq, {"at": _moment(one.created_at), "from": one.author, "text": one.text}) for one in answered
    ]
    return {
        "id": row.id,
        "channel": row.channel,
        "language": row.language,
        "started_at": _moment(row.started_at),
        "last_at": _moment(row.last_at),
        "state": row.state,
        "choices": row.choices,
        "messages": [message for _, message in sorted(messages, key=lambda pair: pair[0])],
    }


def _handover(session: Session, row: Handover) -> dict[str, Any]:
    notes = session.scalars(select(Note).where(Note.handover_id == row.id).order_by(Note.at))
    asked = session.scalars(select(FollowUp).where(FollowUp.handover_id == row.id).order_by(FollowUp.day))
    columns = ("id", "state", "platform", "reason", "priority", "origin", "destination", "summary", "consent",
               "services", "need", "outcome", "service_id", "forms", "refusal", "kept")  # fmt: skip
    return {
        **{name: getattr(row, name) for name in columns},
        "opened_at": _moment(row.opened_at),
        "closed_at": _moment(row.closed_at),
        "notes": [{"at": _moment(one.at), "text": one.text} for one in notes],
        "follow_up": [
            {"day": one.day, "answer": one.answer, "at": _moment(one.answered_at)} for one in asked
        ],
    }


def _moment(value: datetime | None) -> str | None:
    return value.isoformat() if value is not None else None


def readable(held: Mapping[str, Any], keep: KeepSettings) -> Say:
    """The same as a list of lines for the person, as keys and values; `held` is what `export` returns."""
    messages = [one for talk in held["conversations"] for one in talk["messages"]]
    lines: list[dict[str, Any]] = [
        {
            "key": "mydata.messages",
            "values": {"count": {"count": len(messages)}, "days": {"days": keep.messages}},
        }
    ]
    known = [
        piece
        for talk in held["conversations"]
        for piece in pieces((talk["state"] or {}).get("profile") or {})
    ]
    if known:
        lines.append({"key": "mydata.profile", "values": {"known": {"list": known}}})
    reach = held["reach"] or {}
    if reach.get("phone"):
        lines.append({"key": "mydata.phone", "values": {"phone": {"phone": reach["phone"]}}})
    if reach.get("email"):
        lines.append({"key": "mydata.email", "values": {"email": {"text": reach["email"]}}})
    lines += [
        {
            "key": f"mydata.handover.{'open' if one['closed_at'] is None else 'closed'}",
            "values": {"day": {"date": one["opened_at"][:10]}},
        }
        for one in held["handovers"]
    ]
    lines.append({"key": "mydata.until", "values": {"days": {"days": keep.people}}})
    return Say("mydata.list", {"lines": {"lines": lines}})


class Exporting:
    """The effect `export` of a turn: the person reads what is kept of them, in the same transaction."""

    def __init__(self, clock: Clock, keep: KeepSettings | None = None) -> None:
        self._clock = clock
        self._keep = keep or KeepSettings()
        self._voice: Voice | None = None

    def speak_through(self, voice: Voice) -> None:
        """Who says it; the gateway, which is built after its effects."""
        self._voice = voice

    def handlers(self) -> dict[str, tuple[Handler, ...]]:
        """Handlers by the effect's name."""
        return {"export": (self._export,)}

    def _export(self, session: Session, conversation: Conversation, _effect: Mapping[str, Any]) -> None:
        if self._voice is None:
            raise RuntimeError("nobody to speak through")
        # The state of this turn is not written yet: what is told is what is in the database by its end.
        session.flush()
        said = readable(export(session, conversation.person_id), self._keep)
        self._voice.post(session, conversation.id, (said,))
