"""The notices of a team, written to its own channels as well; each is retried by itself."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from bot.handover.desk import links
from bot.handover.desk.pages import Words
from bot.handover.life import CLAIMABLE
from bot.handover.notify import PAUSES
from bot.handover.tables import Handover, Notice, TeamNotice
from bot.handover.team_channels import ChannelDown, TeamChannel, Told

log = logging.getLogger(__name__)
# A notice older than that says nothing new: the reminders and the digest do.
FRESH = timedelta(days=1)
Channels = Mapping[str, Mapping[str, TeamChannel]]


def write_due(
    make: sessionmaker[Session], channels: Channels, *, address: str, words: Words, now: datetime
) -> int:
    """Write what is due to the teams' channels; how many left."""
    if not channels:
        return 0
    _spread(make, channels, now)
    with make() as session:
        waiting = select(TeamNotice.id).where(TeamNotice.sent_at.is_(None), TeamNotice.next_try_at <= now)
        due = list(session.scalars(waiting))
    return sum(_write(make, one, channels, address, words, now) for one in due)


def _spread(make: sessionmaker[Session], channels: Channels, now: datetime) -> None:
    """One row a notice and a channel of its team."""
    with make.begin() as session:
        fresh = select(Notice).where(Notice.platform.in_(list(channels)), Notice.created_at > now - FRESH)
        for notice in session.scalars(fresh):
            known = set(session.scalars(select(TeamNotice.via).where(TeamNotice.notice_id == notice.id)))
            for via in channels[notice.platform or ""]:
                if via not in known:
                    session.add(TeamNotice(notice_id=notice.id, via=via, next_try_at=notice.next_try_at))


def _write(
    make: sessionmaker[Session],
    row_id: int,
    channels: Channels,
    address: str,
    words: Words,
    now: datetime,
) -> bool:
    with make.begin() as session:
        row = session.get(TeamNotice, row_id, with_for_update=True)
        notice = session.get(Notice, row.notice_id) if row else None
        if row is None or notice is None or row.sent_at is not None:
            return False
        handover = session.get(Handover, notice.handover_id)
        channel = channels.get(notice.platform or "", {}).get(row.via)
        stale = handover is None or handover.state not in CLAIMABLE or handover.platform != notice.platform
        if stale or channel is None:
            session.delete(row)
            return False
        link = f"{address}{links.sign(session, notice.handover_id)}"
        text = words(f"mail.{notice.kind}.body", link=link)
        try:
            channel.tell(Told(notice.kind, notice.platform or "", text, link))
        except ChannelDown as down:
            row.next_try_at = now + timedelta(minutes=PAUSES[min(row.attempts, len(PAUSES) - 1)])
            row.attempts += 1
            row.error = str(down)[:64]
            log.warning("team notice %s not written: %s", row.id, down)
            return False
        row.sent_at, row.error = now, None
        return True
