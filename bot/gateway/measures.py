"""What `/metrics` tells, in Prometheus' text format: numbers and codes, nothing of anybody."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

from prometheus_client import CollectorRegistry, Histogram, disable_created_metrics
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector
from sqlalchemy import func, select
from sqlalchemy.orm import Session, sessionmaker

from bot.gateway.ports import Clock
from bot.gateway.tables import Conversation, Inbox, Outbox
from bot.telemetry import traces

# When a counter began is of no use to anybody here.
disable_created_metrics()  # type: ignore[no-untyped-call]
BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 20.0)

turn_seconds = Histogram(
    "relais_turn_seconds",
    "Time of a turn by part: read (understanding), engine, write (words and transaction), whole.",
    ["part"],
    buckets=BUCKETS,
    registry=None,
)


@contextmanager
def part(name: str, turn: int) -> Iterator[None]:
    """Measures a part of a turn, and traces it where traces are asked for."""
    with turn_seconds.labels(name).time(), traces.span(name, turn):
        yield


class Queues(Collector):
    """Asked of the database when it is asked for."""

    def __init__(self, sessions: sessionmaker[Session], clock: Clock) -> None:
        self._sessions = sessions
        self._clock = clock

    def collect(self) -> Iterator[Metric]:
        """The depth of the queues, the oldest message unanswered, who holds the conversations."""
        now = self._clock()
        with self._sessions() as session:
            inbox = dict(
                session.execute(
                    select(Inbox.status, func.count())
                    .where(Inbox.status.in_(("pending", "dead")))
                    .group_by(Inbox.status)
                )
                .tuples()
                .all()
            )
            oldest = session.scalar(select(func.min(Inbox.received_at)).where(Inbox.status == "pending"))
            queued = dict(
                session.execute(
                    select(Outbox.channel, func.count())
                    .where(Outbox.status == "queued")
                    .group_by(Outbox.channel)
                )
                .tuples()
                .all()
            )
            owners = dict(
                session.execute(select(Conversation.owner, func.count()).group_by(Conversation.owner))
                .tuples()
                .all()
            )
        yield _gauge(
            "relais_inbox_pending", "Messages received and not answered yet.", inbox.get("pending", 0)
        )
        yield _gauge(
            "relais_inbox_dead", "Messages given up: limited, or handed to a human.", inbox.get("dead", 0)
        )
        yield _gauge("relais_unanswered_seconds", "Age of the oldest unanswered message.", _age(oldest, now))
        waiting = GaugeMetricFamily(
            "relais_outbox_queued", "Messages out that have not left.", labels=["channel"]
        )
        for channel, count in sorted(queued.items()):
            waiting.add_metric([channel], count)
        yield waiting
        held = GaugeMetricFamily("relais_conversations", "Conversations by who holds them.", labels=["owner"])
        for owner in ("bot", "queue", "counsellor"):
            held.add_metric([owner], owners.get(owner, 0))
        yield held


def registry(*collectors: Collector, turns: bool = True) -> CollectorRegistry:
    """A registry of these and, with `turns`, of the turns of this process."""
    made = CollectorRegistry()
    for collector in (*((turn_seconds,) if turns else ()), *collectors):
        made.register(collector)
    return made


def _gauge(name: str, meaning: str, value: float) -> GaugeMetricFamily:
    return GaugeMetricFamily(name, meaning, value=value)


def _age(moment: datetime | None, now: datetime) -> float:
    return max(0.0, (now - moment).total_seconds()) if moment is not None else 0.0
