"""Receiving: a message is stored, once, before anything is done with it."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session, joinedload

from bot.gateway.limits import Limits
from bot.gateway.message import Incoming
from bot.gateway.tables import Contact, Conversation, Inbox, Outbox, Person
from bot.sealing import sealer_of

DEFAULT_LANGUAGE = "fr"


@dataclass(frozen=True)
class Arrival:
    """What became of a message at the door."""

    inbox_id: int
    conversation_id: str
    new: bool
    limited: bool = False


def store(
    session: Session,
    incoming: Incoming,
    now: datetime,
    limits: Limits,
    languages: Collection[str],
    pressing: Callable[[str], bool] = lambda _language: False,
) -> Arrival:
    """Store a message and whatever it needs (person, contact, conversation); commit is the caller's.

    `pressing` tells, knowing the conversation's language, whether the message is heard above the limit too.
    A message seen before gives the row it has. Raises `IntegrityError` when another process stored the
    same at the same moment: call again in a new transaction (`sqlalchemy` has rolled this one back).
    """
    contact, conversation = opened(session, incoming, now, languages)
    dedupe = _dedupe(session, incoming, contact, conversation)
    known = session.execute(
        select(Inbox.id, Inbox.conversation_id).where(
            Inbox.channel == incoming.channel, Inbox.dedupe == dedupe
        )
    ).first()
    if known is not None:
        return Arrival(known.id, known.conversation_id, new=False)
    # Who writes again after being erased is here again: what they say now is not part of what was to go.
    contact.person.erased_at = None
    limited = _limited(session, incoming.channel, conversation, now, limits, pressing)
    conversation_id = conversation.id
    # The answer goes where the person wrote from last.
    seq = next_seq(session, conversation_id, contact_id=contact.id, channel=contact.channel, last_at=now)
    session.expire(conversation)
    row = Inbox(
        conversation_id=conversation_id,
        channel=incoming.channel,
        dedupe=dedupe,
        seq=seq,
        kind=incoming.kind,
        text=incoming.text,
        given={**incoming.given, "choice": incoming.choice},
        at=incoming.at or now,
        received_at=now,
        next_try_at=now,
        status="dead" if limited else "pending",
        reason="limited" if limited else None,
    )
    session.add(row)
    session.flush()
    return Arrival(row.id, conversation_id, new=True, limited=limited)


def opened(
    session: Session, incoming: Incoming, now: datetime, languages: Collection[str]
) -> tuple[Contact, Conversation]:
    """The contact and the conversation a message belongs to, made where they are missing."""
    contact = contact_of(session, incoming.channel, incoming.address)
    if contact is None:
        contact = _new_contact(session, incoming, now)
    conversation = conversation_of(session, contact)
    if conversation is None:
        conversation = _new_conversation(session, contact, incoming, now, languages)
    return contact, conversation


def contact_of(session: Session, channel: str, address: str) -> Contact | None:
    """The contact with this address on this channel, under any key in force."""
    digests = sealer_of(session.get_bind().dialect).digests(f"{channel}|{address}")
    return session.scalar(
        select(Contact)
        .where(Contact.channel == channel, Contact.address_digest.in_(digests))
        .options(joinedload(Contact.person))
    )


def conversation_of(session: Session, contact: Contact) -> Conversation | None:
    """The person's conversation: one, whatever the channels they write from."""
    return session.scalar(
        select(Conversation)
        .where(Conversation.person_id == contact.person_id)
        .order_by(Conversation.started_at.desc(), Conversation.id)
        .limit(1)
    )


def next_seq(session: Session, conversation_id: str, count: int = 1, **values: Any) -> int:
    """Take `count` numbers for messages of this conversation; the first of them. `values` are set beside."""
    last = session.scalar(
        update(Conversation)
        .where(Conversation.id == conversation_id)
        .values(seq=Conversation.seq + count, **values)
        .returning(Conversation.seq)
        .execution_options(synchronize_session=False)
    )
    if last is None:
        raise LookupError("no such conversation")
    return last - count + 1


def _new_contact(session: Session, incoming: Incoming, now: datetime) -> Contact:
    person = Person(created_at=now)
    contact = Contact(
        person=person,
        channel=incoming.channel,
        address=incoming.address,
        address_digest=sealer_of(session.get_bind().dialect).digest(f"{incoming.channel}|{incoming.address}"),
        language_hint=(incoming.language_hint or "")[:8] or None,
    )
    session.add_all([person, contact])
    session.flush()
    return contact


def _new_conversation(
    session: Session, contact: Contact, incoming: Incoming, now: datetime, languages: Collection[str]
) -> Conversation:
    hint = (incoming.language_hint or contact.language_hint or "").split("-")[0].lower()
    hinted = hint in languages
    conversation = Conversation(
        person_id=contact.person_id,
        contact_id=contact.id,
        channel=contact.channel,
        language=hint if hinted else DEFAULT_LANGUAGE,
        language_settled=hinted,
        started_at=now,
        last_at=now,
    )
    session.add(conversation)
    session.flush()
    return conversation


def _dedupe(session: Session, incoming: Incoming, contact: Contact, conversation: Conversation) -> str:
    """The key under which the same message again is known; without an identifier to trust, the same words
    from the same person since our last answer are a repeat (« 1 », our answer, « 1 » are two)."""
    if incoming.external_id is not None:
        parts = ["id", incoming.external_id]
    else:
        last = session.scalar(select(func.max(Outbox.seq)).where(Outbox.conversation_id == conversation.id))
        parts = ["words", str(last), incoming.kind, str(incoming.choice), incoming.text]
    said = "\x00".join([contact.address_digest, *parts])
    return hashlib.sha256(said.encode("utf-8", "surrogatepass")).hexdigest()


def _limited(
    session: Session,
    channel: str,
    conversation: Conversation,
    now: datetime,
    limits: Limits,
    pressing: Callable[[str], bool],
) -> bool:
    """Whether this message is one too many. One that cannot wait is not, short of a flood."""
    if limits.messages is None:
        return False
    recent = session.scalar(
        select(func.count())
        .select_from(Inbox)
        .where(Inbox.conversation_id == conversation.id, Inbox.received_at > now - limits.window)
    )
    if not limits.exceeded(recent or 0, channel):
        return False
    return limits.flooded(recent or 0) or not pressing(conversation.language)
