"""Who was never met costs one journey more than who is known, and is stored as by the long way."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from sqlalchemy import event, select, update

from bot.database import Base
from bot.gateway.limits import Limits
from bot.gateway.message import Incoming
from bot.gateway.tables import Contact, Conversation, Inbox, Person
from tests.gateway.conftest import BOTH, House

pytestmark = BOTH
TABLES: tuple[type[Base], ...] = (Person, Contact, Conversation, Inbox)
# What is drawn anew for each person.
DRAWN = {"id", "person_id", "contact_id", "conversation_id", "address", "address_digest", "dedupe"}


def first(address: str, **more: Any) -> Incoming:
    given = {"external_id": "m1", "text": "bonjour", "given": {"code": "x"}, "language_hint": "ar-MA", **more}
    return Incoming("telegram", address, **given)


def kept(house: House, address: str) -> list[dict[str, Any]]:
    """All columns of what one person left, but those that are drawn."""
    with house.sessions() as session:
        contact = next(one for one in session.scalars(select(Contact)) if one.address == address)
        person = session.get_one(Person, contact.person_id)
        conversation = session.scalars(select(Conversation).where(Conversation.person_id == person.id)).one()
        message = session.scalars(select(Inbox).where(Inbox.conversation_id == conversation.id)).one()
        assert conversation.contact_id == contact.id
        return [
            {
                column.key: getattr(row, column.key)
                for column in type(row).__table__.c
                if column.key not in DRAWN
            }
            for row in (person, contact, conversation, message)
        ]


@pytest.mark.parametrize("hint", ["ar-MA", "xx", None], ids=["known", "unknown", "none"])
def test_both_ways_store_the_same(house: House, hint: str | None) -> None:
    house.gateway.accept(first("short", language_hint=hint))
    house.gateway._door._short = False
    house.gateway.accept(first("long", language_hint=hint))
    assert kept(house, "short") == kept(house, "long")


def test_who_is_new_costs_two_journeys(house: House) -> None:
    asked: list[str] = []

    def seen(_c: Any, _cursor: Any, statement: str, *_: Any) -> None:
        asked.append(statement)

    engine = house.sessions.kw["bind"]
    event.listen(engine, "before_cursor_execute", seen)
    house.gateway.accept(first("amina"))
    event.remove(engine, "before_cursor_execute", seen)
    assert (len(asked) == 2) == (engine.dialect.name == "postgresql"), asked


def test_a_crowd_that_says_the_same_is_met_once(house: House) -> None:
    with ThreadPoolExecutor(8) as pool:
        arrivals = list(pool.map(lambda number: house.gateway.accept(first("amina")), range(8)))
    assert sum(arrival.new for arrival in arrivals) == 1
    assert len({arrival.inbox_id for arrival in arrivals}) == 1
    with house.sessions() as session:
        assert [len(session.scalars(select(table)).all()) for table in TABLES] == [1, 1, 1, 1]


@pytest.mark.parametrize("left", ["erased", "without an address"])
def test_who_was_here_is_not_met_again(house: House, left: str) -> None:
    house.gateway.accept(first("amina"))
    with house.sessions.begin() as session:
        if left == "erased":
            session.execute(update(Person).values(erased_at=house.clock()))
        else:
            session.execute(update(Contact).values(address=None))
    assert house.gateway.accept(first("amina", external_id="m2")).new
    with house.sessions() as session:
        assert [len(session.scalars(select(table)).all()) for table in TABLES] == [1, 1, 1, 2]


def test_where_nothing_is_taken_the_first_message_is_limited_too(house: House) -> None:
    house.gateway._door._limits = Limits(messages=0)
    assert house.gateway.accept(first("amina")).limited
