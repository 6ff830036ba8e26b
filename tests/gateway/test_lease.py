"""One worker at a time: who lives keeps what they hold, who is gone loses it soon, nothing stays taken."""

from __future__ import annotations

import pytest
from sqlalchemy import event
from sqlalchemy.exc import OperationalError

from bot.gateway import lease
from bot.gateway.lease import HOLD, Leases
from bot.gateway.message import Incoming
from tests.gateway.conftest import BOTH, House

pytestmark = BOTH


@pytest.fixture
def conversation(house: House) -> str:
    inbox = house.gateway.receive(Incoming("web", "amina", "1", text="un humain pour moi"))
    return house.gateway.conversation_of(inbox)


def due(house: House) -> list[str]:
    with house.sessions() as session:
        return lease.due(session, house.clock(), 10)


def test_one_has_it_until_it_is_given_back(house: House, conversation: str) -> None:
    one, other = Leases(house.sessions, house.clock), Leases(house.sessions, house.clock)
    assert due(house) == [conversation]
    claim = one.claim(conversation)
    assert claim is not None
    assert other.claim(conversation) is None
    assert due(house) == []
    one.release(claim.owner)
    assert due(house) == [conversation]
    assert other.claim(conversation) is not None


def test_who_lives_keeps_it_and_who_is_gone_loses_it(house: House, conversation: str) -> None:
    alive, other = Leases(house.sessions, house.clock), Leases(house.sessions, house.clock)
    assert alive.claim(conversation) is not None
    for _ in range(5):
        house.clock.forward(seconds=HOLD.total_seconds() / 2)
        alive.keep()
        assert other.claim(conversation) is None
    house.clock.forward(seconds=HOLD.total_seconds() + 1)
    assert other.claim(conversation) is not None


def test_who_lost_it_neither_renews_nor_gives_back_the_new_owners(house: House, conversation: str) -> None:
    late, new, third = (Leases(house.sessions, house.clock) for _ in range(3))
    lost = late.claim(conversation)
    assert lost is not None
    house.clock.forward(seconds=HOLD.total_seconds() + 1)
    assert new.claim(conversation) is not None
    late.keep()
    late.release(lost.owner)
    assert third.claim(conversation) is None
    house.clock.forward(seconds=HOLD.total_seconds() + 1)
    assert third.claim(conversation) is not None


def test_what_could_not_be_given_back_is_given_back_later(house: House, conversation: str) -> None:
    leases = Leases(house.sessions, house.clock)
    claim = leases.claim(conversation)
    assert claim is not None
    engine = house.sessions.kw["bind"]

    def away(*_: object) -> None:
        raise OperationalError("", {}, Exception())

    event.listen(engine, "before_cursor_execute", away)
    with pytest.raises(OperationalError):
        leases.release(claim.owner)
    with pytest.raises(OperationalError):
        leases.keep()
    event.remove(engine, "before_cursor_execute", away)
    assert due(house) == []
    leases.keep()
    assert due(house) == [conversation], "at once, not when the lease ends"
