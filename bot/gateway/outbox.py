"""Sending: says are put into words, then stored with the state they belong to."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from types import SimpleNamespace
from typing import Any, cast

from sqlalchemy import Table, insert, select
from sqlalchemy.orm import Session

from bot.gateway import bells
from bot.gateway.inbox import next_seq
from bot.gateway.message import Outgoing
from bot.gateway.ports import Speech
from bot.gateway.reply import Say
from bot.gateway.tables import Conversation, Outbox

SMS = "sms"
_outbox = cast("Table", Outbox.__table__)
# Put together once; by the table, for a turn's objects of the session would cost as much again.
ADDED = insert(_outbox).returning(_outbox.c.id, sort_by_parameter_order=True)


@dataclass(frozen=True)
class Worded:
    """A say in words: the text for the channel, the labels and payloads of its choices."""

    key: str
    values: Mapping[str, Any]
    text: str
    lang: str
    direction: str
    labels: tuple[str, ...] = ()
    payloads: tuple[Mapping[str, Any], ...] = ()
    segments: int = 0


def worded(
    says: Sequence[Say], speech: Speech, *, language: str, channel: str, plain: bool, now: datetime
) -> list[Worded]:
    """The says in words; what speech has no words for is left out (it logs the key).

    An SMS has no buttons: the choices of the whole answer are numbered under its last text, so that one
    number means one thing.
    """
    out = []
    choices = [(choice, say.language or language) for say in says for choice in say.choices]
    for index, say in enumerate(says):
        spoken_in = say.language or language
        spoken = speech.say(say.key, say.values, language=spoken_in, channel=channel, plain=plain, now=now)
        mine = [(choice, spoken_in) for choice in say.choices]
        if channel == SMS:
            mine = choices if index == len(says) - 1 else []
        labels = [
            speech.say(choice.key, choice.values, language=lang, channel=channel, plain=plain, now=now)
            for choice, lang in mine
        ]
        text = spoken.text
        if channel == SMS and labels:
            text = speech.numbered(spoken, labels, language=spoken_in, channel=channel)
        if not text:
            continue
        out.append(
            Worded(
                say.key,
                say.values,
                text,
                spoken.language,
                spoken.direction,
                tuple(label.text for label in labels),
                tuple(choice.payload for choice, _ in mine),
                speech.segments(text) if channel == SMS else 0,
            )
        )
    return out


def verbatim(text: str, speech: Speech, *, lang: str, direction: str, channel: str) -> Worded:
    """Words somebody wrote themselves (a counsellor), as they are."""
    return Worded("", {}, text, lang, direction, segments=speech.segments(text) if channel == SMS else 0)


def write(
    session: Session,
    conversation: Conversation,
    words: Sequence[Worded],
    now: datetime,
    *,
    turn: int | None = None,
    author: str = "bot",
    asks: str | None = None,
    not_before: datetime | None = None,
    locked: bool = False,
    taken_until: datetime | None = None,
) -> list[Outgoing]:
    """Store these messages to be sent, and their choices as those of the last answer; commit is the caller's.

    `locked`: a turn writes, which rings itself and has locked the conversation before it read it. `taken_until`: the
    caller sends them, and nobody else before then (`bot.gateway.straight`).
    """
    if not words:
        return []
    first = next_seq(session, conversation, len(words), held=locked)
    rows, offered = [], []
    for index, one in enumerate(words):
        seq = first + index
        mine = [
            {"id": f"{seq}.{number}", "label": label, "payload": dict(payload)}
            for number, (label, payload) in enumerate(zip(one.labels, one.payloads, strict=True), 1)
        ]
        offered += mine
        rows.append(
            {
                "conversation_id": conversation.id,
                "turn": turn,
                "channel": conversation.channel,
                "seq": seq,
                "author": author,
                "say": {"key": one.key, "values": dict(one.values)},
                "text": one.text,
                "lang": one.lang,
                "direction": one.direction,
                "choices": mine or None,
                "asks": asks if index == len(words) - 1 else None,
                "segments": one.segments,
                "next_try_at": not_before or now,
                "created_at": now,
                "lease_until": taken_until,
                "attempts": 0 if taken_until is None else 1,
            }
        )
    if offered:
        conversation.choices = offered
    ids = session.connection().execute(ADDED, rows).scalars().all()
    if not locked:
        bells.ring(session, bells.SAID, conversation.id)
    return [
        outgoing(cast("Outbox", SimpleNamespace(id=row_id, **row)))
        for row_id, row in zip(ids, rows, strict=True)
    ]


def outgoing(row: Outbox) -> Outgoing:
    """A stored message as the channels and the desk see it."""
    choices = row.choices or []
    return Outgoing(
        id=row.id,
        seq=row.seq,
        conversation_id=row.conversation_id,
        key=(row.say or {}).get("key", ""),
        values=(row.say or {}).get("values", {}),
        text=row.text,
        lang=row.lang,
        direction=row.direction,
        choices=tuple(choice["label"] for choice in choices),
        choice_ids=tuple(choice["id"] for choice in choices),
        segments=row.segments,
        asks=row.asks,
        author=row.author,
        turn=row.turn,
    )


def after(session: Session, conversation_id: str, seq: int, limit: int = 200) -> list[Outgoing]:
    """The messages out of a conversation numbered above `seq`, in order; what was withheld is left out."""
    rows = session.scalars(
        select(Outbox)
        .where(Outbox.conversation_id == conversation_id, Outbox.seq > seq, Outbox.status != "withheld")
        .order_by(Outbox.seq)
        .limit(limit)
    )
    return [outgoing(row) for row in rows]
