"""What providers report of messages: early, late, twice, at the very moment we write down that they left."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import pytest
from sqlalchemy import event, select

from bot.gateway import departures
from bot.gateway.delivery import Deliverer
from bot.gateway.departures import Fate
from bot.gateway.message import Outgoing
from bot.gateway.reports import report
from bot.gateway.tables import Outbox
from tests.gateway.conftest import BOTH, House
from tests.gateway.post import Post, Provider

pytestmark = BOTH


@dataclass
class Chatty(Provider):
    """Reports a delivery before it has said that it took the message."""

    house: House | None = None
    early: str = "delivered"

    def send(self, out: Outgoing, address: str) -> str | None:
        super().send(out, address)
        assert self.house is not None
        with self.house.sessions.begin() as session:
            assert report(session, "sms", f"r{out.id}", self.early)
            assert not report(session, "sms", f"r{out.id + 1}", self.early)
            assert not report(session, "sms", "r9999999", self.early)
        return f"r{out.id}"


@pytest.mark.parametrize("early", ["delivered", "failed", "sent"])
def test_a_report_may_be_faster_than_our_own_note(house: House, early: str) -> None:
    house.say("un premier message ici", channel="sms", address="+33600000001")
    house.say("un second message ici", channel="sms", address="+33600000001")
    deliverer = Deliverer(house.gateway, {"sms": Chatty(house=house, early=early)})
    deliverer.deliver()
    deliverer.stop()
    with house.sessions() as session:
        row = session.scalars(select(Outbox).order_by(Outbox.id)).first()
        assert row is not None
        assert (row.status, row.provider_id) == (early, f"r{row.id}")
        assert row.sent_at is not None


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


def _meanwhile(house: House, name: str, status: str) -> None:
    """Once, just before the next statement that writes to the outbox, a report comes and is written down."""
    came: list[str] = []

    def come(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        if statement.startswith("UPDATE outbox") and not came:
            came.append(status)
            with house.sessions.begin() as session:
                assert report(session, "sms", name, status)

    event.listen(house.sessions.kw["bind"], "before_cursor_execute", come)


@dataclass
class Racing(Provider):
    """Takes a message; its report is written down while we write down that it left."""

    house: House | None = None

    def send(self, out: Outgoing, address: str) -> str | None:
        super().send(out, address)
        assert self.house is not None and out.id == 1
        _meanwhile(self.house, "r1", "delivered")
        return "r1"


def test_a_report_at_the_moment_of_our_note_is_kept(house: House) -> None:
    house.say("un premier message ici", channel="sms", address="+33600000001")
    deliverer = Deliverer(house.gateway, {"sms": Racing(house=house)})
    deliverer.deliver()
    deliverer.stop()
    with house.sessions() as session:
        assert session.scalars(select(Outbox.status)).all() == ["delivered"]


def test_two_reports_at_once_keep_the_later(house: House) -> None:
    house.say("un premier message ici", channel="sms", address="+33600000001")
    deliverer = Deliverer(house.gateway, {"sms": Provider()})
    deliverer.deliver()
    deliverer.stop()
    _meanwhile(house, "p1", "read")
    with house.sessions.begin() as session:
        report(session, "sms", "p1", "delivered")
    with house.sessions() as session:
        assert session.scalars(select(Outbox.status)).all() == ["read"]


def test_a_report_that_looks_while_we_note_finds_its_message(house: House) -> None:
    """Not there yet by the provider's id, and by its number when that id has just been written down."""
    house.say("un premier message ici", channel="sms", address="+33600000001")
    now = house.clock()
    with house.sessions.begin() as session:
        taken = departures.take(session.connection(), now, 1)
    assert taken is not None
    _once_looked_for(house, taken.row_id, now)
    with house.sessions.begin() as session:
        assert report(session, "sms", "r1", "delivered")
    with house.sessions() as session:
        assert session.scalars(select(Outbox.status)).all() == ["delivered"]


def _once_looked_for(house: House, row_id: int, now: datetime) -> None:
    """Once, just after the next look for a message by its provider's id, our note of it is written down."""
    noted: list[int] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        if statement.startswith("SELECT") and "outbox.provider_id = " in statement and not noted:
            noted.append(row_id)
            with house.sessions.begin() as session:
                left = Fate({"status": "sent", "provider_id": f"r{row_id}", "sent_at": now})
                departures.note(session, row_id, left)

    event.listen(house.sessions.kw["bind"], "after_cursor_execute", note)
