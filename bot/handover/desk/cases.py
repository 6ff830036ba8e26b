"""What the pages show: the list without opening any summary, and one case."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any

from babel.dates import format_datetime, format_timedelta
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from bot.gateway.tables import Conversation
from bot.handover.desk.scope import visible
from bot.handover.hours import PARIS
from bot.handover.life import CLAIMABLE, State
from bot.handover.platform import Places
from bot.handover.tables import Counsellor, Handover, Note
from bot.handover.thread import Thread

SHOWN = 60
# What a line of the list needs: nothing that is sealed, nothing that is long.
COLUMNS = (
    Handover.id,
    Handover.conversation_id,
    Handover.priority,
    Handover.state,
    Handover.opened_at,
    Handover.origin,
    Handover.destination,
    Handover.channel,
    Handover.language,
    Handover.reminders,
    Handover.claimed_by,
    Handover.outcome,
)
UNDER_WAY = [*(state.value for state in CLAIMABLE), State.CLAIMED.value]


@dataclass(frozen=True)
class Row:
    """One line of the list."""

    id: str
    priority: str
    state: str
    age: str
    origin: str | None
    destination: str | None
    channel: str
    language: str
    late: bool
    holder: str | None
    outcome: str | None = None
    unanswered: bool = False


@dataclass(frozen=True)
class Lists:
    """The list page: waiting first, then one's own, then the team's."""

    waiting: Sequence[Row]
    mine: Sequence[Row]
    others: Sequence[Row]


WAITS = Handover.state.in_([state.value for state in CLAIMABLE])
LATE = (Handover.reminders > 0) | (Handover.state == State.EXPIRED.value)
HELD = Handover.state == State.CLAIMED.value


def lists(session: Session, who: Counsellor, places: Places, now: datetime, thread: Thread) -> Lists:
    """The handovers under way that this counsellor may see; most urgent and longest waiting first.

    Of those held, the ones in which the person waits for an answer come first.
    """
    names = {row.id: row.name for row in session.execute(select(Counsellor.id, Counsellor.name))}

    def rows(*conditions: Any) -> list[Row]:
        return _rows(session, who, places, now, thread, names, *conditions)

    return Lists(
        waiting=rows(WAITS),
        mine=rows(HELD, Handover.claimed_by == who.id),
        others=rows(HELD, Handover.claimed_by != who.id),
    )


def today(
    session: Session, who: Counsellor, places: Places, now: datetime, thread: Thread
) -> tuple[list[Row], list[Row]]:
    """What is late, and what this counsellor holds."""
    late = _rows(session, who, places, now, thread, {}, WAITS, LATE)
    mine = _rows(session, who, places, now, thread, {who.id: who.name}, HELD, Handover.claimed_by == who.id)
    return late, mine


def _rows(
    session: Session,
    who: Counsellor,
    places: Places,
    now: datetime,
    thread: Thread,
    names: dict[str, str],
    *conditions: Any,
) -> list[Row]:
    query = (
        select(*COLUMNS)
        .where(visible(who), *conditions)
        .order_by(Handover.priority, Handover.opened_at)
        .limit(SHOWN)
    )
    found = session.execute(query).all()
    held_ones = [row.conversation_id for row in found if row.state == State.CLAIMED.value]
    silent = thread.unanswered(session, held_ones) if held_ones else ()
    made = [_row(row, names, places, now, row.conversation_id in silent) for row in found]
    return sorted(made, key=lambda row: not row.unanswered)


def ended(session: Session, who: Counsellor, places: Places, now: datetime) -> list[Row]:
    """The latest that ended, the newest first."""
    # Said as « none of those », so that the database walks the index of ends instead of sorting every state.
    running = [*UNDER_WAY, State.REQUESTED.value]
    query = (
        select(*COLUMNS)
        .where(visible(who), Handover.state.not_in(running), Handover.closed_at.is_not(None))
        .order_by(Handover.closed_at.desc())
        .limit(SHOWN)
    )
    return [_row(found, {}, places, now) for found in session.execute(query)]


def mark(session: Session, who: Counsellor) -> str:
    """A short text that changes whenever the list of this counsellor does."""
    count, versions = session.execute(
        select(func.count(), func.sum(Handover.version))
        .select_from(Handover)
        .where(visible(who), Handover.state.in_(UNDER_WAY))
    ).one()
    # What people write to this counsellor changes their list too.
    written = session.scalar(
        select(func.sum(Conversation.seq))
        .join(Handover, Handover.conversation_id == Conversation.id)
        .where(Handover.claimed_by == who.id, Handover.state == State.CLAIMED.value)
    )
    return f"{count}-{versions or 0}-{written or 0}"


@dataclass(frozen=True)
class Beat:
    """What moves any list: the handovers under way, and what was written to each counsellor who holds some."""

    under_way: str
    written: Mapping[str, int]

    def of(self, counsellor_id: str) -> str:
        """The part of it that may move this counsellor's list."""
        return f"{self.under_way}-{self.written.get(counsellor_id, 0)}"


def beat(session: Session) -> Beat:
    """The beat now, for all counsellors at once."""
    count, versions = session.execute(
        select(func.count(), func.sum(Handover.version)).where(Handover.state.in_(UNDER_WAY))
    ).one()
    written = session.execute(
        select(Handover.claimed_by, func.sum(Conversation.seq))
        .join(Conversation, Handover.conversation_id == Conversation.id)
        .where(Handover.state == State.CLAIMED.value)
        .group_by(Handover.claimed_by)
    )
    return Beat(f"{count}-{versions or 0}", {row[0]: row[1] for row in written if row[0]})


def notes(session: Session, row: Handover) -> list[dict[str, str]]:
    """The notes of a case in order, with who wrote them and when."""
    names = {one.id: one.name for one in session.scalars(select(Counsellor))}
    found = session.scalars(select(Note).where(Note.handover_id == row.id).order_by(Note.id))
    return [
        {"name": names.get(note.counsellor_id, ""), "date": moment(note.at), "text": note.text}
        for note in found
    ]


def moment(at: datetime) -> str:
    """A moment in French, Paris time."""
    return format_datetime(at.astimezone(PARIS), "d MMM y à HH:mm", locale="fr")


def _row(row: Any, names: dict[str, str], places: Places, now: datetime, unanswered: bool = False) -> Row:
    return Row(
        id=row.id,
        priority=row.priority,
        state=row.state,
        age=_age(round((now - row.opened_at).total_seconds())),
        origin=place(places, row.origin),
        destination=place(places, row.destination),
        channel=row.channel,
        language=row.language,
        late=row.reminders > 0 or row.state == State.EXPIRED.value,
        holder=names.get(row.claimed_by) if row.claimed_by else None,
        outcome=row.outcome,
        unanswered=unanswered,
    )


def _age(seconds: int) -> str:
    """How long ago, in French words."""
    return _aged(seconds if seconds < 3600 else seconds // 600 * 600)


@lru_cache(maxsize=8192)
def _aged(seconds: int) -> str:
    # A quarter of the list's time was Babel saying the same few ages again (2026-11-26).
    return format_timedelta(timedelta(seconds=seconds), locale="fr")


def place(places: Places, code: str | None) -> str | None:
    """A commune's name; its code when the name is unknown."""
    if code is None:
        return None
    commune = places.commune(code)
    return commune.name if commune else code
