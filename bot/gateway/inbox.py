"""Receiving: a message is stored, once, before anything is done with it."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, func, insert, select, update
from sqlalchemy.orm import Session, defer, joinedload
from sqlalchemy.orm.attributes import set_committed_value

from bot.gateway.limits import Limits
from bot.gateway.message import Incoming
from bot.gateway.tables import Contact, Conversation, Inbox, Outbox, Person
from bot.sealing import sealer_of

DEFAULT_LANGUAGE = "fr"
# Put together once: that costs more than running them, and every message comes this way.
MET = (
    select(Contact, Conversation, Contact.address.is_(None).label("bare"))
    .outerjoin(Conversation, Conversation.person_id == Contact.person_id)
    .where(
        Contact.channel == bindparam("way"),
        Contact.address_digest.in_(bindparam("digests", expanding=True)),
    )
    .order_by(Conversation.started_at.desc(), Conversation.id)
    .limit(1)
    # What is sealed is not unsealed for nothing.
    .options(
        joinedload(Contact.person, innerjoin=True),
        defer(Contact.address),
        defer(Conversation.state),
        defer(Conversation.choices),
    )
)
RECENT = select(func.count()).select_from(Inbox).where(Inbox.received_at > bindparam("since"))
SEEN = select(
    select(Inbox.id)
    .where(Inbox.channel == bindparam("way"), Inbox.dedupe == bindparam("mark"))
    .scalar_subquery(),
    RECENT.where(Inbox.conversation_id == bindparam("held")).scalar_subquery(),
)
NUMBERED = (
    update(Conversation)
    .where(Conversation.id == bindparam("held"))
    .values(seq=Conversation.seq + bindparam("count"))
    .returning(Conversation.seq)
    .execution_options(synchronize_session=False)
)
CAME = NUMBERED.values(contact_id=bindparam("here"), channel=bindparam("way"), last_at=bindparam("moment"))
ADD = insert(Inbox).returning(Inbox.id)


@dataclass(frozen=True)
class Arrival:
    """What became of a message at the door."""

    inbox_id: int
    conversation_id: str
    new: bool
    limited: bool = False
    slowed: bool = False
    """Whether the person was just told that messages come too fast."""


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
    conversation_id = conversation.id
    dedupe = _dedupe(session, incoming, contact, conversation)
    known, recent = session.execute(
        SEEN,
        {"way": incoming.channel, "mark": dedupe, "held": conversation_id, "since": now - limits.window},
    ).one()
    if known is not None:
        return Arrival(known, session.get_one(Inbox, known).conversation_id, new=False)
    # Who writes again after being erased is here again: what they say now is not part of what was to go.
    contact.person.erased_at = None
    limited = limits.exceeded(recent, incoming.channel) and (
        limits.flooded(recent) or not pressing(conversation.language)
    )
    row = {
        "conversation_id": conversation_id,
        "channel": incoming.channel,
        "dedupe": dedupe,
        "seq": _taken(session, conversation_id, contact, now),
        "kind": incoming.kind,
        "text": incoming.text,
        "given": {**incoming.given, "choice": incoming.choice},
        "at": incoming.at or now,
        "received_at": now,
        "next_try_at": now,
        "status": "dead" if limited else "pending",
        "reason": "limited" if limited else None,
    }
    inbox_id = session.execute(ADD, row).scalar_one()
    session.expire(conversation)
    return Arrival(inbox_id, conversation_id, new=True, limited=limited)


def opened(
    session: Session, incoming: Incoming, now: datetime, languages: Collection[str]
) -> tuple[Contact, Conversation]:
    """The contact and the conversation a message belongs to, made where they are missing.

    One conversation a person, whatever the channels they write from.
    """
    met = session.execute(MET, _met(session, incoming.channel, incoming.address)).first()
    contact = met[0] if met is not None else _new_contact(session, incoming, now)
    conversation = met[1] if met is not None else None
    if met is not None and met.bare:
        # Erased after a STOP, of which the fingerprint alone was kept; who writes again can be answered again.
        contact.address = incoming.address
    if conversation is None:
        conversation = _new_conversation(session, contact, incoming, now, languages)
    return contact, conversation


def contact_of(session: Session, channel: str, address: str) -> Contact | None:
    """The contact with this address on this channel, under any key in force."""
    met = session.execute(MET, _met(session, channel, address)).first()
    return met[0] if met is not None else None


def hint_of(incoming: Incoming) -> str | None:
    """The language the channel says somebody reads, as it is kept."""
    return (incoming.language_hint or "")[:8] or None


def first_language(hint: str | None, languages: Collection[str]) -> tuple[str, bool]:
    """The language a conversation begins in, and whether a hint has settled it."""
    hinted = (hint or "").split("-")[0].lower()
    return (hinted, True) if hinted in languages else (DEFAULT_LANGUAGE, False)


def next_seq(session: Session, conversation: Conversation, count: int = 1, *, held: bool = False) -> int:
    """Take `count` numbers for messages of this conversation; the first of them.

    `held`: its row is locked since before it was read, so that nobody else can have taken any. Raises `LookupError`
    when it is there no more.
    """
    if held:
        conversation.seq += count
        return conversation.seq - count + 1
    last = session.scalar(NUMBERED, {"held": conversation.id, "count": count})
    if last is None:
        raise LookupError("no such conversation")
    set_committed_value(conversation, "seq", int(last))
    return int(last) - count + 1


def _taken(session: Session, conversation_id: str, contact: Contact, now: datetime) -> int:
    """The number of a message that came; the answer goes where the person wrote from last."""
    here = {"here": contact.id, "way": contact.channel, "moment": now}
    return int(session.execute(CAME, {"held": conversation_id, "count": 1, **here}).scalar_one())


def _met(session: Session, channel: str, address: str) -> dict[str, Any]:
    digests = sealer_of(session.get_bind().dialect).digests(f"{channel}|{address}")
    return {"way": channel, "digests": list(digests)}


def _new_contact(session: Session, incoming: Incoming, now: datetime) -> Contact:
    person = Person(created_at=now, erased_at=None)
    contact = Contact(
        person=person,
        channel=incoming.channel,
        address=incoming.address,
        address_digest=sealer_of(session.get_bind().dialect).digest(f"{incoming.channel}|{incoming.address}"),
        language_hint=hint_of(incoming),
    )
    session.add_all([person, contact])
    session.flush()
    return contact


def _new_conversation(
    session: Session, contact: Contact, incoming: Incoming, now: datetime, languages: Collection[str]
) -> Conversation:
    language, settled = first_language(incoming.language_hint or contact.language_hint, languages)
    conversation = Conversation(
        person_id=contact.person_id,
        contact_id=contact.id,
        channel=contact.channel,
        language=language,
        language_settled=settled,
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
    return mark(contact.address_digest, *parts)


def mark(address_digest: str, *parts: str) -> str:
    """The fingerprint of a message from an address, by what tells it from others."""
    said = "\x00".join([address_digest, *parts])
    return hashlib.sha256(said.encode("utf-8", "surrogatepass")).hexdigest()
