"""The short way in: who is known costs one journey, everybody else takes the long way, and both store the same."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from sqlalchemy import event, select, update

from bot.gateway.limits import Limits
from bot.gateway.message import Incoming
from bot.gateway.tables import Contact, Conversation, Inbox, Person
from tests.gateway.conftest import BOTH, House

pytestmark = BOTH


def one(number: int, text: str = "un message de plus", **more: Any) -> Incoming:
    given = {"external_id": f"m{number}", "text": text, "given": {"code": "x"}, **more}
    return Incoming("telegram", "amina", **given)


@contextmanager
def statements(house: House) -> Iterator[list[str]]:
    asked: list[str] = []

    def seen(_c: Any, _cursor: Any, statement: str, *_: Any) -> None:
        asked.append(statement)

    engine = house.sessions.kw["bind"]
    event.listen(engine, "before_cursor_execute", seen)
    yield asked
    event.remove(engine, "before_cursor_execute", seen)


def stored(house: House) -> list[tuple[Any, ...]]:
    with house.sessions() as session:
        rows = session.scalars(select(Inbox).order_by(Inbox.id))
        return [
            (
                row.seq,
                row.channel,
                row.kind,
                row.text,
                row.given,
                row.status,
                row.attempts,
                row.at,
                row.next_try_at,
            )
            for row in rows
        ]


def test_both_ways_store_the_same(house: House) -> None:
    for number in range(3):
        arrival = house.gateway.accept(one(number))
        assert arrival.new and not arrival.limited
    rows = stored(house)
    assert [row[0] for row in rows] == [1, 2, 3]
    assert len({row[1:] for row in [(row[0], *map(repr, row[1:])) for row in rows]}) == 1
    with house.sessions() as session:
        conversation = session.scalars(select(Conversation)).one()
        assert (conversation.seq, conversation.channel, conversation.last_at) == (
            3,
            "telegram",
            house.clock(),
        )


def test_who_is_known_costs_one_journey(house: House) -> None:
    house.gateway.accept(one(1))
    with statements(house) as asked:
        house.gateway.accept(one(2))
    short = house.sessions.kw["bind"].dialect.name == "postgresql"
    assert (len(asked) == 1) == short, asked
    assert any("pg_notify" in statement for statement in asked) == short


def test_the_same_again_is_the_same(house: House) -> None:
    house.gateway.accept(one(1))
    first = house.gateway.accept(one(2))
    again = house.gateway.accept(one(2))
    assert (again.inbox_id, again.new) == (first.inbox_id, False)
    assert len(stored(house)) == 2


def test_who_writes_too_fast_is_told(house: House) -> None:
    house.gateway._door._limits = Limits(messages=2)
    arrivals = [house.gateway.accept(one(number)) for number in range(4)]
    assert [arrival.limited for arrival in arrivals] == [False, False, True, True]
    assert [arrival.slowed for arrival in arrivals] == [False, False, True, False]
    assert [out.key for out in house.gateway.after(arrivals[0].conversation_id)] == ["limit.slow"]


@pytest.mark.parametrize("who", ["erased", "without an address"])
def test_who_was_erased_is_here_again(house: House, who: str) -> None:
    house.gateway.accept(one(1))
    with house.sessions.begin() as session:
        if who == "erased":
            session.execute(update(Person).values(erased_at=house.clock()))
        else:
            session.execute(update(Contact).values(address=None))
    assert house.gateway.accept(one(2)).new
    with house.sessions() as session:
        assert session.scalars(select(Person.erased_at)).all() == [None]
        assert session.scalars(select(Contact.address)).all() == ["amina"]
