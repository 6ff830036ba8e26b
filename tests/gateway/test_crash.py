"""A process that dies between any two statements loses nothing and answers once."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from sqlalchemy import event, select

from bot.gateway.delivery import Deliverer
from bot.gateway.message import Incoming, Outgoing
from bot.gateway.tables import Conversation, Inbox, Outbox
from tests.gateway.conftest import House
from tests.gateway.house import answer

STATEMENTS = 20


class Killed(BaseException):
    """The process is gone: nothing after this runs, no clean-up either."""


@contextmanager
def dying_at(house: House, statement: int) -> Iterator[list[int]]:
    """From this statement on, and at this commit, the database hears nothing any more."""
    engine = house.sessions.kw["bind"]
    count = [0]

    def step(*_: Any) -> None:
        count[0] += 1
        if count[0] >= statement:
            raise Killed

    event.listen(engine, "before_cursor_execute", step)
    event.listen(engine, "commit", step)
    try:
        yield count
    finally:
        event.remove(engine, "before_cursor_execute", step)
        event.remove(engine, "commit", step)


@pytest.mark.parametrize("statement", range(1, STATEMENTS))
def test_a_turn_killed_anywhere_is_played_once(house: House, statement: int) -> None:
    say = {"key": "handover.done", "choices": [{"label": {"key": "yes"}, "payload": {"a": 1}}]}
    reply = answer(say, "again", state={"turns": 1}, effects=[{"do": "handover"}])
    house.engine.script = [reply, reply]
    conversation = house.gateway.conversation_of(
        house.gateway.receive(Incoming("web", "amina", "1", text="un humain pour moi"))
    )
    try:
        with dying_at(house, statement):
            house.gateway.play(conversation)
    except Killed:
        pass
    house.clock.forward(minutes=5)
    house.gateway.play(conversation)
    with house.sessions() as session:
        assert session.scalars(select(Inbox.status)).all() == ["done"]
        assert [row.say["key"] for row in session.scalars(select(Outbox).order_by(Outbox.seq))] == [
            "handover.done",
            "again",
        ]
        told = session.scalars(select(Conversation)).one()
        assert (told.state, told.owner) == ({"turns": 1}, "queue")
    assert all(asked.metadata["state"] == {} for asked in house.engine.asked)


def test_the_statements_of_a_turn_are_all_tried(house: House) -> None:
    conversation = house.gateway.conversation_of(
        house.gateway.receive(Incoming("web", "amina", "1", text="un humain pour moi"))
    )
    with dying_at(house, 10_000) as count:
        house.gateway.play(conversation)
    assert 5 < count[0] < STATEMENTS


@pytest.mark.parametrize("statement", range(1, 12))
def test_a_message_killed_while_received_is_stored_once_when_sent_again(house: House, statement: int) -> None:
    incoming = Incoming("telegram", "7", "update-1", text="je suis là maintenant")
    try:
        with dying_at(house, statement):
            house.gateway.receive(incoming)
    except Killed:
        pass
    house.gateway.receive(incoming)
    with house.sessions() as session:
        assert len(session.scalars(select(Inbox)).all()) == 1
        assert len(session.scalars(select(Conversation)).all()) == 1


class Phone:
    def __init__(self) -> None:
        self.heard: list[int] = []

    def send(self, out: Outgoing, address: str) -> str | None:
        self.heard.append(out.id)
        return None


@pytest.mark.parametrize("statement", range(1, 16))
def test_a_delivery_killed_anywhere_is_heard_once_or_at_worst_twice_never_not(
    house: House, statement: int
) -> None:
    house.say("je suis là maintenant", channel="sms", address="+33600000001")
    phone = Phone()
    deliverer = Deliverer(house.gateway, {"sms": phone})
    try:
        with dying_at(house, statement):
            deliverer.deliver()
    except Killed:
        pass
    before = len(phone.heard)
    house.clock.forward(minutes=5)
    deliverer.deliver()
    deliverer.stop()
    # Twice only when it died between the provider's yes and our note of it.
    assert len(phone.heard) in ({1} if before == 0 else {1, 2})
    with house.sessions() as session:
        assert session.scalars(select(Outbox.status)).all() == ["sent"]
