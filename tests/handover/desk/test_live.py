from __future__ import annotations

import asyncio
from typing import Any, cast

import pytest

from bot.gateway.tables import Contact, Conversation, Person
from bot.handover.desk import cases, live
from bot.handover.desk.browser import IDLE
from bot.handover.desk.pages import SignInFirst
from tests.handover.desk.conftest import House


class Watching:
    """A browser that leaves after some looks."""

    def __init__(self, looks: int) -> None:
        self.looks = looks

    async def is_disconnected(self) -> bool:
        self.looks -= 1
        return self.looks < 0


def heard(marks: list[str], looks: int) -> list[str]:
    waiting = iter(marks)

    async def collect() -> list[str]:
        request: Any = Watching(looks)
        return [event async for event in live._events(request, lambda: next(waiting), "a")]

    return asyncio.run(collect())


@pytest.fixture(autouse=True)
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(live, "EVERY", 0)


def test_a_change_is_told_once_and_only_when_there_is_one() -> None:
    events = heard(["a", "b", "b", "c"], 4)
    assert [event for event in events if event.startswith("event:")] == [
        "event: mark\ndata: a\n\n",
        "event: change\ndata: b\n\n",
        "event: change\ndata: c\n\n",
    ]


def test_it_ends_when_the_counsellor_is_signed_out() -> None:
    marks = iter(["b"])

    def look() -> str:
        for mark in marks:
            return mark
        raise SignInFirst

    async def collect() -> list[str]:
        request: Any = Watching(50)
        return [event async for event in live._events(request, look, "a")]

    assert asyncio.run(collect())[-1] == "event: change\ndata: b\n\n"


def test_a_page_that_updates_itself_does_not_keep_the_session_alive(house: House) -> None:
    ana = house.signed("Ana", "p49")
    for _ in range(3):
        house.clock.later(seconds=IDLE.total_seconds() * 0.45)
        ana.client.get("/desk/mark")
    assert "Se connecter" in ana.get("/desk").text


def test_a_list_that_nothing_stirs_is_looked_at_seldom() -> None:
    looks: list[int] = []
    stirs = iter(["0", *["0"] * 30, "1", *["1"] * 60])

    async def stirred() -> str:
        return next(stirs)

    def look() -> str:
        looks.append(1)
        return "a"

    async def collect() -> list[str]:
        before = await stirred()
        return [event async for event in live._events(cast("Any", Watching(60)), look, "a", stirred, before)]

    asyncio.run(collect())
    # At the start, at rounds 20 and 40, and when something moved.
    assert len(looks) == 4


def test_all_lists_share_one_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(live, "EVERY", 60)
    reads: list[int] = []

    def read() -> cases.Beat:
        reads.append(1)
        return cases.Beat("1-1", {"ana": 3})

    async def many() -> list[str]:
        pulse = live.Pulse(read)
        return await asyncio.gather(*(pulse.of(who) for who in ["ana", "bob"] * 25))

    assert set(asyncio.run(many())) == {"1-1-3", "1-1-0"}
    assert len(reads) == 1


def test_the_pulse_moves_with_a_claim_and_with_what_is_written(house: House) -> None:
    handover = house.handover()
    ana = house.signed("Ana", "p49")

    def now() -> cases.Beat:
        with house.make() as session:
            return cases.beat(session)

    empty = now()
    ana.post(f"/desk/cases/{handover}/claim")
    assert now().of("anybody") != empty.of("anybody")


def test_it_ends_when_the_browser_leaves() -> None:
    assert heard(["a"], 0) == ["event: mark\ndata: a\n\n"]


def test_the_mark_of_the_list_and_of_a_case_change_with_them(house: House) -> None:
    handover = house.handover()
    ana = house.signed("Ana", "p49")
    mark = ana.get("/desk/mark").json()["mark"]
    ana.post(f"/desk/cases/{handover}/claim")
    assert ana.get("/desk/mark").json()["mark"] != mark
    eve = house.signed("Eve", "p44")
    assert eve.get("/desk/mark").json()["mark"] == "0-0-0"


def test_signed_out_means_no_stream(house: House) -> None:
    answer = house.browser().client.get("/desk/live", follow_redirects=False)
    assert answer.status_code == 303


def test_the_list_changes_when_somebody_writes_to_the_counsellor_who_holds_them(house: House) -> None:
    handover = house.handover()
    ana, bob = house.signed("Ana", "p49"), house.signed("Bob", "p49")
    ana.post(f"/desk/cases/{handover}/claim")
    with house.make.begin() as session:
        session.add(Person(id="p1", created_at=house.clock()))
        session.add(Contact(id="k1", person_id="p1", channel="sms", address_digest="d"))
        session.flush()
        common = {"contact_id": "k1", "channel": "sms", "language": "ar", "started_at": house.clock()}
        session.add(Conversation(id="c1", person_id="p1", seq=3, last_at=house.clock(), **common))
    before, others = ana.get("/desk/mark").json(), bob.get("/desk/mark").json()
    with house.make.begin() as session:
        session.get_one(Conversation, "c1").seq += 1
    assert ana.get("/desk/mark").json() != before
    assert bob.get("/desk/mark").json() == others
