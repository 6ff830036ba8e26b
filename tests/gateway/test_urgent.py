"""What is obeyed at once: STOP, danger, an erasure, the words our sentences promise."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from bot.gateway.tables import Conversation, Inbox, Outbox
from tests.gateway.conftest import BOTH, House

pytestmark = BOTH


def test_stop_then_silence_until_start(house: House) -> None:
    house.say("bonjour à vous tous")
    assert house.keys("STOP") == ["stop.done"]
    assert house.effects.names() == ["stop"]
    assert house.keys("STOP") == []
    assert house.keys("vous êtes là ?") == []
    assert house.gateway.tell(house.conversation, []) == []
    assert house.keys("START") == ["stop.resumed"]
    assert house.keys("vous êtes là ?") == ["echo"]


def test_stop_takes_back_what_was_not_sent_yet(house: House) -> None:
    house.say("bonjour à vous tous")
    house.say("stop")
    with house.sessions() as session:
        status = list(session.scalars(select(Outbox.status).order_by(Outbox.seq)))
    assert status == ["withheld", "queued"]


def test_danger_gives_the_number_and_keeps_nothing(house: House) -> None:
    house.say("bonjour à vous tous")
    out = house.say("je veux mourir ce soir")
    assert [one.key for one in out] == ["danger.suicide"]
    assert len(house.engine.asked) == 1
    reply = house.gateway.last_reply(house.conversation)
    assert reply is not None
    assert reply.state["profile"] == {"danger": "suicide", "urgency": "U0"}
    with house.sessions() as session:
        kept = session.scalars(select(Inbox.text).order_by(Inbox.seq)).all()
        state = session.scalars(select(Conversation.state)).one()
    assert kept == ["bonjour à vous tous", None]
    assert "danger" not in str(state)


def test_erase_asks_once_then_nothing_is_left_but_the_goodbye(house: House) -> None:
    house.say("bonjour à vous tous")
    assert house.keys("effacer") == ["erase.confirm"]
    assert house.keys("1") == ["erase.done"]
    assert house.effects.names() == ["erase"]
    with house.sessions() as session:
        assert session.scalars(select(Inbox)).all() == []
        assert [row.say["key"] for row in session.scalars(select(Outbox))] == ["erase.done"]
        assert session.scalars(select(Conversation.state)).all() == [None]


def test_erase_can_be_refused(house: House) -> None:
    house.say("effacer")
    assert house.keys("2") == ["erase.kept", "echo"]
    assert house.engine.asked[-1].metadata["choice"] == {"intent": "repeat", "quiet": True}
    assert house.effects.names() == []


def test_new_words_for_an_old_message_are_declined_but_obeyed(house: House) -> None:
    assert house.keys("j'habite à Cholet", kind="edit") == ["input.edited"]
    assert house.keys("STOP", kind="edit") == ["stop.done"]


PROMISED = [
    ("EFFACER", "erase.confirm"),
    (" effacer. ", "erase.confirm"),
    ("Arrêt", "stop.done"),
    ("STOP!", "stop.done"),
]


@pytest.mark.parametrize(("said", "key"), PROMISED)
def test_the_words_our_sentences_promise_are_obeyed(house: House, said: str, key: str) -> None:
    assert house.keys(said) == [key]


def test_a_human_asked_for_by_the_promised_word_reaches_the_engine_as_a_signal(house: House) -> None:
    house.say("HUMAIN")
    assert house.engine.asked[-1].metadata["signal"] == "human"
