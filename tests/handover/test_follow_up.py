"""Asked a week and a month later on the real gateway: agreed to, in the person's channel, answered by one tap."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from bot.database import Base, connect, sessions
from bot.gateway.effects import EffectBook
from bot.gateway.gateway import Gateway
from bot.gateway.message import Incoming
from bot.gateway.tables import Contact, Conversation
from bot.handover import follow_up
from bot.handover.asked import HandoverEffects
from bot.handover.calm import calm
from bot.handover.conversation import GatewayThread
from bot.handover.life import Claim, Close, Outcome
from bot.handover.tables import FollowUp, Handover
from bot.handover.tapped import Answering
from bot.handover.telling import happen
from bot.observatory.tables import UnmetNeed
from bot.sealing import Sealer, seal
from bot.settings import Settings
from tests.gateway.house import Clock, Detector, Speech, Understanding
from tests.gateway.house import Engine as Conductor
from tests.handover.conftest import DATA, MONDAY, SomePlaces

PLAN, CALM = follow_up.plan(DATA), calm(DATA)


class Story:
    """One person from the request to the last question."""

    def __init__(self, database: Engine) -> None:
        settings, self.clock = Settings(_env_file=None), Clock()
        self.clock.now = MONDAY.astimezone(self.clock.now.tzinfo)
        effects = HandoverEffects(settings, SomePlaces(), self.clock)
        self.book = EffectBook(effects.handlers())
        parts: tuple[Any, ...] = (Understanding(), Detector(), Speech(), Answering(Conductor()), self.book)
        self.gateway = Gateway(settings, sessions(database), *parts, self.clock)
        effects.speak_through(self.gateway)
        self.thread = GatewayThread(self.gateway)
        self.make = self.gateway.sessions
        self.count = 0
        self.id = self.says("bonjour")
        with self.make.begin() as session:
            conversation = session.get_one(Conversation, self.id)
            conversation.state = {"profile": {"origin": "49023", "purpose": "emploi"}}
            self.book.apply(session, conversation, {"do": "handover", "consent": {"transmission": True}})
            self.handover = session.scalars(select(Handover.id)).one()

    def says(self, text: str | None = None, choice: int | None = None) -> str:
        self.count += 1
        came = Incoming("sms", "+33612345678", external_id=str(self.count), text=text, choice=choice)
        conversation = self.gateway.conversation_of(self.gateway.receive(came))
        self.gateway.play(conversation)
        return conversation

    def ends(self, outcome: Outcome) -> None:
        with self.make.begin() as session:
            row = session.get_one(Handover, self.handover)
            happen(session, self.thread, row, Claim("ana"), self.clock(), name="Ana")
            happen(session, self.thread, row, Close("ana", outcome), self.clock())

    def later(self, **much: float) -> int:
        self.clock.forward(**much)
        return follow_up.tick(self.make, self.thread, PLAN, CALM, self.clock())

    def told(self) -> list[str]:
        return [out.key for out in self.gateway.after(self.id)]


@pytest.fixture
def story(tmp_path: Path) -> Iterator[Story]:
    database = seal(connect(f"sqlite:///{tmp_path / 'story.db'}"), Sealer("k" * 32))
    Base.metadata.create_all(database)
    yield Story(database)
    database.dispose()


@pytest.fixture
def reading(story: Story) -> Iterator[Session]:
    with story.make() as session:
        yield session


def test_asked_at_a_week_and_a_month_with_consent(story: Story, reading: Session) -> None:
    story.ends(Outcome.PARTLY)
    assert story.told()[-2:] == ["handover.closed", "follow_up.consent"]
    story.says(choice=1)
    assert story.told()[-1] == "follow_up.agreed"
    assert story.later(days=6) == 0, "too early"
    assert story.later(days=1, hours=12) == 0, "in the evening"
    assert story.later(hours=12) == 1
    assert story.later() == 0, "once"
    assert story.told()[-1] == "follow_up.solution"
    story.says("3")
    assert story.told()[-1] == "follow_up.thanks_no"
    need = reading.scalars(select(UnmetNeed)).one()
    assert (need.origin_kind, need.purpose) == ("closed-none", "emploi")
    assert story.later(days=23) == 1
    story.says("1")
    assert story.told()[-2:] == ["follow_up.kept", "follow_up.thanks"]
    assert reading.get_one(Handover, story.handover).kept == "oui"
    assert follow_up.answers(reading) == {(7, "non"): 1, (30, "oui"): 1}


@pytest.mark.parametrize("said", [2, None], ids=["no", "nothing said"])
def test_never_without_consent(story: Story, reading: Session, said: int | None) -> None:
    story.ends(Outcome.SOLUTION)
    if said:
        story.says(choice=said)
        assert story.told()[-1] == "follow_up.declined"
    assert story.later(days=7, hours=1) == 0
    assert reading.scalars(select(FollowUp)).all() == []


def test_given_back_to_the_programme_asks_nothing(story: Story) -> None:
    story.ends(Outcome.GIVEN_BACK)
    assert "follow_up.consent" not in story.told()


def test_asked_no_more_when_they_say_so(story: Story, reading: Session) -> None:
    story.ends(Outcome.SOLUTION)
    story.says(choice=1)
    assert story.later(days=7, hours=1) == 1
    story.says(choice=4)
    assert story.told()[-1] == "follow_up.stopped"
    assert story.later(days=23) == 0
    assert reading.get_one(Handover, story.handover).consent["follow_up"] is False


def test_nothing_after_stop(story: Story, reading: Session) -> None:
    story.ends(Outcome.SOLUTION)
    story.says(choice=1)
    with story.make.begin() as session:
        session.scalars(select(Contact)).one().stopped_at = story.clock()
    assert story.later(days=7, hours=1) == 0
    assert [row.day for row in reading.scalars(select(FollowUp))] == [30]


def test_not_while_they_wait_for_somebody_again(story: Story, reading: Session) -> None:
    story.ends(Outcome.SOLUTION)
    story.says(choice=1)
    with story.make.begin() as session:
        conversation = session.get_one(Conversation, story.id)
        story.book.apply(session, conversation, {"do": "handover", "consent": {}})
    assert story.later(days=7, hours=1) == 0
    assert story.later(days=11) == 0
    assert [row.day for row in reading.scalars(select(FollowUp))] == [30], "too late to ask"


def test_an_answer_counts_for_their_own_handover_only(story: Story, reading: Session) -> None:
    story.ends(Outcome.SOLUTION)
    story.says(choice=1)
    row = reading.scalars(select(FollowUp)).first()
    assert row is not None
    with story.make.begin() as session:
        given = {"id": row.id, "answer": "oui"}
        follow_up.answered(session, "another", given, PLAN, MONDAY)
        follow_up.answered(session, story.id, {**given, "answer": "peut-être"}, PLAN, MONDAY)
        follow_up.agreed(session, "another", {"id": story.handover, "agreed": False}, PLAN, MONDAY)
    assert follow_up.answers(reading) == {}
    assert reading.get_one(Handover, story.handover).consent["follow_up"] is True


def test_erasing_forgets_what_was_to_be_asked(story: Story, reading: Session) -> None:
    story.ends(Outcome.SOLUTION)
    story.says(choice=1)
    with story.make.begin() as session:
        story.book.apply(session, session.get_one(Conversation, story.id), {"do": "erase"})
    assert reading.scalars(select(FollowUp)).all() == []


def test_the_days_are_seven_and_thirty() -> None:
    assert [one.day for one in PLAN.questions] == [7, 30]
    assert PLAN.late > timedelta(days=3), "a long week-end with holidays must not swallow a question"
