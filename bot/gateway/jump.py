"""The clock was put back: what was to be done « later » would wait for a moment that is far again."""

from __future__ import annotations

import logging
import time
from datetime import datetime, timedelta

from sqlalchemy import or_, update
from sqlalchemy.orm import Session

from bot.gateway.lease import HOLD
from bot.gateway.tables import Conversation, Inbox, Outbox

log = logging.getLogger(__name__)
# Clocks are corrected by less all the time; nothing here waits so little that it would matter.
NOTICED = timedelta(seconds=5)


# Turns under way read the clock before it was put back and write after: for so long (seconds) it is mended again.
AFTERMATH = 30.0


class Watch:
    """Notices that the clock was put back since it was last looked at."""

    def __init__(self) -> None:
        self._last: datetime | None = None
        self._until = 0.0

    def went_back(self, now: datetime) -> bool:
        """Whether it was, just now or a moment ago; at the first look it may have been while nobody looked."""
        last, self._last = self._last, now
        if last is None:
            return True
        if now < last - NOTICED:
            log.warning("the clock was put back")
            self._until = time.monotonic() + AFTERMATH
        return time.monotonic() < self._until


def mend(session: Session, now: datetime) -> None:
    """Make due what would be due but for the clock; commit is the caller's.

    Reminders that were put off to the morning stay put off.
    """
    session.execute(
        update(Inbox)
        .where(Inbox.status == "pending", Inbox.next_try_at > now)
        .values(next_try_at=now)
        .execution_options(synchronize_session=False)
    )
    session.execute(
        update(Conversation)
        .where(Conversation.lease_until > now + HOLD)
        .values(lease_until=now + HOLD)
        .execution_options(synchronize_session=False)
    )
    session.execute(
        update(Outbox)
        .where(
            Outbox.status == "queued",
            Outbox.next_try_at > now,
            or_(Outbox.attempts > 0, Outbox.next_try_at == Outbox.created_at),
        )
        .values(next_try_at=now)
        .execution_options(synchronize_session=False)
    )
    session.execute(
        update(Outbox)
        .where(Outbox.status == "queued", Outbox.lease_until > now + HOLD)
        .values(lease_until=now + HOLD)
        .execution_options(synchronize_session=False)
    )
