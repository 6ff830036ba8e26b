"""The straight way out: in order, once, nothing that was withheld, nothing lost when it is left half way."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from sqlalchemy import event, select

from bot.gateway import departures
from bot.gateway.delivery import Deliverer
from bot.gateway.message import Outgoing
from bot.gateway.sender import Gone, Refused, Throttled, Unreachable
from bot.gateway.tables import Outbox
from tests.gateway.conftest import BOTH, House
from tests.gateway.house import answer
from tests.gateway.post import Provider

pytestmark = BOTH
ADDRESS = {"channel": "sms", "address": "+33600000001"}
NEVER = 3600.0  # seconds between two looks: nothing here leaves because somebody looked


@dataclass
class Watched(Provider):
    """Calls `before` as a message is handed to it."""

    before: Callable[[str], None] = field(default=lambda _text: None)

    def send(self, out: Outgoing, address: str) -> str | None:
        self.before(out.text)
        return super().send(out, address)


@dataclass
class Road:
    house: House
    provider: Watched
    deliverer: Deliverer

    def say(self, *says: str) -> None:
        self.house.engine.script.append(answer(*says))
        self.house.say("un message de plus ici", **ADDRESS)

    def rows(self) -> list[tuple[str, str, int, bool]]:
        with self.house.sessions() as session:
            rows = session.scalars(select(Outbox).order_by(Outbox.seq))
            return [(row.text, row.status, row.attempts, row.lease_until is None) for row in rows]

    def settled(self, count: int) -> list[str]:
        """What was sent, once so many rows are neither queued nor held."""
        until = time.monotonic() + 30
        while time.monotonic() < until:
            done = [row for row in self.rows() if row[1] != "queued" and row[3]]
            if len(done) >= count and not self.deliverer._straight.held():
                break
            time.sleep(0.01)
        return [text for _, text in self.provider.sent]


@pytest.fixture
def road(house: House) -> Iterator[Road]:
    provider = Watched()
    deliverer = Deliverer(house.gateway, {"sms": provider}, poll=NEVER)
    deliverer.start()
    yield Road(house, provider, deliverer)
    deliverer.stop()


def test_an_answer_leaves_in_order_and_nothing_is_read_back(road: Road) -> None:
    asked: list[str] = []

    def seen(_c: Any, _cursor: Any, statement: str, *_: Any) -> None:
        if threading.current_thread() is not threading.main_thread():
            asked.append(statement.lower())

    event.listen(road.house.sessions.kw["bind"], "before_cursor_execute", seen)
    road.say("one", "two", "three")
    assert road.settled(3) == ["fr:one", "fr:two", "fr:three"]
    assert road.rows() == [(f"fr:{word}", "sent", 1, True) for word in ("one", "two", "three")]
    assert len(asked) >= 3
    assert not [one for one in asked if "outbox.text" in one], "what was written was unsealed again"


def test_what_a_stop_withheld_does_not_leave(road: Road) -> None:
    def stop(text: str) -> None:
        if text == "fr:one":
            road.house.say("stop", **ADDRESS)

    road.provider.before = stop
    road.say("one", "two")
    assert road.settled(3) == ["fr:one", "fr:stop.done"]
    assert [(row[0], row[1]) for row in road.rows()] == [
        ("fr:one", "sent"),
        ("fr:two", "withheld"),
        ("fr:stop.done", "sent"),
    ]


def test_what_is_said_meanwhile_leaves_after(road: Road) -> None:
    def more(text: str) -> None:
        if text == "fr:one":
            road.say("four")

    road.provider.before = more
    road.say("one", "two", "three")
    assert road.settled(4) == ["fr:one", "fr:two", "fr:three", "fr:four"]


@pytest.mark.parametrize(
    ("trouble", "then"),
    [
        (Unreachable("refused"), ["fr:one", "fr:two"]),
        (Throttled(2), ["fr:one", "fr:two"]),
        (Refused("too-long"), ["fr:two"]),
        (Gone("blocked"), []),
    ],
    ids=["unreachable", "throttled", "refused", "gone"],
)
def test_trouble_with_the_first(road: Road, trouble: Exception, then: list[str]) -> None:
    road.provider.troubles = [trouble]
    road.say("one", "two")
    road.settled(2 - len(then))
    road.house.clock.forward(seconds=5)
    road.deliverer._look(road.house.clock())
    assert road.settled(2) == then


def test_a_channel_that_pauses_is_not_knocked_at(house: House) -> None:
    provider = Watched()
    road = Road(house, provider, Deliverer(house.gateway, {"sms": provider}))
    house.gateway.leave_by(road.deliverer._straight)
    road.deliverer._straight.begin()  # and nobody looks into the outbox
    road.provider.troubles = [Throttled(60)]
    road.say("one")
    until = time.monotonic() + 30
    while (road.provider.troubles or road.deliverer._straight.held()) and time.monotonic() < until:
        time.sleep(0.01)
    assert not road.deliverer._straight.open_for("sms")
    road.say("two")
    assert road.rows()[1][2:] == (0, True), "it waits in the outbox, untouched"
    assert road.provider.sent == []


def test_when_it_closes_half_way_the_rest_is_given_back(house: House) -> None:
    provider = Watched()
    road = Road(house, provider, Deliverer(house.gateway, {"sms": provider}))
    house.gateway.leave_by(road.deliverer._straight)
    road.deliverer._straight.begin()  # and nobody looks into the outbox
    provider.before = lambda _text: road.deliverer._straight.end()
    road.say("one", "two")
    road.deliverer._pool.shutdown(wait=True)
    assert [row[:2] + row[3:] for row in road.rows()] == [
        ("fr:one", "sent", True),
        ("fr:two", "queued", True),
    ]
    other = Deliverer(house.gateway, {"sms": provider})
    assert other.deliver() == 1
    assert [text for _, text in provider.sent] == ["fr:one", "fr:two"]


def test_what_took_too_long_to_be_written_is_left_to_the_leases(house: House) -> None:
    provider = Watched()
    deliverer = Deliverer(house.gateway, {"sms": provider})
    house.gateway.leave_by(deliverer._straight)
    deliverer._straight.begin()
    written: list[str] = []

    def slow(*_: Any) -> None:
        written.append("")
        house.clock.forward(seconds=departures.LEASE.total_seconds() * 0.6)

    event.listen(house.sessions.kw["bind"], "commit", slow)
    house.engine.script.append(answer("one"))
    house.say("un message de plus ici", **ADDRESS)
    event.remove(house.sessions.kw["bind"], "commit", slow)
    deliverer._pool.shutdown(wait=True)
    assert written
    assert provider.sent == [], "another may have taken it"
    house.clock.forward(seconds=departures.LEASE.total_seconds())
    assert Deliverer(house.gateway, {"sms": provider}).deliver() == 1
    assert [text for _, text in provider.sent] == ["fr:one"]


def test_what_a_process_died_with_leaves_when_its_lease_ends(house: House) -> None:
    class Dead:
        """A way that takes messages and is heard of no more."""

        def open_for(self, _channel: str) -> bool:
            return True

        def leave(self, _departures: Any) -> None:
            return

        def ring(self, _conversation_id: str) -> None:
            return

    house.gateway.leave_by(Dead())
    house.engine.script.append(answer("one", "two"))
    house.say("un message de plus ici", **ADDRESS)
    provider = Provider()
    other = Deliverer(house.gateway, {"sms": provider})
    assert other.deliver() == 0
    house.clock.forward(seconds=departures.LEASE.total_seconds() + 1)
    while other.deliver():
        pass
    assert [text for _, text in provider.sent] == ["fr:one", "fr:two"]
