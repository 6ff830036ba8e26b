"""Erasing a person from the gateway's tables: the words at once, the last trace when the goodbye has left."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from bot.gateway.tables import Contact, Conversation, Inbox, Outbox, Person

GOODBYE_WITHIN = timedelta(hours=1)


def wipe(session: Session, conversation: Conversation, now: datetime) -> None:
    """Delete every message, state and way to call back of this person; what is left can only say goodbye."""
    mine = select(Conversation.id).where(Conversation.person_id == conversation.person_id)
    for table in (Inbox, Outbox):
        session.execute(
            delete(table)
            .where(table.conversation_id.in_(mine))
            .execution_options(synchronize_session="fetch")
        )
    for one in session.scalars(select(Conversation).where(Conversation.person_id == conversation.person_id)):
        one.state = None
        one.choices = None
        one.owner = "bot"
        one.plain = False
        one.language_chosen = False
        one.language_settled = False
        one.language_proposed = False
        one.trouble_since = None
        one.trouble_said = None
        one.held_note_at = None
    conversation.person.reach = None
    conversation.person.erased_at = now


def sweep(session: Session, now: datetime) -> int:
    """Remove the last trace of erased persons whose goodbye has left (or could not); how many.

    An address that said STOP stays as a fingerprint alone: silence must outlive the erasure.
    """
    gone = 0
    for person in session.scalars(select(Person).where(Person.erased_at.is_not(None))):
        ids = list(session.scalars(select(Conversation.id).where(Conversation.person_id == person.id)))
        waiting = session.scalar(
            select(Outbox.id).where(Outbox.conversation_id.in_(ids), Outbox.status == "queued").limit(1)
        )
        pending = session.scalar(
            select(Inbox.id).where(Inbox.conversation_id.in_(ids), Inbox.status == "pending").limit(1)
        )
        late = person.erased_at is not None and now - person.erased_at > GOODBYE_WITHIN
        if pending is not None or (waiting is not None and not late):
            continue
        for table in (Inbox, Outbox):
            session.execute(delete(table).where(table.conversation_id.in_(ids)))
        session.execute(delete(Conversation).where(Conversation.id.in_(ids)))
        stopped = [Contact.person_id == person.id, Contact.stopped_at.is_not(None)]
        silent = list(session.scalars(select(Contact).where(*stopped)))
        for contact in silent:
            contact.address = None
            contact.language_hint = None
        session.execute(delete(Contact).where(Contact.person_id == person.id, Contact.stopped_at.is_(None)))
        if silent:
            person.erased_at = None
        else:
            session.delete(person)
        session.flush()
        gone += 1
    return gone
