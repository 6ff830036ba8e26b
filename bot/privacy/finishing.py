"""What an erasure leaves to do outside the transaction: the engine's store, and the files of both databases."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session, sessionmaker

from bot.gateway.tables import Conversation, Person
from bot.privacy import tracker
from bot.privacy.tables import Erasure
from bot.privacy.traces import compact
from bot.settings import Settings

log = logging.getLogger(__name__)


Tell = Callable[[Session, str, str], None]
"""`tell(session, conversation id, receipt number)` says that it is done, where somebody still listens."""


def finish(
    make: sessionmaker[Session], settings: Settings, now: datetime, tell: Tell | None = None
) -> list[str]:
    """Clean the engine's store of every erasure under way; the numbers of the receipts finished now.

    Called again and again: an erasure is finished when it has been cleaned after the last moment at which the
    engine could still have written. One that fails is tried at the next call; nothing is lost by a crash.
    """
    with make() as session:
        waiting = [
            (row.number, list(row.conversations), row.finish_after)
            for row in session.scalars(
                select(Erasure).where(Erasure.finished_at.is_(None)).order_by(Erasure.at)
            )
        ]
    finished = []
    for number, conversations, finish_after in waiting:
        try:
            gone = tracker.forget(settings.tracker(), conversations)
        except SQLAlchemyError as error:
            log.warning("erasure waits for the engine's store: %s", type(error).__name__)
            continue
        last = now >= finish_after
        with make.begin() as session:
            row = session.get(Erasure, number, with_for_update=True)
            if row is None or row.finished_at is not None:
                continue
            if tell is not None and row.by == "person" and "events" not in row.removed:
                _tell(session, tell, number, conversations)
            row.removed = {**row.removed, "events": row.removed.get("events", 0) + gone}
            if last:
                row.finished_at = now
                row.conversations = []
        if last:
            finished.append(number)
    if finished and not compact(settings.url()):
        log.info("files are compacted by the night's round")
    return finished


def _tell(session: Session, tell: Tell, number: str, conversations: list[str]) -> None:
    """In the last conversation that still waits for its goodbye to leave; nobody who has written again."""
    latest = session.scalar(
        select(Conversation.id)
        .join(Person, Person.id == Conversation.person_id)
        .where(Conversation.id.in_(conversations), Person.erased_at.is_not(None))
        .order_by(Conversation.last_at.desc())
        .limit(1)
    )
    if latest is not None:
        tell(session, latest, number)
