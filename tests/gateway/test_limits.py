"""Too many messages: refused politely once, but what cannot wait is heard."""

from __future__ import annotations

import pytest

from bot.gateway.message import Incoming
from tests.gateway.conftest import BOTH, House

pytestmark = BOTH


def test_too_many_messages_are_refused_politely_once(house: House) -> None:
    for number in range(30):
        house.say(f"message numéro {number}")
    before = len(house.engine.asked)
    assert house.keys("un de trop pour vous") == []
    assert house.keys("encore un de trop") == []
    told = [out.key for out in house.gateway.after(house.conversation)]
    assert told.count("limit.slow") == 1
    assert len(house.engine.asked) == before
    house.clock.forward(minutes=2)
    assert house.keys("me revoilà après une pause") == ["echo"]


URGENT = [
    ("stop", "STOP", ["stop.done"]),
    ("danger", "je veux mourir ce soir", ["danger.suicide"]),
    ("erase", "effacer", ["erase.confirm"]),
]


@pytest.mark.parametrize(("label", "said", "keys"), URGENT, ids=[row[0] for row in URGENT])
def test_what_cannot_wait_is_heard_above_the_limit(
    house: House, label: str, said: str, keys: list[str]
) -> None:
    for number in range(32):
        house.say(f"message numéro {number}")
    assert house.keys(said) == keys


def test_nothing_is_heard_in_a_flood(house: House) -> None:
    for number in range(90):
        house.gateway.receive(Incoming("web", "amina", f"x{number}", text="blabla"))
    assert "erase.confirm" not in house.keys("effacer")


def test_a_channel_has_a_limit_of_its_own(house: House) -> None:
    for number in range(20):
        house.say(f"message numéro {number}", channel="sms")
    before = len(house.engine.asked)
    assert house.keys("un de trop pour vous", channel="sms") == []
    assert len(house.engine.asked) == before
    assert house.gateway.after(house.conversation)[-1].key == "limit.slow"
