"""Erasing a person: every table of ours in one transaction with the receipt, every other store right after it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Literal

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from bot.gateway import erasing
from bot.gateway.effects import Handler
from bot.gateway.ports import Clock
from bot.gateway.tables import Conversation, Inbox, Outbox, Passage, Person
from bot.handover.tables import Handover
from bot.privacy.holdings import counted, remove_handovers
from bot.privacy.tables import Erasure, new_number

Asker = Literal["person", "coordinator", "retention"]
# Added to the engine's timeout: an answer written after it is not waited for by anybody.
MARGIN = timedelta(seconds=5)


@dataclass(frozen=True)
class Receipt:
    """What was removed, by table, and what stays and why (codes)."""

    number: str
    at: datetime
    by: str
    removed: Mapping[str, int]
    stays: tuple[str, ...] = ()
    finished_at: datetime | None = None

    def as_dict(self) -> dict[str, Any]:
        """Plain JSON data."""
        return {
            "number": self.number,
            "at": self.at.isoformat(),
            "by": self.by,
            "removed": dict(self.removed),
            "stays": list(self.stays),
            "finished_at": self.finished_at.isoformat() if self.finished_at else None,
        }


@dataclass(frozen=True)
class Erasing:
    """The effect `erase` of a turn: it notes what goes; gateway and handovers remove it in the same transaction."""

    clock: Clock
    engine_timeout: float
    _by: Asker = field(default="person", init=False)

    def handlers(self) -> dict[str, tuple[Handler, ...]]:
        """Handlers by the effect's name, to be called before those that remove."""
        return {"erase": (self._erase,)}

    def _erase(self, session: Session, conversation: Conversation, _effect: Mapping[str, Any]) -> None:
        note(session, conversation.person_id, self._by, self.clock(), self.engine_timeout)
        session.execute(delete(Passage).where(Passage.person_id == conversation.person_id))


def note(session: Session, person_id: str, by: Asker, now: datetime, engine_timeout: float) -> Erasure:
    """Write the receipt of an erasure that happens in this transaction; commit is the caller's."""
    conversations = list(session.scalars(select(Conversation.id).where(Conversation.person_id == person_id)))
    receipt = Erasure(
        number=new_number(),
        at=now,
        by=by,
        removed=counted(session, person_id),
        conversations=conversations,
        finish_after=now + timedelta(seconds=engine_timeout) + MARGIN,
    )
    session.add(receipt)
    session.flush()
    return receipt


def erase(session: Session, person_id: str, by: Asker, now: datetime, engine_timeout: float) -> Receipt:
    """Remove everything of a person at once, without a goodbye; commit is the caller's.

    An address that said STOP stays as a fingerprint alone: silence must outlive the erasure. Raises
    `LookupError` for a person there is none of.
    """
    person = session.get(Person, person_id, with_for_update=True)
    if person is None:
        raise LookupError("no such person")
    noted = note(session, person_id, by, now, engine_timeout)
    ids = list(noted.conversations)
    handovers = select(Handover.id).where(
        Handover.conversation_id.in_(ids) | (Handover.person_id == person_id)
    )
    remove_handovers(session, list(session.scalars(handovers)))
    session.execute(delete(Passage).where(Passage.person_id == person_id))
    for table in (Inbox, Outbox):
        session.execute(delete(table).where(table.conversation_id.in_(ids)))
    session.expire_all()
    person.reach = None
    person.erased_at = now
    session.flush()
    erasing.sweep(session, now)
    session.flush()
    return receipt(session, noted)


def receipt(session: Session, row: Erasure) -> Receipt:
    """The receipt as it is given."""
    stays = []
    if row.finished_at is None:
        stays.append("engine-store")
    return Receipt(row.number, row.at, row.by, row.removed, tuple(stays), row.finished_at)


def person_of(session: Session, *, conversation: str | None = None, handover: str | None = None) -> str:
    """The person of a conversation or of a handover. Raises `LookupError`."""
    if handover is not None:
        found = session.scalar(select(Handover.person_id).where(Handover.id == handover))
    else:
        found = session.scalar(select(Conversation.person_id).where(Conversation.id == conversation))
    if found is None:
        raise LookupError("no such person")
    return found
