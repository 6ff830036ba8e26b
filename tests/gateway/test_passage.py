"""Going on from another channel with a code: one person, one conversation."""

from __future__ import annotations

import pytest
from sqlalchemy import func, select

from bot.gateway.message import Incoming
from bot.gateway.tables import Conversation, Person
from tests.gateway.conftest import BOTH, House

pytestmark = BOTH
PHONE = "+33600000001"


def test_a_code_carries_the_conversation_to_another_channel(house: House) -> None:
    house.say("je vais à Cholet demain")
    conversation = house.conversation
    code = house.gateway.code(conversation)
    assert house.gateway.go_on("sms", PHONE, f" {code.lower()} ")
    out = house.say("me voilà par SMS", channel="sms", address=PHONE)
    assert house.engine.asked[-1].conversation == conversation
    assert house.engine.asked[-1].metadata["state"] == {"heard": ["je vais à Cholet demain"]}
    assert house.engine.asked[-1].metadata["channel"] == "sms"
    assert out[0].segments == 1
    with house.sessions() as session:
        assert session.scalar(select(func.count()).select_from(Person)) == 1


def test_what_was_said_there_before_moves_along(house: House) -> None:
    house.say("bonjour de mon téléphone", channel="sms", address=PHONE)
    house.clock.forward(minutes=1)
    house.say("je vais à Cholet demain")
    conversation = house.conversation
    assert house.gateway.go_on("sms", PHONE, house.gateway.code(conversation))
    house.say("me voilà par SMS", channel="sms", address=PHONE)
    assert house.engine.asked[-1].conversation == conversation
    with house.sessions() as session:
        assert session.scalar(select(func.count(Conversation.person_id.distinct()))) == 1


def test_a_code_is_good_once_and_for_a_day(house: House) -> None:
    house.say("je vais à Cholet demain")
    code = house.gateway.code(house.conversation)
    assert house.gateway.go_on("sms", PHONE, code)
    assert not house.gateway.go_on("sms", "+33600000002", code)
    late = house.gateway.code(house.conversation)
    house.clock.forward(hours=25)
    assert not house.gateway.go_on("sms", "+33600000002", late)


@pytest.mark.parametrize("code", ["", "ABCD2345", "x" * 500])
def test_a_wrong_code_changes_nothing(house: House, code: str) -> None:
    house.gateway.receive(Incoming("sms", PHONE, text="bonjour à vous tous"))
    assert not house.gateway.go_on("sms", PHONE, code)
    with house.sessions() as session:
        assert session.scalar(select(func.count()).select_from(Person)) == 1
