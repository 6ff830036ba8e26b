"""Which messages may leave now, and where each goes."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Select, func, or_, select

from bot.gateway.tables import Contact, Conversation, Outbox

# Looked for at once.
AHEAD = 64


def due(now: datetime, channels: list[str], conversation_id: str | None = None) -> Select[tuple[int]]:
    """What may leave now: of each conversation (or of one) the first that waits. One that is tried again keeps its
    place; a reminder put off to the morning holds up no answer.
    """
    first = (
        select(func.min(Outbox.seq))
        .where(
            Outbox.conversation_id == Conversation.id,
            Outbox.status == "queued",
            Outbox.channel.in_(channels),
            or_(Outbox.attempts > 0, Outbox.next_try_at <= now),
        )
        .correlate(Conversation)
        .scalar_subquery()
    )
    found = (
        select(Outbox.id)
        .join(Conversation, Conversation.id == Outbox.conversation_id)
        .where(
            Outbox.status == "queued",
            Outbox.channel.in_(channels),
            Outbox.next_try_at <= now,
            or_(Outbox.lease_until.is_(None), Outbox.lease_until < now),
            Outbox.seq == first,
        )
        .order_by(Outbox.id)
        .limit(AHEAD)
    )
    return found if conversation_id is None else found.where(Conversation.id == conversation_id)


def address(row: Outbox) -> Select[tuple[str | None]]:
    """Where this message goes: the conversation's contact, or the person's on the channel it was queued for."""
    return (
        select(Contact.address)
        .join(Conversation, Conversation.person_id == Contact.person_id)
        .where(Conversation.id == row.conversation_id, Contact.channel == row.channel)
        .order_by(Contact.id != Conversation.contact_id)
        .limit(1)
    )
