from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from bot.handover import book
from bot.handover.life import Claim, Close, Expire, Outcome, State
from bot.handover.request import HandoverView, priority_of, request
from bot.handover.tables import Handover, Notice
from bot.handover.wording import Wording
from bot.observatory.tables import UnmetNeed
from tests.handover.conftest import MONDAY, PLATFORMS, SUNDAY, SomePlaces

PROFILE = {
    "purpose": "entretien",
    "deadline": "2026-11-24",
    "origin": "49023",
    "destination": "49099",
    "urgency": "U1",
}
Ask = Callable[..., HandoverView]


@pytest.fixture
def ask(session: Session, words: Wording) -> Ask:
    def asked(**more: Any) -> HandoverView:
        given: dict[str, Any] = {
            "conversation_id": "c1",
            "person_id": "p1",
            "state": {"profile": PROFILE, "facts": {}},
            "offers": [],
            "blocked": [{"service_id": "s", "name": "S", "form": "eligibilite"}],
            "consent": {"orientation": True, "transmission": True},
            "cut": [],
            "contact_known": True,
            "channel": "web",
            "language": "fr",
            "now": MONDAY,
            "places": SomePlaces(),
            "platforms": PLATFORMS,
            "words": words,
            "human_reason": "asked",
            **more,
        }
        return request(session, **given)

    return asked


def test_open_hours_queue_it_for_the_right_team(ask: Ask, session: Session) -> None:
    made = ask()
    assert (made.state, made.priority, made.platform) == ("queued", "U1", "p49")
    assert made.notice == {"key": "handover.queued", "values": {"platform": {"text": "Plateforme 49"}}}
    notices = session.scalars(select(Notice)).all()
    assert [(row.kind, row.platform, row.next_try_at) for row in notices] == [("waiting", "p49", MONDAY)]


def test_closed_hours_defer_it_and_say_when(ask: Ask, session: Session) -> None:
    made = ask(now=SUNDAY)
    assert made.state == "deferred"
    assert made.next_opening == MONDAY
    assert made.notice["key"] == "handover.deferred"
    assert made.notice["values"]["date"] == {"date": "2026-11-23"}
    assert made.notice["values"]["time"] == {"time": "09:00"}
    assert session.scalars(select(Notice.next_try_at)).one() == MONDAY


def test_hours_that_the_team_has_not_given_are_not_told_as_its_own(ask: Ask) -> None:
    supposed = [replace(platform, supposed_hours=True) for platform in PLATFORMS]
    made = ask(now=SUNDAY, platforms=supposed)
    assert made.notice["key"] == "handover.deferred.supposed"
    assert made.notice["values"]["time"] == {"time": "09:00"}


def test_asked_twice_is_one_handover_with_the_newer_summary(ask: Ask, session: Session) -> None:
    first = ask()
    second = ask(state={"profile": {**PROFILE, "licence": "b"}}, now=MONDAY + timedelta(minutes=5))
    assert second.id == first.id
    assert "Permis B" in str(second.summary) and "Permis B" not in str(first.summary)
    assert session.scalar(select(func.count()).select_from(Handover)) == 1
    assert session.scalar(select(func.count()).select_from(Notice)) == 1


def test_first_message_may_be_the_request(ask: Ask) -> None:
    made = ask(state={}, consent={})
    assert (made.state, made.priority, made.platform) == ("queued", "U4", "pdl")


def test_nobody_covers_the_place_and_nothing_is_promised(ask: Ask) -> None:
    made = ask(state={"profile": {"origin": "75056"}})
    assert (made.state, made.platform, made.notice["key"]) == ("queued", None, "handover.nobody")


def test_after_closing_a_second_one_opens_and_works(ask: Ask, session: Session) -> None:
    first = ask()
    for number in range(3):
        book.apply(session, first.id, Claim("ana"), MONDAY)
        book.apply(session, first.id, Close("ana", Outcome.SOLUTION), MONDAY)
        following = ask(now=MONDAY + timedelta(days=number + 1))
        assert following.id != first.id and following.state == "queued"
        first = following


def test_expired_then_asked_again_waits_again(ask: Ask, session: Session) -> None:
    made = ask()
    book.apply(session, made.id, Expire(), MONDAY)
    again = ask(now=MONDAY + timedelta(days=1))
    assert (again.id, again.state) == (made.id, "queued")


def test_while_held_asking_again_keeps_the_holder(ask: Ask, session: Session) -> None:
    made = ask()
    book.apply(session, made.id, Claim("ana"), MONDAY)
    again = ask()
    assert (again.state, again.notice["key"]) == ("claimed", "handover.already_claimed")
    assert session.get_one(Handover, made.id).claimed_by == "ana"


def test_the_summary_is_sealed_at_rest(ask: Ask, session: Session) -> None:
    ask()
    session.flush()
    raw = session.execute(text("select summary from handover")).scalar_one()
    assert b"Cholet" not in bytes(raw)


@pytest.mark.parametrize("ending", [Expire(), Close("ana", Outcome.NONE)], ids=["expired", "no solution"])
def test_an_unmet_need_is_counted_without_the_person(
    ask: Ask, session: Session, ending: Expire | Close
) -> None:
    made = ask()
    if isinstance(ending, Close):
        book.apply(session, made.id, Claim("ana"), MONDAY)
    book.apply(session, made.id, ending, MONDAY, forms=["saturation"])
    row = session.scalars(select(UnmetNeed)).one()
    assert (row.month, row.epci, row.purpose, row.deadline_class) == (
        "2026-11",
        "200060010",
        "entretien",
        "U1",
    )
    assert row.forms == ["eligibilite", "saturation"]


def test_stop_ends_it_and_erase_leaves_nothing(ask: Ask, session: Session) -> None:
    made = ask()
    assert book.stop(session, ["c1"], MONDAY) == [made.id]
    assert session.get_one(Handover, made.id).state == State.STOPPED
    assert book.stop(session, ["c1"], MONDAY) == []
    assert book.erase(session, ["c1"]) == 1
    for table in (Handover, Notice):
        assert session.scalar(select(func.count()).select_from(table)) == 0


@pytest.mark.parametrize(
    ("profile", "expected"),
    [
        pytest.param({"urgency": "U0"}, "U0", id="as the diagnostic says"),
        pytest.param({"deadline": "2026-11-24"}, "U1", id="tomorrow"),
        pytest.param({"deadline": "2026-11-30"}, "U2", id="in a week"),
        pytest.param({"deadline": "2026-12-20"}, "U3", id="in the month"),
        pytest.param({"deadline": "2027-03-01"}, "U4", id="later"),
        pytest.param({}, "U4", id="no date"),
    ],
)
def test_priority(profile: dict[str, Any], expected: str) -> None:
    assert priority_of(profile, MONDAY) == expected
