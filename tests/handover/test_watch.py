from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from bot.handover import book
from bot.handover.life import Claim
from bot.handover.request import request
from bot.handover.tables import Handover, Notice
from bot.handover.thread import Line
from bot.handover.watch import delays, tick
from bot.handover.wording import Wording
from bot.observatory.tables import UnmetNeed
from tests.handover.conftest import DATA, MONDAY, PLATFORMS, SUNDAY, SomePlaces


class Told:
    def __init__(self) -> None:
        self.keys: list[str] = []
        self.owner = "queue"

    def messages(self, session: Session, conversation_id: str) -> Sequence[Line]:
        return ()

    def last(self, session: Session, conversation_id: str) -> int:
        return 0

    def reach(self, session: Session, conversation_id: str) -> Mapping[str, str]:
        return {}

    def send(self, session: Session, conversation_id: str, text: str, author: str) -> bool:
        return True

    def say(self, session: Session, conversation_id: str, key: str, values: Mapping[str, Any]) -> bool:
        self.keys.append(key)
        return True

    def ask(self, session: Session, conversation_id: str, key: str, *more: Any, **options: Any) -> bool:
        self.keys.append(key)
        return True

    def profile(self, session: Session, conversation_id: str) -> Mapping[str, Any]:
        return {}

    def segments(self, session: Session, conversation_id: str, text: str) -> int:
        return 0

    def hold(self, session: Session, conversation_id: str, owner: str) -> None:
        self.owner = owner

    def wake(self, conversation_id: str) -> None:
        pass


def opened(make: sessionmaker[Session], words: Wording, now: datetime, **profile: Any) -> str:
    with make.begin() as session:
        return request(
            session,
            conversation_id="c1",
            person_id="p1",
            state={"profile": {"origin": "44131", "urgency": "U1", **profile}},
            offers=[],
            blocked=[],
            consent={},
            cut=[],
            contact_known=False,
            channel="web",
            language="fr",
            now=now,
            places=SomePlaces(),
            platforms=PLATFORMS,
            words=words,
            human_reason="asked",
        ).id


def test_unanswered_it_goes_from_team_to_team_then_says_so(
    make: sessionmaker[Session], words: Wording
) -> None:
    handover = opened(make, words, MONDAY)
    thread, now = Told(), MONDAY
    seen: list[tuple[str, str | None]] = []
    while not seen or seen[-1][0] != "expired":
        now += timedelta(minutes=10)
        tick(make, thread, platforms=PLATFORMS, places=SomePlaces(), given=delays(DATA), now=now)
        with make() as session:
            row = session.get_one(Handover, handover)
            if not seen or seen[-1] != (row.state, row.platform):
                seen.append((row.state, row.platform))
        assert now < MONDAY + timedelta(days=7), "it always ends"
    assert seen == [("queued", "retz"), ("queued", "p44"), ("queued", "pdl"), ("expired", "pdl")]
    assert thread.keys == ["handover.moved", "handover.moved", "handover.expired"]
    assert thread.owner == "bot"
    with make() as session:
        notices = [(row.platform, row.kind) for row in session.scalars(select(Notice).order_by(Notice.id))]
        assert notices.count(("retz", "waiting")) == 1 and notices.count(("retz", "reminder")) == 2
        assert notices.count(("pdl", "waiting")) == 1 and notices.count(("pdl", "reminder")) == 2
        assert len(session.scalars(select(UnmetNeed)).all()) == 1
        book.apply(session, handover, Claim("late"), now)


def test_nights_and_week_ends_do_not_count(make: sessionmaker[Session], words: Wording) -> None:
    friday = MONDAY - timedelta(days=3) + timedelta(hours=7, minutes=45)
    handover = opened(make, words, friday)
    thread = Told()
    arguments: dict[str, Any] = {"platforms": PLATFORMS, "places": SomePlaces(), "given": delays(DATA)}
    assert tick(make, thread, **arguments, now=MONDAY) == 0
    assert tick(make, thread, **arguments, now=MONDAY + timedelta(minutes=15)) == 1
    with make() as session:
        assert session.get_one(Handover, handover).reminders == 1


def test_deferred_waits_for_the_opening(make: sessionmaker[Session], words: Wording) -> None:
    handover = opened(make, words, SUNDAY)
    thread = Told()
    arguments: dict[str, Any] = {"platforms": PLATFORMS, "places": SomePlaces(), "given": delays(DATA)}
    assert tick(make, thread, **arguments, now=MONDAY - timedelta(minutes=1)) == 0
    assert tick(make, thread, **arguments, now=MONDAY) == 1
    assert tick(make, thread, **arguments, now=MONDAY) == 0, "the same minute twice changes nothing"
    with make() as session:
        row = session.get_one(Handover, handover)
        assert (row.state, row.waiting_since) == ("queued", MONDAY)


@pytest.mark.parametrize("answered", [True, False])
def test_a_holder_who_never_writes_loses_it(
    make: sessionmaker[Session], words: Wording, answered: bool
) -> None:
    handover = opened(make, words, MONDAY)
    with make.begin() as session:
        book.apply(session, handover, Claim("ana"), MONDAY)
        if answered:
            session.get_one(Handover, handover).first_reply_at = MONDAY + timedelta(minutes=5)
    thread = Told()
    later = MONDAY + timedelta(hours=2)
    tick(make, thread, platforms=PLATFORMS, places=SomePlaces(), given=delays(DATA), now=later)
    with make() as session:
        assert session.get_one(Handover, handover).state == ("claimed" if answered else "queued")
    assert thread.keys == ([] if answered else ["handover.waiting"])


def test_delays_grow_in_order() -> None:
    for given in delays(DATA).values():
        assert list(given.remind) == sorted(given.remind)
        assert max(given.remind) < given.escalate < given.expire
