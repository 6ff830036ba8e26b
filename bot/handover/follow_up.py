"""Asking afterwards how it went: agreed to, at most twice, outside quiet hours; the answers feed the outcomes."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.orm import Session, sessionmaker

from bot.gateway.reply import Choice
from bot.handover import book
from bot.handover.calm import Calm
from bot.handover.life import Outcome, State
from bot.handover.tables import FollowUp, Handover
from bot.handover.thread import Thread
from bot.observatory import needs
from bot.yaml_text import yaml_loads

CONSENT = "follow-up-consent"
ANSWER = "follow-up"
STOP = "stop"


@dataclass(frozen=True)
class Question:
    """What is asked so many days after the end, and the answers one tap gives."""

    day: int
    key: str
    answers: tuple[str, ...]


@dataclass(frozen=True)
class Plan:
    """The questions, and how long after its day one is still asked."""

    questions: tuple[Question, ...]
    late: timedelta


@functools.cache
def plan(data: Path) -> Plan:
    """From `handover/follow_up.yml` under the data folder."""
    content = yaml_loads((data / "handover" / "follow_up.yml").read_text(encoding="utf-8"))
    questions = (
        Question(one["day"], one["key"], tuple(map(str, one["answers"]))) for one in content["questions"]
    )
    return Plan(tuple(questions), timedelta(days=content["late_days"]))


def consent_choices(handover_id: str) -> tuple[Choice, ...]:
    """Yes and no to being asked later; see `bot.handover.tapped` for the payloads."""
    return tuple(
        Choice(
            f"follow_up.consent.{word}",
            payload={
                "handover": {"do": CONSENT, "id": handover_id, "agreed": agreed},
                "say": "follow_up.agreed" if agreed else "follow_up.declined",
            },
        )
        for word, agreed in (("yes", True), ("no", False))
    )


def answer_choices(question: Question, row_id: int) -> tuple[Choice, ...]:
    """The answers of a question, and « do not ask me again »."""
    said = {"non": "follow_up.thanks_no", STOP: "follow_up.stopped"}
    return tuple(
        Choice(
            f"follow_up.answer.{answer}",
            payload={
                "handover": {"do": ANSWER, "id": row_id, "answer": answer},
                "say": said.get(answer, "follow_up.thanks"),
            },
        )
        for answer in (*question.answers, STOP)
    )


def agreed(
    session: Session, conversation_id: str, effect: Mapping[str, Any], given: Plan, now: datetime
) -> None:
    """The person says whether they may be asked later. Only of their own conversation's handover."""
    row = session.get(Handover, str(effect.get("id")))
    if row is None or row.conversation_id != conversation_id:
        return
    yes = effect.get("agreed") is True
    row.consent = {**(row.consent or {}), "follow_up": yes, "follow_up_at": now.isoformat()}
    session.execute(delete(FollowUp).where(FollowUp.handover_id == row.id, FollowUp.answer.is_(None)))
    kept = set(session.scalars(select(FollowUp.day).where(FollowUp.handover_id == row.id)))
    ended = row.closed_at or now
    for question in given.questions if yes else ():
        if question.day not in kept:
            due = ended + timedelta(days=question.day)
            session.add(FollowUp(handover_id=row.id, day=question.day, due_at=due))


def answered(
    session: Session, conversation_id: str, effect: Mapping[str, Any], given: Plan, now: datetime
) -> None:
    """The person answers, or answers anew; « stop » takes the agreement back."""
    asked = session.get(FollowUp, effect.get("id"))
    row = session.get(Handover, asked.handover_id) if asked else None
    if asked is None or row is None or row.conversation_id != conversation_id:
        return
    answer = str(effect.get("answer"))
    if answer == STOP:
        row.consent = {**(row.consent or {}), "follow_up": False, "follow_up_at": now.isoformat()}
        session.execute(delete(FollowUp).where(FollowUp.handover_id == row.id, FollowUp.answer.is_(None)))
        return
    question = next((one for one in given.questions if one.day == asked.day), None)
    if question is None or answer not in question.answers:
        return
    first = asked.answer is None
    asked.answer, asked.answered_at = answer, now
    if question.key == "follow_up.kept" and answer in ("oui", "non"):
        row.kept = answer
    unsolved = question.key == "follow_up.solution" and answer == "non"
    if unsolved and first and row.outcome != Outcome.NONE.value:
        # Closed as solved or in part, and yet nothing holds: the territory's need is unmet all the same.
        needs.record(session, at=now, kind="closed-none", **{**row.need, "forms": row.forms})


def tick(make: sessionmaker[Session], thread: Thread, given: Plan, quiet: Calm, now: datetime) -> int:
    """Ask what is due; how many were asked. Nothing in quiet hours; each question in its own transaction."""
    if quiet.quiet(now):
        return 0
    with make() as session:
        waiting = select(FollowUp.id).where(FollowUp.asked_at.is_(None), FollowUp.due_at <= now)
        due = list(session.scalars(waiting))
    return sum(_ask(make, thread, row_id, given, now) for row_id in due)


def _ask(make: sessionmaker[Session], thread: Thread, row_id: int, given: Plan, now: datetime) -> bool:
    with make.begin() as session:
        asked = session.get(FollowUp, row_id, with_for_update=True)
        row = session.get(Handover, asked.handover_id) if asked else None
        if asked is None or row is None or asked.asked_at is not None:
            return False
        question = next((one for one in given.questions if one.day == asked.day), None)
        agreed_still = (row.consent or {}).get("follow_up") is True
        if question is None or not agreed_still or now - asked.due_at > given.late:
            session.delete(asked)
            return False
        if row.state != State.CLOSED.value or book.open_one(session, row.conversation_id) is not None:
            # Somebody is talking with them again: asking how it ended would be odd.
            return False
        choices = answer_choices(question, asked.id)
        if not thread.ask(session, row.conversation_id, question.key, {}, choices, unasked=True):
            session.delete(asked)
            return False
        asked.asked_at = now
        conversation_id = row.conversation_id
    thread.wake(conversation_id)
    return True


def answers(session: Session) -> dict[tuple[int, str], int]:
    """How many gave each answer: (day, answer) → count."""
    found: dict[tuple[int, str], int] = {}
    for day, answer in session.execute(
        select(FollowUp.day, FollowUp.answer).where(FollowUp.answer.is_not(None))
    ):
        found[day, str(answer)] = found.get((day, str(answer)), 0) + 1
    return dict(sorted(found.items()))
