"""Carrying a transition to the conversation: who holds it now, and what the person is told."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from bot.handover import book, follow_up
from bot.handover.life import Effect, Event, Move, Step
from bot.handover.platform import Platform
from bot.handover.tables import Handover
from bot.handover.thread import Thread

KEYS = {
    Effect.TELL_CLAIMED: "handover.claimed",
    Effect.TELL_CLOSED: "handover.closed",
    Effect.TELL_GIVEN_BACK: "handover.given_back",
    Effect.TELL_WAITING: "handover.waiting",
    Effect.TELL_EXPIRED: "handover.expired",
}


def happen(
    session: Session,
    thread: Thread,
    row: Handover,
    event: Event,
    now: datetime,
    *,
    platforms: Sequence[Platform] = (),
    name: str = "",
    **also: Any,
) -> Step:
    """Apply an event and tell the person, in the caller's transaction.

    `name` is the counsellor's first name. Raises what `book.apply` raises.
    """
    before = book.life_of(row)
    taken = book.apply(session, row.id, event, now, **also)
    if taken.life.owner != before.owner:
        thread.hold(session, row.conversation_id, taken.life.owner)
    for effect in taken.effects:
        key, values = KEYS.get(effect), {}
        if effect is Effect.TELL_CLAIMED:
            values = {"name": {"text": name}}
        if effect is Effect.TELL_WAITING and isinstance(event, Move):
            named = [platform.name for platform in platforms if platform.id == event.platform]
            if named and event.platform != before.platform:
                key, values = "handover.moved", {"platform": {"text": named[0]}}
        if key is not None:
            thread.say(session, row.conversation_id, key, values)
        if effect is Effect.TELL_CLOSED and "follow_up" not in (row.consent or {}):
            choices = follow_up.consent_choices(row.id)
            thread.ask(session, row.conversation_id, "follow_up.consent", {}, choices)
    return taken
