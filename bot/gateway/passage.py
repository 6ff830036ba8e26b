"""Going on from another channel: a short code made here, shown there, good once."""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from bot.gateway.tables import Contact, Conversation, Passage, Person
from bot.sealing import sealer_of

# No letter that is taken for another when read aloud or copied by hand.
LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"
LENGTH = 8
LASTS = timedelta(hours=24)


def looks_like(text: str) -> bool:
    """Whether a whole message could be a code."""
    return len(text) == LENGTH and all(letter in LETTERS for letter in text.upper())


def make(session: Session, conversation_id: str, now: datetime) -> str:
    """A new code for the person of this conversation. Raises `LookupError` for an unknown one."""
    conversation = session.get(Conversation, conversation_id)
    if conversation is None:
        raise LookupError("no such conversation")
    code = "".join(secrets.choice(LETTERS) for _ in range(LENGTH))
    session.add(
        Passage(code_digest=_digest(session, code), person_id=conversation.person_id, expires_at=now + LASTS)
    )
    return code


def use(session: Session, contact: Contact, code: str, now: datetime) -> bool:
    """Make this contact one of the code's person; whether the code was good. It is spent either way it was."""
    passage = session.get(Passage, _digest(session, code.strip().upper()))
    if passage is None:
        return False
    person_id, in_time = passage.person_id, passage.expires_at >= now
    session.delete(passage)
    if not in_time or person_id == contact.person_id:
        return in_time
    before = contact.person_id
    leading = session.scalar(
        select(Conversation)
        .where(Conversation.person_id == person_id)
        .order_by(Conversation.started_at.desc())
        .limit(1)
    )
    # What was said here before the code belongs to the same person: it moves along, the code's one leads.
    session.execute(delete(Conversation).where(Conversation.person_id == before, Conversation.seq == 0))
    session.execute(update(Contact).where(Contact.person_id == before).values(person_id=person_id))
    session.execute(update(Conversation).where(Conversation.person_id == before).values(person_id=person_id))
    session.execute(delete(Passage).where(Passage.person_id == before))
    session.flush()
    session.execute(delete(Person).where(Person.id == before))
    if leading is not None:
        leading.started_at = now
        leading.contact_id = contact.id
        leading.channel = contact.channel
    return True


def _digest(session: Session, code: str) -> str:
    return sealer_of(session.get_bind().dialect).digest(f"passage|{code}")
