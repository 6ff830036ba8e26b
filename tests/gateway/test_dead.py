"""Dead letters: what was given up is listed by code, newest first; what came too fast is not."""

from __future__ import annotations

from sqlalchemy import select

from bot.gateway.dead import letters
from bot.gateway.delivery import Deliverer
from bot.gateway.message import Outgoing
from bot.gateway.sender import Refused
from bot.gateway.tables import Inbox
from tests.gateway.conftest import BOTH, House

pytestmark = BOTH


class Refusing:
    def send(self, out: Outgoing, address: str) -> str | None:
        raise Refused("status-400")


def test_what_was_given_up_is_listed_without_its_words(house: House) -> None:
    house.say("un premier message ici", channel="sms", address="+33600000001")
    deliverer = Deliverer(house.gateway, {"sms": Refusing()})
    deliverer.deliver()
    deliverer.stop()
    house.clock.forward(hours=1)
    house.say("un second message ici")
    with house.sessions.begin() as session:
        row = session.scalars(select(Inbox).order_by(Inbox.id.desc())).first()
        assert row is not None
        row.status, row.reason = "dead", "timeout"
    with house.sessions() as session:
        found = letters(session, house.clock())
    assert [(one.channel, one.way, one.reason) for one in found] == [
        ("web", "in", "timeout"),
        ("sms", "out", "status-400"),
    ]
    house.clock.forward(days=8)
    with house.sessions() as session:
        assert letters(session, house.clock()) == []


def test_what_came_too_fast_is_no_dead_letter(house: House) -> None:
    for number in range(32):
        house.say(f"message numéro {number}")
    with house.sessions() as session:
        assert letters(session, house.clock()) == []
