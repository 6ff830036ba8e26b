"""Dead letters: messages that were given up, in or out, as the desk shows them. Codes and moments, no words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.gateway.tables import Inbox, Outbox

SHOWN_FOR = timedelta(days=7)
SHOWN = 50


@dataclass(frozen=True)
class DeadLetter:
    """A message given up: when, on which channel, `in` or `out`, why as a code, in which conversation."""

    at: datetime
    channel: str
    way: Literal["in", "out"]
    reason: str
    conversation_id: str


def letters(session: Session, now: datetime) -> Sequence[DeadLetter]:
    """Those of the last days, newest first. What a person sent too fast is none: they were told."""
    since = now - SHOWN_FOR
    came = session.execute(
        select(Inbox.received_at, Inbox.channel, Inbox.reason, Inbox.conversation_id)
        .where(Inbox.status == "dead", Inbox.received_at > since, Inbox.reason.is_distinct_from("limited"))
        .order_by(Inbox.received_at.desc())
        .limit(SHOWN)
    )
    left = session.execute(
        select(Outbox.created_at, Outbox.channel, Outbox.reason, Outbox.conversation_id)
        .where(Outbox.status == "failed", Outbox.created_at > since)
        .order_by(Outbox.created_at.desc())
        .limit(SHOWN)
    )
    found = [DeadLetter(at, channel, "in", reason or "", one) for at, channel, reason, one in came]
    found += [DeadLetter(at, channel, "out", reason or "", one) for at, channel, reason, one in left]
    return sorted(found, key=lambda letter: letter.at, reverse=True)[:SHOWN]
