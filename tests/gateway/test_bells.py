"""Bells between two processes' worth of gateways on PostgreSQL."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest
from sqlalchemy import text

from bot.database import connect
from bot.gateway import bells
from bot.gateway.bells import Bells
from bot.gateway.message import Incoming
from bot.gateway.reply import Say
from tests.gateway.conftest import House

PATIENCE = 60.0


@dataclass
class Neighbour:
    """What another process hears."""

    heard: list[tuple[str, str]] = field(default_factory=list)
    bell: threading.Event = field(default_factory=threading.Event)

    def hear(self, kind: str, conversation_id: str) -> None:
        self.heard.append((kind, conversation_id))
        self.bell.set()

    def next(self) -> tuple[str, str]:
        until = time.monotonic() + PATIENCE
        while not self.heard and time.monotonic() < until:
            self.bell.wait(0.1)
            self.bell.clear()
        return self.heard.pop(0)


@pytest.fixture
def neighbour(house: House, monkeypatch: pytest.MonkeyPatch) -> Iterator[Neighbour]:
    """Listens as another process would: under a name of its own."""
    made = Neighbour()
    database = connect(house.sessions.kw["bind"].url.render_as_string(hide_password=False))
    hearing = Bells(database, made.hear)
    monkeypatch.setattr(hearing, "_name", "somebody else")
    hearing.start()
    # It listens once a bell of a test's own is heard.
    until = time.monotonic() + PATIENCE
    while not made.heard and time.monotonic() < until:
        with house.sessions.begin() as session:
            bells.ring(session, bells.SAID, "x")
        time.sleep(0.05)
    while made.heard or made.bell.is_set():
        made.heard.clear()
        made.bell.clear()
        time.sleep(0.2)
    yield made
    hearing.stop()
    database.dispose()


POSTGRES = pytest.mark.parametrize(
    "house", [pytest.param("postgres", marks=pytest.mark.postgres)], indirect=True
)


@POSTGRES
def test_a_message_and_its_answer_ring_in_the_other_process(house: House, neighbour: Neighbour) -> None:
    arrival = house.gateway.accept(Incoming("web", "amina", text="bonjour", external_id="1"))
    assert neighbour.next() == (bells.ARRIVED, arrival.conversation_id)
    house.gateway.play(arrival.conversation_id)
    assert neighbour.next() == (bells.SAID, arrival.conversation_id)


@POSTGRES
def test_what_is_rolled_back_rings_nowhere(house: House, neighbour: Neighbour) -> None:
    house.say("bonjour")
    while neighbour.next()[0] != bells.SAID:
        pass
    with pytest.raises(ZeroDivisionError), house.sessions.begin() as session:
        house.gateway.post(session, house.conversation, [Say("hold.queue")])
        raise ZeroDivisionError
    house.gateway.forget(house.conversation)
    assert neighbour.next() == (bells.FORGET, house.conversation)


@POSTGRES
def test_the_other_process_works_on_what_it_hears(house: House) -> None:
    arrived: list[str] = []
    told: list[str] = []
    house.gateway.on_arrival(arrived.append)
    house.gateway.listen(told.append)
    house.gateway.heard(bells.ARRIVED, "a")
    house.gateway.heard(bells.SAID, "b")
    assert (arrived, told) == (["a"], ["b"])


@POSTGRES
def test_a_process_does_not_hear_itself(house: House, neighbour: Neighbour) -> None:
    own = Neighbour()
    hearing = Bells(house.sessions.kw["bind"], own.hear)
    hearing.start()
    house.say("bonjour")
    while neighbour.next()[0] != bells.SAID:
        pass
    hearing.stop()
    assert own.heard == []


@POSTGRES
def test_a_process_hears_what_it_asked_for_alone(house: House, neighbour: Neighbour) -> None:
    other = Neighbour()
    database = connect(house.sessions.kw["bind"].url.render_as_string(hide_password=False))
    hearing = Bells(database, other.hear, (bells.FORGET,))
    hearing._name = "a third"
    hearing.start()
    until = time.monotonic() + PATIENCE
    while not other.heard and time.monotonic() < until:
        house.say("bonjour")
        house.gateway.forget(house.conversation)
        other.bell.wait(0.2)
    hearing.stop()
    database.dispose()
    assert {kind for kind, _ in other.heard} == {bells.FORGET}
    assert {kind for kind, _ in neighbour.heard} == set(bells.KINDS)


@POSTGRES
def test_a_connection_that_is_cut_is_opened_again(house: House, neighbour: Neighbour) -> None:
    with house.sessions.begin() as session:
        session.execute(
            text("select pg_terminate_backend(pid) from pg_stat_activity where query like 'listen %'")
        )
    until = time.monotonic() + PATIENCE
    while not neighbour.heard and time.monotonic() < until:
        with house.sessions.begin() as session:
            bells.ring(session, bells.SAID, "again")
        neighbour.bell.wait(0.2)
    assert neighbour.heard[0] == (bells.SAID, "again")


@pytest.mark.parametrize("house", ["sqlite"], indirect=True)
def test_on_sqlite_nothing_rings_and_nobody_listens(house: House) -> None:
    hearing = Bells(house.sessions.kw["bind"], Neighbour().hear)
    hearing.start()
    house.say("bonjour")
    hearing.stop()
    assert not hearing._thread.is_alive()
