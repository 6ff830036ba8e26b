"""Delivery: in order, once, with pauses, silence for who is gone."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest
from sqlalchemy import select

from bot.gateway.delivery import Deliverer, Gone, Refused, Throttled, Unreachable, report
from bot.gateway.message import Outgoing
from bot.gateway.reply import Say
from bot.gateway.tables import Outbox
from tests.gateway.conftest import BOTH, House

pytestmark = BOTH


@dataclass
class Provider:
    troubles: list[Exception] = field(default_factory=list)
    sent: list[tuple[str, str]] = field(default_factory=list)

    def send(self, out: Outgoing, address: str) -> str | None:
        if self.troubles:
            raise self.troubles.pop(0)
        self.sent.append((address, out.text))
        return f"p{len(self.sent)}"


@dataclass
class Post:
    house: House
    provider: Provider
    deliverer: Deliverer

    def say(self, text: str, address: str = "+33600000001") -> None:
        self.house.say(text, channel="sms", address=address)

    def statuses(self) -> list[str]:
        with self.house.sessions() as session:
            return list(session.scalars(select(Outbox.status).order_by(Outbox.id)))


@pytest.fixture
def post(house: House) -> Iterator[Post]:
    provider = Provider()
    deliverer = Deliverer(house.gateway, {"sms": provider})
    yield Post(house, provider, deliverer)
    deliverer.stop()


def test_messages_leave_once_in_order_to_the_address(post: Post) -> None:
    post.say("un premier message ici")
    post.say("un second message ici")
    while post.deliverer.deliver():
        pass
    assert post.provider.sent == [
        ("+33600000001", "fr:echo un premier message ici"),
        ("+33600000001", "fr:echo un second message ici"),
    ]
    assert post.statuses() == ["sent", "sent"]


def test_a_message_that_cannot_leave_keeps_its_place(post: Post) -> None:
    post.provider.troubles = [Unreachable("refused"), RuntimeError("bug")]
    post.say("un premier message ici")
    post.say("un second message ici")
    assert post.deliverer.deliver() == 1
    assert post.deliverer.deliver() == 0
    post.house.clock.forward(seconds=3)
    assert post.deliverer.deliver() == 1
    assert post.provider.sent == []
    post.house.clock.forward(seconds=10)
    while post.deliverer.deliver():
        pass
    assert [text for _, text in post.provider.sent] == [
        "fr:echo un premier message ici",
        "fr:echo un second message ici",
    ]


def test_a_reminder_put_off_to_the_morning_holds_up_no_answer(post: Post) -> None:
    post.say("un premier message ici")
    while post.deliverer.deliver():
        pass
    post.house.clock.forward(hours=14)  # 23 h in Paris
    with post.house.sessions.begin() as session:
        post.house.gateway.post(session, post.house.conversation, [Say("reminder")], unasked=True)
    assert post.deliverer.deliver() == 0
    post.say("un second message ici")
    assert post.deliverer.deliver() == 1
    post.house.clock.forward(hours=10)
    assert post.deliverer.deliver() == 1
    assert [text for _, text in post.provider.sent] == [
        "fr:echo un premier message ici",
        "fr:echo un second message ici",
        "fr:reminder",
    ]


@dataclass
class Slow(Provider):
    """One address never answers until told."""

    stuck: str = ""
    gate: threading.Event = field(default_factory=threading.Event)

    def send(self, out: Outgoing, address: str) -> str | None:
        if address == self.stuck:
            self.gate.wait(20)
        return super().send(out, address)


def test_a_slow_address_holds_up_nobody_else(house: House) -> None:
    provider = Slow(stuck="+33600000001")
    deliverer = Deliverer(house.gateway, {"sms": provider}, poll=0.05)
    deliverer.start()
    house.say("un premier message ici", channel="sms", address="+33600000001")
    for number in range(2):
        house.say(f"un message numéro {number}", channel="sms", address="+33600000002")
    until = time.monotonic() + 10
    while len(provider.sent) < 2 and time.monotonic() < until:
        time.sleep(0.02)
    assert [address for address, _ in provider.sent] == ["+33600000002"] * 2
    provider.gate.set()
    deliverer.stop()
    assert len(provider.sent) == 3


def test_a_provider_that_asks_to_wait_is_left_alone_by_everybody(post: Post) -> None:
    post.provider.troubles = [Throttled(30)]
    post.say("un premier message ici")
    post.deliverer.deliver()
    post.say("bonjour à vous tous", address="+33600000002")
    assert post.deliverer.deliver() == 0
    post.house.clock.forward(seconds=31)
    assert post.deliverer.deliver() == 2


def test_what_waits_for_who_is_gone_is_dropped_until_they_write_again(post: Post) -> None:
    post.provider.troubles = [Gone("blocked")]
    post.say("un premier message ici")
    post.say("un second message ici")
    while post.deliverer.deliver():
        pass
    assert post.statuses() == ["failed", "withheld"]
    post.say("me revoilà parmi vous")
    assert post.deliverer.deliver() == 1
    assert post.statuses() == ["failed", "withheld", "sent"]


def test_a_refused_message_does_not_hold_up_the_next(post: Post) -> None:
    post.provider.troubles = [Refused("too-long")]
    post.say("un premier message ici")
    post.say("un second message ici")
    while post.deliverer.deliver():
        pass
    assert post.statuses() == ["failed", "sent"]


REPORTS = [
    ("in order", ["sent", "delivered"], "delivered"),
    ("out of order", ["delivered", "sent"], "delivered"),
    ("failed", ["failed"], "failed"),
    ("read", ["read", "delivered"], "read"),
    ("unknown", ["teleported"], "sent"),
]


@pytest.mark.parametrize(("label", "reports", "status"), REPORTS, ids=[row[0] for row in REPORTS])
def test_reports(post: Post, label: str, reports: list[str], status: str) -> None:
    post.say("un premier message ici")
    post.deliverer.deliver()
    for one in reports:
        with post.house.sessions.begin() as session:
            report(session, "sms", "p1", one)
    assert post.statuses() == [status]
