"""Several workers, several processes' worth of gateways: order kept, nothing lost, nothing twice."""

from __future__ import annotations

import threading
import time
from collections.abc import Mapping
from typing import Any

from sqlalchemy import select

from bot.gateway.gateway import Gateway
from bot.gateway.lease import HOLD, Leases
from bot.gateway.limits import Limits
from bot.gateway.message import Incoming
from bot.gateway.ownership import give
from bot.gateway.tables import Inbox, Outbox
from bot.gateway.worker import Worker
from tests.gateway.conftest import BOTH, House
from tests.gateway.house import Clock, Detector, Effects, Engine, Speech, Understanding, echo

pytestmark = BOTH


class Real(Clock):
    """Real seconds over the house's day."""

    def __call__(self) -> Any:
        return self.now.fromtimestamp(time.time(), self.now.tzinfo)


class Stumbling(Engine):
    """Fails every third question, and never hears one conversation twice at once."""

    def __init__(self) -> None:
        super().__init__()
        self.count = 0
        self.inside: set[str] = set()
        self.overlaps = 0
        self.lock = threading.Lock()

    def ask(self, conversation_id: str, text: str, metadata: Mapping[str, Any]) -> Any:
        with self.lock:
            self.count += 1
            fail = self.count % 3 == 0
            self.overlaps += conversation_id in self.inside
            self.inside.add(conversation_id)
        try:
            if fail:
                raise RuntimeError("stumbled")
            return echo(text, metadata)
        finally:
            with self.lock:
                self.inside.discard(conversation_id)


def gateway(house: House, engine: Engine) -> Gateway:
    settings = house.gateway.settings
    parts = (Understanding(), Detector(), Speech(), engine, Effects(), Real())
    return Gateway(settings, house.sessions, *parts, limits=Limits(None))


def settled(house: House, seconds: float = 60) -> bool:
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        with house.sessions() as session:
            if session.scalar(select(Inbox.id).where(Inbox.status == "pending").limit(1)) is None:
                return True
        time.sleep(0.05)
    return False


def test_two_gateways_share_the_work_in_order(house: House) -> None:
    engine = Stumbling()
    gateways = [gateway(house, engine), gateway(house, engine)]
    workers = [Worker(one, poll=0.05) for one in gateways]
    for worker in workers:
        worker.start()

    def talk(person: int) -> None:
        for number in range(4):
            incoming = Incoming("web", f"p{person}", f"{person}-{number}", text=f"message numéro {number}")
            gateways[number % 2].receive(incoming)

    talkers = [threading.Thread(target=talk, args=(person,)) for person in range(6)]
    for thread in talkers:
        thread.start()
    for thread in talkers:
        thread.join()
    done = settled(house)
    for worker in workers:
        worker.stop()
    assert done
    assert engine.overlaps == 0
    with house.sessions() as session:
        asked = session.execute(
            select(Inbox.conversation_id, Inbox.id).order_by(Inbox.conversation_id, Inbox.seq)
        )
        said = session.execute(
            select(Outbox.conversation_id, Outbox.turn).order_by(Outbox.conversation_id, Outbox.seq)
        )
        answered = [tuple(row) for row in said]
        assert answered == [tuple(row) for row in asked]
        assert len(answered) == 24


def test_a_lease_left_by_a_dead_worker_runs_out(house: House) -> None:
    conversation = house.gateway.open("web", "amina")
    assert Leases(house.sessions, house.clock).claim(conversation)
    house.gateway.receive(Incoming("web", "amina", "1", text="je suis là maintenant"))
    assert house.gateway.play(conversation) == []
    house.clock.forward(seconds=HOLD.total_seconds() + 1)
    assert [out.key for out in house.gateway.play(conversation)] == ["echo"]


def test_a_worker_that_lost_its_lease_writes_nothing(house: House) -> None:
    conversation = house.gateway.open("web", "amina")

    def slow(text: str, metadata: Mapping[str, Any]) -> Any:
        house.clock.forward(minutes=5)
        assert Leases(house.sessions, house.clock).claim(conversation)
        return echo(text, metadata)

    house.engine.script = [slow]
    assert house.keys("je suis là maintenant") == []
    assert house.gateway.pending(conversation) == 1
    house.clock.forward(seconds=HOLD.total_seconds() + 1)
    assert [out.key for out in house.gateway.play(conversation)] == ["echo"]


def test_a_counsellor_who_comes_while_the_engine_works_is_not_talked_over(house: House) -> None:
    conversation = house.gateway.open("web", "amina")

    def claimed(text: str, metadata: Mapping[str, Any]) -> Any:
        with house.sessions.begin() as session:
            give(session, conversation, "counsellor")
        return echo(text, metadata)

    house.engine.script = [claimed]
    assert house.keys("je suis là maintenant") == ["hold.counsellor"]


def test_what_nobody_rang_for_waits_in_line_while_every_worker_is_busy(house: House) -> None:
    """A message of another process, or one that is tried again, among a crowd that rings all the time."""
    incoming = Incoming("web", "amina", "m1", text="un premier message ici")
    conversation = house.gateway.conversation_of(house.gateway.receive(incoming))
    worker = Worker(house.gateway)
    for number in range(house.gateway.settings.workers):
        worker._calls.ring(f"crowd-{number}")
    crowd = worker._calls.take(house.gateway.settings.workers)
    worker._look()
    worker._calls.done(crowd[0])
    assert worker._calls.take(house.gateway.settings.workers) == [conversation]


class Chatterbox(Engine):
    """While its first person is answered they write again, as often as they may."""

    def __init__(self, house: House, most: int) -> None:
        super().__init__()
        self.house, self.left = house, most
        self.order: list[str] = []
        self.gateway = house.gateway

    def ask(self, conversation_id: str, text: str, metadata: Mapping[str, Any]) -> Any:
        self.order.append(text)
        if text.startswith("vite") and self.left:
            self.left -= 1
            more = Incoming("web", "vite", f"v{self.left}", text=f"vite encore {self.left}")
            self.gateway.receive(more)
        return echo(text, metadata)


def test_who_writes_as_fast_as_they_are_answered_keeps_nobody_waiting(house: House) -> None:
    engine = Chatterbox(house, 6)
    engine.gateway = gateway(house, engine)
    engine.gateway.settings = house.gateway.settings.model_copy(update={"workers": 1})
    worker = Worker(engine.gateway)
    for number, who in enumerate(["vite", "lente", "calme"]):
        engine.gateway.receive(Incoming("web", who, f"m{number}", text=f"{who} un premier message"))
    worker.start()
    until = time.monotonic() + 60
    while len(engine.order) < 9 and time.monotonic() < until:
        time.sleep(0.02)
    worker.stop()
    assert [text.split()[0] for text in engine.order[:3]] == ["vite", "lente", "calme"]
    assert len(engine.order) == 9
