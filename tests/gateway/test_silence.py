"""Silence outlives an erasure, and ends with START: the address is known again from what comes."""

from __future__ import annotations

from sqlalchemy import select

from bot.gateway import erasing
from bot.gateway.delivery import Deliverer
from bot.gateway.message import Outgoing
from bot.gateway.tables import Contact, Conversation
from tests.gateway.conftest import BOTH, House

pytestmark = BOTH
PHONE = "+33600000001"


class Phones:
    def __init__(self) -> None:
        self.sent: list[tuple[str, str]] = []

    def send(self, out: Outgoing, address: str) -> str | None:
        self.sent.append((address, out.key))
        return None


def test_who_said_stop_was_erased_and_writes_start_is_answered(house: House) -> None:
    phones = Phones()
    deliverer = Deliverer(house.gateway, {"sms": phones})
    for words in ("bonjour à vous tous", "stop", "effacer"):
        house.say(words, channel="sms", address=PHONE)
    while deliverer.deliver():
        pass
    with house.sessions.begin() as session:
        assert erasing.sweep(session, house.clock()) == 1
        contact = session.scalars(select(Contact)).one()
        assert contact.address is None
        assert contact.stopped_at is not None
        assert session.scalars(select(Conversation)).all() == []
    assert house.keys("vous êtes là ?", channel="sms", address=PHONE) == []
    assert house.keys("START", channel="sms", address=PHONE) == ["stop.resumed"]
    while deliverer.deliver():
        pass
    deliverer.stop()
    assert phones.sent[-1] == (PHONE, "stop.resumed")
