"""Delivery: in order, once, with pauses, silence for who is gone."""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass, field

import pytest
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from bot.gateway import delivery, departures
from bot.gateway.delivery import SENDERS_AT_ONCE, Deliverer
from bot.gateway.handing import IN_A_ROW, LONGEST_PAUSE
from bot.gateway.message import Outgoing
from bot.gateway.reply import Say
from bot.gateway.sender import Gone, Refused, Throttled, Unreachable
from tests.gateway.conftest import BOTH, House
from tests.gateway.post import Post, Provider

pytestmark = BOTH


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
    until = time.monotonic() + 90
    while len(provider.sent) < 2 and time.monotonic() < until:
        time.sleep(0.02)
    assert [address for address, _ in provider.sent] == ["+33600000002"] * 2
    provider.gate.set()
    deliverer.stop()
    assert len(provider.sent) == 3


def test_what_nobody_rang_for_waits_in_line_while_every_sender_is_busy(house: House) -> None:
    house.say("un premier message ici", channel="sms", address="+33600000001")
    deliverer = Deliverer(house.gateway, {"sms": Provider()})
    deliverer._busy.update(range(1000, 1000 + SENDERS_AT_ONCE))
    deliverer._look(house.clock())
    assert deliverer._calls.take(SENDERS_AT_ONCE) == [house.conversation]


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


def test_what_left_is_noted_when_the_database_is_back_and_not_sent_again(
    post: Post, monkeypatch: pytest.MonkeyPatch
) -> None:
    away = [OperationalError("", {}, Exception()), OperationalError("", {}, Exception())]
    note = departures.note

    def noted(session: Session, row_id: int, fate: departures.Fate) -> None:
        if away:
            raise away.pop()
        note(session, row_id, fate)

    monkeypatch.setattr(delivery, "note", noted)
    post.say("un premier message ici")
    assert post.deliverer.deliver() == 1
    assert not away
    assert len(post.provider.sent) == 1
    assert post.statuses() == ["sent"]


def test_a_crowd_does_not_knock_at_a_closed_door(post: Post) -> None:
    post.provider.troubles = [Unreachable("refused") for _ in range(100)]
    for number in range(12):
        post.say("un premier message ici", f"+336000000{number:02}")
    assert post.deliverer.deliver() >= IN_A_ROW
    tried = 100 - len(post.provider.troubles)
    post.house.clock.forward(seconds=3)
    assert post.deliverer.deliver() == 0, "the channel pauses"
    post.provider.troubles = []
    post.house.clock.forward(seconds=3)
    while post.deliverer.deliver():
        pass
    post.house.clock.forward(seconds=LONGEST_PAUSE)
    while post.deliverer.deliver():
        pass
    assert tried <= 12
    assert post.statuses() == ["sent"] * 12


def test_an_hour_without_the_provider_is_made_good_within_half_a_minute(post: Post) -> None:
    post.provider.troubles = [Unreachable("refused") for _ in range(10_000)]
    post.say("un premier message ici")
    post.say("un second message ici")
    for _ in range(360):
        post.deliverer.deliver()
        post.house.clock.forward(seconds=10)
    post.provider.troubles = []
    post.house.clock.forward(seconds=30)
    while post.deliverer.deliver():
        pass
    assert post.statuses() == ["sent", "sent"]
    assert len(post.provider.sent) == 2
