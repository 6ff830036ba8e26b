"""A working day's digest to each team: how many requests wait, how many are late; numbers and a link only."""

from __future__ import annotations

import logging
import smtplib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from email.message import EmailMessage
from functools import partial

from sqlalchemy import func, select
from sqlalchemy.orm import Session, sessionmaker

from bot.handover.calm import Calm
from bot.handover.desk.pages import Words
from bot.handover.hours import PARIS
from bot.handover.life import CLAIMABLE, State
from bot.handover.notify import Post, recipients
from bot.handover.tables import Digest, Handover
from bot.handover.team_channels import ChannelDown, Told
from bot.handover.team_notices import Channels

log = logging.getLogger(__name__)
SATURDAY = 5


@dataclass(frozen=True)
class Waiting:
    """A team's requests that nobody has taken."""

    team: str | None
    count: int
    late: int


def due(now: datetime, hour: int, calm: Calm) -> date | None:
    """The day whose digest leaves now; None outside working days, before the hour, or when `hour` is -1."""
    local = now.astimezone(PARIS)
    working = local.weekday() < SATURDAY and not calm.off(local.date())
    return local.date() if working and 0 <= hour <= local.hour else None


def waiting(session: Session) -> list[Waiting]:
    """The unclaimed requests of each team that has some; team None for those that have no team."""
    late = (Handover.reminders > 0) | (Handover.state == State.EXPIRED.value)
    rows = session.execute(
        select(Handover.platform, func.count(), func.count().filter(late))
        .where(Handover.state.in_([state.value for state in CLAIMABLE]))
        .group_by(Handover.platform)
        .order_by(Handover.platform)
    )
    return [Waiting(*row) for row in rows]


def send(
    make: sessionmaker[Session],
    day: date,
    *,
    post: Post | None,
    channels: Channels,
    sender: str,
    address: str,
    words: Words,
    now: datetime,
) -> int:
    """Send the day's digest to the teams that did not get it yet; how many did. A failed one is tried again."""
    with make() as session:
        sent = set(session.scalars(select(Digest.team).where(Digest.day == day)))
        teams = [one for one in waiting(session) if (one.team or "") not in sent]
    done = 0
    for one in teams:
        with make.begin() as session:
            readers = recipients(session, one.team) if post is not None else []
            session.add(Digest(team=one.team or "", day=day, sent_at=now))
        text = words("mail.digest.body", count=one.count, late=one.late, link=f"{address}/desk/day")
        told = Told("digest", one.team or "", text, f"{address}/desk/day")
        acts: list[Callable[[], None]] = [
            partial(channel.tell, told) for channel in channels.get(one.team or "", {}).values()
        ]
        if post is not None:
            acts += [partial(post, _mail(reader, sender, text, words)) for reader in readers]
        left = sum(_left(act) for act in acts)
        done += left > 0
        if acts and not left:
            with make.begin() as session:
                session.delete(session.get_one(Digest, (one.team or "", day)))
    return done


def _left(act: Callable[[], None]) -> bool:
    try:
        act()
    except (OSError, smtplib.SMTPException, ChannelDown) as error:
        log.warning("digest not sent: %s", type(error).__name__)
        return False
    return True


def _mail(reader: str, sender: str, text: str, words: Words) -> EmailMessage:
    made = EmailMessage()
    made["Subject"] = words("mail.digest.subject")
    made["From"] = sender
    made["To"] = reader
    made["Auto-Submitted"] = "auto-generated"
    made.set_content(text)
    return made
