"""The clock is put back or forward while people talk: answers come all the same, once."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest

from bot.gateway.delivery import Deliverer
from bot.gateway.lease import Leases
from bot.gateway.message import Incoming, Outgoing
from bot.gateway.reply import Say
from bot.gateway.sender import Unreachable
from bot.gateway.worker import Worker
from tests.gateway.conftest import House, house, postgres_url

__all__ = ["house", "postgres_url"]


class Phone:
    """An address that answers only when told to."""

    def __init__(self) -> None:
        self.away = False
        self.sent: list[str] = []

    def send(self, out: Outgoing, address: str) -> str | None:
        if self.away:
            raise Unreachable("away")
        self.sent.append(out.text)
        return str(len(self.sent))


@pytest.fixture
def phone(house: House) -> Iterator[Phone]:
    made = Phone()
    worker = Worker(house.gateway, poll=0.02)
    deliverer = Deliverer(house.gateway, {"sms": made}, poll=0.02)
    worker.start()
    deliverer.start()
    yield made
    deliverer.stop()
    worker.stop()


def until(true: Callable[[], bool]) -> None:
    limit = time.monotonic() + 90
    while not true():
        assert time.monotonic() < limit
        time.sleep(0.02)


def write(house: House, number: int) -> str:
    said = Incoming("sms", "+33600000001", external_id=f"m{number}", text="un message de plus ici")
    return house.gateway.accept(said).conversation_id


JUMPS = [("an hour back", -1), ("a day back", -24), ("an hour forward", 1), ("a day forward", 24)]


@pytest.mark.parametrize(("label", "hours"), JUMPS, ids=[one[0] for one in JUMPS])
def test_a_message_that_waits_for_the_engine_is_answered(
    house: House, phone: Phone, label: str, hours: int
) -> None:
    house.engine.down = True
    conversation = write(house, 1)
    until(lambda: bool(house.engine.asked))
    house.clock.forward(hours=hours)
    house.engine.down = False
    until(lambda: house.gateway.pending(conversation) == 0)
    until(lambda: phone.sent[-1:] == ["fr:echo un message de plus ici"])
    assert phone.sent.count("fr:echo un message de plus ici") == 1


@pytest.mark.parametrize(("label", "hours"), JUMPS, ids=[one[0] for one in JUMPS])
def test_an_answer_that_could_not_leave_leaves(house: House, phone: Phone, label: str, hours: int) -> None:
    phone.away = True
    conversation = write(house, 1)
    until(lambda: house.gateway.pending(conversation) == 0)
    time.sleep(0.1)
    house.clock.forward(hours=hours)
    phone.away = False
    until(lambda: phone.sent == ["fr:echo un message de plus ici"])
    write(house, 2)
    until(lambda: len(phone.sent) == 2)


def test_what_a_dead_worker_held_is_free_soon_after_the_clock_went_back(house: House, phone: Phone) -> None:
    conversation = house.gateway.open("sms", "+33600000001")
    assert Leases(house.sessions, house.clock).claim(conversation), "its owner is never heard of again"
    house.clock.forward(hours=-1)
    time.sleep(0.1)
    write(house, 1)
    house.clock.forward(seconds=16)
    until(lambda: len(phone.sent) == 1)


def test_a_reminder_put_off_to_the_morning_stays_put_off(house: House, phone: Phone) -> None:
    house.clock.now += timedelta(hours=14)  # ten in the evening
    conversation = house.gateway.open("sms", "+33600000001")
    with house.sessions.begin() as session:
        house.gateway.post(session, conversation, [Say("reminder")], unasked=True)
    time.sleep(0.1)
    house.clock.forward(minutes=-10)
    time.sleep(0.2)
    assert phone.sent == []
