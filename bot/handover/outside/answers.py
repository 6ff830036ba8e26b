"""What a team elsewhere answers, carried to the conversation and to the directory. Idempotent."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy.orm import Session

from bot.handover import reports
from bot.handover.hours import PARIS
from bot.handover.life import CLAIMABLE, Claim, Close, Expire, Move, Outcome, State
from bot.handover.platform import Places, Platform, choose
from bot.handover.staffing import person_of, staffing
from bot.handover.tables import Handover, Referral
from bot.handover.telling import happen
from bot.handover.thread import Thread

LONGEST = 1500
SATURATION = "saturation"


@dataclass(frozen=True)
class Desk:
    """What an answer needs of the house. `role` is how the directory names who said it."""

    thread: Thread
    platforms: Sequence[Platform]
    places: Places
    clock: Callable[[], datetime]
    refusals: Mapping[str, str | None]
    role: str


def holder(referral: Referral) -> str:
    """Who holds a handover that a team elsewhere has taken."""
    return f"outside-{referral.id}"[:32]


def accept(session: Session, desk: Desk, referral: Referral, name: str) -> bool:
    """They take it; whether it is theirs now. `name` is what the person is told."""
    row = session.get_one(Handover, referral.handover_id)
    if row.claimed_by == holder(referral):
        return True
    if row.platform != referral.platform or State(row.state) not in CLAIMABLE:
        return False
    now = desk.clock()
    happen(session, desk.thread, row, Claim(holder(referral)), now, name=name)
    row.first_reply_at = now
    referral.state, referral.answered_at = "accepted", now
    return True


def refuse(session: Session, desk: Desk, referral: Referral, reason: str) -> bool:
    """They cannot: the next team, or the honest end. Raises `ValueError` for a reason that is none."""
    if reason not in desk.refusals:
        raise ValueError("reason")
    return _decline(session, desk, referral, "refused", reason, desk.refusals[reason])


def full(
    session: Session, desk: Desk, referral: Referral, services: Iterable[str], until: date | None
) -> bool:
    """They are full, and so are these services of theirs; the next person is told. Raises as `reports.report`."""
    today = desk.clock().astimezone(PARIS).date()
    if until is not None and until < today:
        raise ValueError("until")
    if not _decline(session, desk, referral, "full", "session-complete", SATURATION):
        return False
    for service in services:
        reports.report(session, service_id=service, kind="full", until=until, role=desk.role, today=today)
    return True


def say(session: Session, desk: Desk, referral: Referral, text: str, name: str, number: int = 0) -> bool:
    """Their words reach the person; False when the person is gone or it is no longer theirs.

    The first word takes the handover. `number` orders messages: one that came before is not said again.
    """
    if number and number <= referral.last_in:
        return True
    if not accept(session, desk, referral, name):
        return False
    row = session.get_one(Handover, referral.handover_id)
    parts = [text[at : at + LONGEST] for at in range(0, len(text), LONGEST)]
    sent = all(desk.thread.send(session, row.conversation_id, part, name) for part in parts)
    referral.last_in = max(referral.last_in, number)
    return sent


def finish(session: Session, desk: Desk, referral: Referral, outcome: Outcome) -> bool:
    """They end it; False when it was not in their hands."""
    row = session.get_one(Handover, referral.handover_id)
    if row.claimed_by != holder(referral):
        return False
    happen(session, desk.thread, row, Close(holder(referral), outcome), desk.clock())
    referral.state = "ended"
    return True


def _decline(
    session: Session, desk: Desk, referral: Referral, state: str, reason: str, form: str | None
) -> bool:
    row = session.get_one(Handover, referral.handover_id)
    waits = State(row.state) in {State.QUEUED, State.DEFERRED}
    if row.platform != referral.platform or not waits:
        return False
    now = desk.clock()
    row.refusal = reason
    row.forms = sorted({*row.forms, *([form] if form else [])})
    session.flush()
    tried = (*row.tried, referral.platform)
    following = choose(
        desk.platforms,
        person_of(row),
        now,
        places=desk.places,
        standing=staffing(session),
        without=tried,
    )
    event = Move(following.id) if following else Expire()
    happen(session, desk.thread, row, event, now, platforms=desk.platforms)
    referral.state, referral.answered_at = state, now
    return True
