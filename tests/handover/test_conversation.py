"""The desk on the real gateway: both sides of the conversation, in one order."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine
from sqlalchemy.orm import Session, sessionmaker

from bot.database import Base, connect, sessions
from bot.gateway.gateway import Gateway
from bot.gateway.message import Incoming
from bot.gateway.tables import Conversation
from bot.handover.conversation import GatewayThread
from bot.handover.thread import Thread
from bot.sealing import Sealer, seal
from bot.settings import Settings
from tests.gateway.house import Clock, Detector, Effects, Speech, Understanding
from tests.gateway.house import Engine as Conductor


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Engine]:
    made = seal(connect(f"sqlite:///{tmp_path / 'talk.db'}"), Sealer("k" * 32))
    Base.metadata.create_all(made)
    yield made
    made.dispose()


@pytest.fixture
def gateway(database: Engine) -> Gateway:
    parts: tuple[Any, ...] = (Understanding(), Detector(), Speech(), Conductor(), Effects())
    return Gateway(Settings(_env_file=None), sessions(database), *parts, Clock())


def talk(gateway: Gateway, text: str, number: int, channel: str = "sms") -> str:
    given = Incoming(channel=channel, address="+33612345678", external_id=f"m{number}", text=text)
    conversation = gateway.conversation_of(gateway.receive(given))
    gateway.play(conversation)
    return conversation


def test_both_sides_in_order_and_the_counsellors_words_leave(gateway: Gateway) -> None:
    conversation = talk(gateway, "je cherche un garage", 1)
    thread, make = GatewayThread(gateway), gateway.sessions
    with make.begin() as session:
        thread.hold(session, conversation, "counsellor")
        assert thread.send(session, conversation, "Bonjour, ici Ana", "Ana")
        assert thread.say(session, conversation, "phrase.when", {})
    thread.wake(conversation)
    talk(gateway, "bonjour Ana", 2)
    with make() as session:
        assert session.get_one(Conversation, conversation).owner == "counsellor"
        lines = thread.messages(session, conversation)
        assert thread.last(session, conversation) >= lines[-1].seq
    assert [line.seq for line in lines] == sorted(line.seq for line in lines)
    said = [(line.author, line.text) for line in lines]
    assert said[0] == ("person", "je cherche un garage")
    assert ("counsellor", "Bonjour, ici Ana") in said
    assert said[-1] == ("person", "bonjour Ana")
    assert said.index(("counsellor", "Bonjour, ici Ana")) < said.index(said[-1])
    assert [line.segments for line in lines if line.text == "Bonjour, ici Ana"] == [1]


def test_who_waits_for_an_answer(gateway: Gateway) -> None:
    conversation = talk(gateway, "je cherche un garage", 1)
    thread, make = GatewayThread(gateway), gateway.sessions
    with make.begin() as session:
        thread.hold(session, conversation, "counsellor")
        assert not thread.unanswered(session, [conversation]), "nothing since it was taken"
    talk(gateway, "vous êtes là ?", 2)
    with make.begin() as session:
        assert conversation in thread.unanswered(session, [conversation])
        assert not thread.unanswered(session, [])
        thread.send(session, conversation, "Oui, bonjour", "Ana")
    with make() as session:
        assert not thread.unanswered(session, [conversation])


def test_a_phrase_is_shown_before_it_is_sent(gateway: Gateway) -> None:
    conversation = talk(gateway, "je cherche un garage", 1)
    thread = GatewayThread(gateway)
    with gateway.sessions() as session:
        said, language, direction = thread.preview(session, conversation, "phrase.when", {})
        assert (said, language, direction) == ("fr:phrase.when", "fr", "ltr")
        assert thread.preview(session, "nobody", "phrase.when", {})[0] == ""
        assert [line.author for line in thread.messages(session, conversation)].count("counsellor") == 0


def test_where_to_call(gateway: Gateway) -> None:
    conversation = talk(gateway, "bonjour", 1)
    thread = GatewayThread(gateway)
    with gateway.sessions.begin() as session:
        assert thread.reach(session, conversation) == {"phone": "+33612345678"}
        session.get_one(Conversation, conversation).person.reach = {
            "phone": "+33700000000",
            "email": "a@b.test",
        }
    with gateway.sessions() as session:
        assert thread.reach(session, conversation) == {"phone": "+33700000000", "email": "a@b.test"}
        assert thread.reach(session, "gone") == {}


@pytest.mark.parametrize("ending", ["stopped", "erased", "unknown"])
def test_nothing_leaves_for_somebody_gone(gateway: Gateway, ending: str) -> None:
    conversation = talk(gateway, "bonjour", 1)
    thread, make = GatewayThread(gateway), gateway.sessions
    with make.begin() as session:
        row = session.get_one(Conversation, conversation)
        if ending == "stopped":
            row.contact.stopped_at = gateway.clock()
        if ending == "erased":
            row.person.erased_at = gateway.clock()
        before = row.seq
    target = "unknown" if ending == "unknown" else conversation
    with make.begin() as session:
        assert thread.send(session, target, "Bonjour", "Ana") is False
        assert thread.say(session, target, "phrase.when", {}) is False
        thread.hold(session, "unknown", "bot")
        assert thread.messages(session, "unknown") == []
    with make() as session:
        assert session.get_one(Conversation, conversation).seq == before


def test_an_unknown_conversation_has_no_last_message(gateway: Gateway, database: Engine) -> None:
    thread: Thread = GatewayThread(gateway)
    factory: sessionmaker[Session] = sessions(database)
    with factory() as session:
        assert thread.last(session, "unknown") == 0
