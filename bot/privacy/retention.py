"""Retention: what has been kept long enough, by kind; counted first, removed when told."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import ColumnElement, Select, delete, func, select
from sqlalchemy.orm import Session, sessionmaker

from bot.gateway.tables import Contact, Conversation, Inbox, Outbox, Passage, Person
from bot.handover.tables import Audit, DeskSession, Handover, Invitation
from bot.privacy import erasure, tracker
from bot.privacy.holdings import remove_handovers
from bot.privacy.settings import KeepSettings
from bot.privacy.tables import Erasure
from bot.settings import Settings

log = logging.getLogger(__name__)
BATCH = 500


@dataclass(frozen=True)
class Line:
    """One kind of data: how long it is kept and how much of it is over that."""

    kind: str
    days: int
    count: int

    def as_dict(self) -> dict[str, Any]:
        """Plain JSON data."""
        return {"kind": self.kind, "days": self.days, "count": self.count}


def run(
    make: sessionmaker[Session],
    settings: Settings,
    keep: KeepSettings,
    now: datetime,
    *,
    backups: Path | None = None,
    dry: bool = False,
) -> list[Line]:
    """Remove what is over its time, in short transactions; how much of each kind (counted only when `dry`).

    `now` is aware. The order matters: handovers go before the people who are kept for them.
    """
    kinds: Mapping[str, tuple[int, Callable[[int, bool], int]]] = {
        "messages": (keep.messages, lambda days, dry: _messages(make, now, days, dry)),
        "handovers": (keep.handovers, lambda days, dry: _handovers(make, now, days, dry)),
        "people": (keep.people, lambda days, dry: _people(make, settings, now, days, dry)),
        "silences": (keep.silences, lambda days, dry: _silences(make, now, days, dry)),
        "passages": (0, lambda _, dry: _rows(make, Passage, Passage.expires_at < now, dry)),
        "audit": (keep.audit, lambda days, dry: _rows(make, Audit, Audit.at < _before(now, days), dry)),
        "sessions": (keep.sessions, lambda days, dry: _sign_ins(make, now, days, dry)),
        "receipts": (
            keep.receipts,
            lambda days, dry: _rows(
                make, Erasure, (Erasure.at < _before(now, days)) & Erasure.finished_at.is_not(None), dry
            ),
        ),
        "engine": (
            keep.engine,
            lambda days, dry: tracker.silent(settings.tracker(), days, now.timestamp(), dry=dry),
        ),
        "logs": (keep.logs, lambda days, dry: _files(settings.var.glob("*.log.*"), now, days, dry)),
        "backups": (
            keep.backups,
            lambda days, dry: _files((backups or settings.var / "backups").glob("relais-*"), now, days, dry),
        ),
    }
    done = [Line(kind, days, act(days, dry)) for kind, (days, act) in kinds.items()]
    if not dry:
        log.info("retention %s", " ".join(f"{line.kind}={line.count}" for line in done))
    return done


def _before(now: datetime, days: int) -> datetime:
    return now - timedelta(days=days)


def _rows(make: sessionmaker[Session], table: type[Any], over: ColumnElement[bool], dry: bool) -> int:
    with make.begin() as session:
        if dry:
            return session.scalar(select(func.count()).select_from(table).where(over)) or 0
        return int(session.execute(delete(table).where(over)).rowcount)  # type: ignore[attr-defined]


def _messages(make: sessionmaker[Session], now: datetime, days: int, dry: bool) -> int:
    """The words in and out of conversations silent for so long; what still waits to be sent or answered stays."""
    old = select(Conversation.id).where(Conversation.last_at < _before(now, days))
    gone = _rows(make, Inbox, Inbox.conversation_id.in_(old) & (Inbox.status != "pending"), dry)
    return gone + _rows(make, Outbox, Outbox.conversation_id.in_(old) & (Outbox.status != "queued"), dry)


def _handovers(make: sessionmaker[Session], now: datetime, days: int, dry: bool) -> int:
    over = select(Handover.id).where(Handover.closed_at < _before(now, days))
    if dry:
        with make() as session:
            return session.scalar(select(func.count()).select_from(over.subquery())) or 0
    total = 0
    for ids in _batches(make, over):
        with make.begin() as session:
            total += remove_handovers(session, ids)
    return total


def _people(make: sessionmaker[Session], settings: Settings, now: datetime, days: int, dry: bool) -> int:
    """People silent for so long that no handover of theirs is kept. An address that said STOP stays a fingerprint."""
    talking = select(Conversation.person_id).where(Conversation.last_at >= _before(now, days))
    over = select(Person.id).where(
        Person.created_at < _before(now, days),
        Person.id.not_in(talking),
        Person.id.not_in(select(Handover.person_id)),
        # A fingerprint of a silence alone is the business of `silences`.
        Person.id.in_(select(Conversation.person_id)) | Person.id.not_in(select(Contact.person_id)),
    )
    if dry:
        with make() as session:
            return session.scalar(select(func.count()).select_from(over.subquery())) or 0
    total = 0
    for ids in _batches(make, over):
        for one in ids:
            with make.begin() as session:
                erasure.erase(session, one, "retention", now, settings.engine_timeout)
                total += 1
    return total


def _silences(make: sessionmaker[Session], now: datetime, days: int, dry: bool) -> int:
    """Fingerprints of addresses that said STOP, of people of whom nothing else is left."""
    alone = Contact.person_id.not_in(select(Conversation.person_id))
    over = (Contact.stopped_at < _before(now, days)) & Contact.address.is_(None) & alone
    gone = _rows(make, Contact, over, dry)
    if not dry:
        empty = Person.id.not_in(select(Contact.person_id)) & Person.id.not_in(select(Conversation.person_id))
        _rows(make, Person, empty & (Person.created_at < _before(now, days)), dry)
    return gone


def _sign_ins(make: sessionmaker[Session], now: datetime, days: int, dry: bool) -> int:
    return _rows(make, DeskSession, DeskSession.seen_at < _before(now, days), dry) + _rows(
        make, Invitation, Invitation.expires_at < _before(now, days), dry
    )


def _batches(make: sessionmaker[Session], wanted: Select[tuple[str]]) -> Iterator[list[str]]:
    """The identifiers a query finds, some hundred at a time, asked again after each batch is gone."""
    seen: set[str] = set()
    while True:
        with make() as session:
            ids = [one for one in session.scalars(wanted.limit(BATCH)) if one not in seen]
        if not ids:
            return
        seen.update(ids)
        yield ids


def _files(files: Iterator[Path], now: datetime, days: int, dry: bool) -> int:
    """Files last written so long ago."""
    limit = _before(now, days)
    old = [file for file in files if datetime.fromtimestamp(file.stat().st_mtime, UTC) < limit]
    if not dry:
        for file in old:
            file.unlink(missing_ok=True)
    return len(old)
