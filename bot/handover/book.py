"""Handovers in the database: each transition of the pure machine written over the version it was decided on."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from bot.handover.life import OPEN, Effect, Event, Life, Outcome, RefusedError, State, Step, Stop, step
from bot.handover.tables import Audit, FollowUp, Handover, Note, Notice, Referral
from bot.observatory import needs

RETRIES = 8
NOTICES = {Effect.NOTIFY_TEAM: "waiting", Effect.REMIND_TEAM: "reminder"}


def life_of(row: Handover) -> Life:
    """The pure life in this row."""
    return Life(
        state=State(row.state),
        claimed_by=row.claimed_by,
        platform=row.platform,
        tried=tuple(row.tried),
        outcome=Outcome(row.outcome) if row.outcome else None,
        requeues=row.requeues,
        reminders=row.reminders,
    )


def apply(session: Session, handover_id: str, event: Event, now: datetime, **also: Any) -> Step:
    """Carry out an event in the caller's transaction: the row, the notices, the unmet need.

    `also` sets further columns with the transition. Of two at the same moment one is decided first and
    the other on what it left. What is to be told the person is in the step's effects, for the caller.
    Raises `LookupError` for an unknown handover, `RefusedError` when the event cannot happen.
    """
    for _ in range(RETRIES):
        row = session.get(Handover, handover_id, populate_existing=True)
        if row is None:
            raise LookupError("no such handover")
        taken = step(life_of(row), event)
        if taken.life == life_of(row) and not taken.effects:
            return taken
        if _write(session, row, taken, now, also):
            session.refresh(row)
            _follow(session, row, taken, now)
            return taken
    raise RefusedError("busy")


def _write(session: Session, row: Handover, taken: Step, now: datetime, also: dict[str, Any]) -> bool:
    """Whether the row was still as it was read; if so it now holds the new life."""
    life = taken.life
    values: dict[str, Any] = {
        "version": row.version + 1,
        "state": life.state.value,
        "claimed_by": life.claimed_by,
        "platform": life.platform,
        "tried": list(life.tried),
        "outcome": life.outcome.value if life.outcome else None,
        "requeues": life.requeues,
        "reminders": life.reminders,
    }
    entered = life.state.value != row.state
    if entered and life.state is State.CLAIMED:
        values |= {"claimed_at": now, "first_reply_at": None}
    if entered and life.state is State.QUEUED:
        values["waiting_since"] = now
    if life.platform != row.platform and row.platform is not None:
        values["waiting_since"] = now
    if entered and life.state not in OPEN:
        values["closed_at"] = now
    statement = (
        update(Handover)
        .where(Handover.id == row.id, Handover.version == row.version, Handover.state == row.state)
        .values(**{**values, **also})
        .execution_options(synchronize_session=False)
    )
    written: int = session.execute(statement).rowcount  # type: ignore[attr-defined]
    return written == 1


def _follow(session: Session, row: Handover, taken: Step, now: datetime) -> None:
    for effect in taken.effects:
        if effect in NOTICES:
            notify(session, row, NOTICES[effect], now)
        if effect is Effect.UNMET_NEED:
            kind = "expired" if taken.life.state is State.EXPIRED else "closed-none"
            forms = {*row.need["forms"], *row.forms}
            needs.record(session, at=now, kind=kind, **{**row.need, "forms": forms})


def notify(session: Session, row: Handover, kind: str, now: datetime) -> None:
    """Queue a notification to the handover's team; the same one is never queued twice."""
    number = row.reminders if kind == "reminder" else row.requeues
    same = select(Notice.id).where(
        Notice.handover_id == row.id,
        Notice.kind == kind,
        Notice.number == number,
        Notice.platform == row.platform,
    )
    if session.scalar(same) is None:
        due = max(now, row.next_opening) if row.state == State.DEFERRED and row.next_opening else now
        session.add(
            Notice(
                handover_id=row.id,
                platform=row.platform,
                kind=kind,
                number=number,
                created_at=now,
                next_try_at=due,
            )
        )
        session.flush()


def open_one(session: Session, conversation_id: str) -> Handover | None:
    """The handover of this conversation that still waits, is held, or expired unanswered; the latest."""
    states = [*(state.value for state in OPEN), State.EXPIRED.value]
    return session.scalar(
        select(Handover)
        .where(Handover.conversation_id == conversation_id, Handover.state.in_(states))
        .order_by(Handover.opened_at.desc())
        .limit(1)
    )


def stop(session: Session, conversation_ids: Iterable[str], now: datetime) -> list[str]:
    """STOP in these conversations: every handover under way ends; ids of those that did."""
    running = [*(state.value for state in OPEN), State.EXPIRED.value]
    found = list(
        session.scalars(
            select(Handover.id).where(
                Handover.conversation_id.in_(list(conversation_ids)), Handover.state.in_(running)
            )
        )
    )
    for handover_id in found:
        apply(session, handover_id, Stop(), now)
    return found


def erase(session: Session, conversation_ids: Iterable[str]) -> int:
    """Remove every handover of these conversations with its notes, notices and audit; how many."""
    gone = list(
        session.scalars(select(Handover.id).where(Handover.conversation_id.in_(list(conversation_ids))))
    )
    for table in (Note, Notice, Audit, FollowUp, Referral):
        session.execute(delete(table).where(table.handover_id.in_(gone)))
    session.execute(delete(Handover).where(Handover.id.in_(gone)))
    session.expire_all()
    return len(gone)
