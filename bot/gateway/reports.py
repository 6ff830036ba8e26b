"""What providers report of messages that left."""

from __future__ import annotations

import re

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from bot.gateway.tables import Outbox

# Final words of a provider on a message.
REPORTED = ("failed", "delivered", "read")
# How far a message may go, each state after those it may follow.
ORDER = ("queued", "sent", "failed", "delivered", "read")
# Identifiers some providers take from us: the message's number in the outbox.
OWN_ID = re.compile(r"(?:r|relais-)(\d{1,18})")


def report(session: Session, channel: str, provider_id: str, status: str) -> bool:
    """Note a provider's delivery report (`sent`, `delivered`, `read`, `failed`); whether it was about one of ours.

    Reports come late, out of order and two at once: a later state is never taken back by an earlier one.
    """
    row = session.scalar(
        select(Outbox).where(Outbox.channel == channel, Outbox.provider_id == provider_id).limit(1)
    ) or _ours(session, channel, provider_id)
    if row is None or status not in ORDER:
        return False
    session.execute(
        update(Outbox)
        .where(Outbox.id == row.id, Outbox.status.in_(ORDER[: ORDER.index(status)]))
        .values(status=status)
    )
    return True


def _ours(session: Session, channel: str, provider_id: str) -> Outbox | None:
    """The message whose report came before it was noted as sent, or while it was: where the id is one of our own
    making, it tells the message's number."""
    found = OWN_ID.fullmatch(provider_id)
    row = session.get(Outbox, int(found[1])) if found else None
    known = row is not None and row.channel == channel and row.provider_id in (None, provider_id)
    return row if known and row is not None and row.attempts else None
