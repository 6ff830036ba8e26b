"""Speed patch 5: the SQL tracker store in two plain statements a turn.

Rasa 3.6.21 counts the stored events again before each save and loads and writes them as ORM objects, one by
one. Here the number loaded is remembered until the save, and rows are read and written as plain tuples. The
table, its rows and the transaction are Rasa's own.
"""

from __future__ import annotations

import json
from collections import OrderedDict
from collections.abc import Iterator
from typing import Any

import sqlalchemy as sa
from rasa.core.tracker_store import SQLTrackerStore
from rasa.shared.core.events import SessionStarted
from rasa.shared.core.trackers import DialogueStateTracker
from rasa.shared.nlu.constants import INTENT_NAME_KEY

EXPECTED = {
    "_retrieve": {"session_scope", "_event_query", "from_dict"},
    "save": {"stream_events", "_additional_events", "commit"},
    "_additional_events": {"_event_query", "count", "islice"},
}
# Conversations whose number of stored events is remembered; one that is not is counted as Rasa does.
REMEMBERED = 10_000

_table = SQLTrackerStore.SQLEvent.__table__
_started = (
    sa.select([sa.func.max(_table.c.timestamp)])
    .where(_table.c.sender_id == sa.bindparam("sender"), _table.c.type_name == SessionStarted.type_name)
    .scalar_subquery()
)
_all_events = (
    sa.select([_table.c.data]).where(_table.c.sender_id == sa.bindparam("sender")).order_by(_table.c.id)
)
_session_events = (
    sa.select([_table.c.data])
    .where(
        _table.c.sender_id == sa.bindparam("sender"),
        sa.or_(_table.c.timestamp >= _started, _started.is_(None)),
    )
    .order_by(_table.c.id)
)
_stock_additional_events = SQLTrackerStore._additional_events


def _stored(store: SQLTrackerStore) -> OrderedDict[str, int]:
    counts: OrderedDict[str, int] = store.__dict__.setdefault("_stored_counts", OrderedDict())
    return counts


def _remember(store: SQLTrackerStore, sender_id: str, count: int) -> None:
    counts = _stored(store)
    counts[sender_id] = count
    counts.move_to_end(sender_id)
    while len(counts) > REMEMBERED:
        counts.popitem(last=False)


async def _retrieve(
    self: SQLTrackerStore, sender_id: str, fetch_events_from_all_sessions: bool
) -> DialogueStateTracker | None:
    statement = _all_events if fetch_events_from_all_sessions else _session_events
    with self.engine.connect() as connection:
        events = [json.loads(row[0]) for row in connection.execute(statement, sender=sender_id)]
    if not fetch_events_from_all_sessions:
        _remember(self, sender_id, len(events))
    if not (self.domain and events):
        return None
    return DialogueStateTracker.from_dict(sender_id, events, self.domain.slots)


def _additional_events(self: SQLTrackerStore, session: Any, tracker: DialogueStateTracker) -> Iterator[Any]:
    known = _stored(self).get(tracker.sender_id)
    if known is None:
        yield from _stock_additional_events(self, session, tracker)
        return
    yield from list(tracker.events)[known:]


def row(sender_id: str, event: Any) -> dict[str, Any]:
    """The columns of one event, as Rasa fills them."""
    data = event.as_dict()
    return {
        "sender_id": sender_id,
        "type_name": event.type_name,
        "timestamp": data.get("timestamp"),
        "intent_name": data.get("parse_data", {}).get("intent", {}).get(INTENT_NAME_KEY),
        "action_name": data.get("name"),
        "data": json.dumps(data),
    }


async def save(self: SQLTrackerStore, tracker: DialogueStateTracker) -> None:
    """Write the events that are new, in one statement and one transaction."""
    await self.stream_events(tracker)
    # Unknown until written: a save that fails must count again.
    with self.session_scope() as session:
        rows = [row(tracker.sender_id, event) for event in self._additional_events(session, tracker)]
        _stored(self).pop(tracker.sender_id, None)
        if rows:
            session.execute(_table.insert(), rows)
            session.commit()
    _remember(self, tracker.sender_id, len(tracker.events))


def apply() -> None:
    """Put the patch in place. Raises `RuntimeError` when Rasa's methods are not those this was written for."""
    for name, names in EXPECTED.items():
        code = getattr(SQLTrackerStore, name).__code__
        if not set(code.co_names) >= names:
            raise RuntimeError(f"Rasa's SQLTrackerStore.{name} has changed: review engine/tracker_rows.py")
    SQLTrackerStore._retrieve = _retrieve
    SQLTrackerStore._additional_events = _additional_events
    SQLTrackerStore.save = save
