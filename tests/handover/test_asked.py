"""What a turn sets off, on the gateway's own tables."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, func, select
from sqlalchemy.orm import Session

from bot.database import Base, connect, sessions
from bot.gateway.effects import EffectBook
from bot.gateway.gateway import Gateway
from bot.gateway.message import Incoming
from bot.gateway.tables import Conversation
from bot.handover import book
from bot.handover.asked import HandoverEffects
from bot.handover.life import Claim
from bot.handover.tables import Handover, Note
from bot.observatory.tables import UnmetNeed
from bot.sealing import Sealer, seal
from bot.settings import Settings
from tests.gateway.house import Clock, Detector, Speech, Understanding
from tests.gateway.house import Engine as Conductor
from tests.handover.conftest import MONDAY, SomePlaces

PROFILE = {"origin": "49023", "purpose": "emploi", "urgency": "U2"}


class Asking:
    """A conversation on the gateway and the effects its turns set off."""

    def __init__(self, database: Engine) -> None:
        settings, clock = Settings(_env_file=None), Clock()
        clock.now = MONDAY.astimezone(clock.now.tzinfo)
        effects = HandoverEffects(settings, SomePlaces(), clock)
        self.book = EffectBook(effects.handlers())
        self.gateway = Gateway(
            settings, sessions(database), Understanding(), Detector(), Speech(), Conductor(), self.book, clock
        )
        effects.speak_through(self.gateway)
        arrived = Incoming(channel="web", address="amina", external_id="1", text="bonjour")
        self.id = self.gateway.conversation_of(self.gateway.receive(arrived))

    def does(self, do: str, **more: Any) -> None:
        with self.gateway.sessions.begin() as session:
            conversation = session.get_one(Conversation, self.id)
            conversation.state = {"profile": PROFILE}
            effect: Mapping[str, Any] = {"do": do, **more}
            self.book.apply(session, conversation, effect)

    def now(self) -> datetime:
        return self.gateway.clock()


@pytest.fixture
def asking(tmp_path: Path) -> Iterator[Asking]:
    database = seal(connect(f"sqlite:///{tmp_path / 'asked.db'}"), Sealer("k" * 32))
    Base.metadata.create_all(database)
    yield Asking(database)
    database.dispose()


@pytest.fixture
def reading(asking: Asking) -> Iterator[Session]:
    with asking.gateway.sessions() as session:
        yield session


def test_a_request_waits_in_the_queue_and_the_person_is_told(asking: Asking, reading: Session) -> None:
    asking.does("handover", consent={"transmission": True}, offers=[{"service_id": "s", "name": "S"}])
    row = reading.scalars(select(Handover)).one()
    assert (row.state, row.priority, row.services) == ("queued", "U2", [{"id": "s", "name": "S"}])
    assert reading.get_one(Conversation, asking.id).owner == "queue"
    assert [out.key for out in asking.gateway.after(asking.id)][-1] == "handover.queued"


@pytest.mark.parametrize("claimed", [False, True], ids=["waiting", "held"])
def test_the_person_may_take_it_back(asking: Asking, reading: Session, claimed: bool) -> None:
    asking.does("handover", consent={})
    if claimed:
        with asking.gateway.sessions.begin() as session:
            book.apply(session, session.scalars(select(Handover.id)).one(), Claim("ana"), asking.now())
    asking.does("withdraw")
    asking.does("withdraw")
    row = reading.scalars(select(Handover)).one()
    assert (row.state, row.claimed_by) == ("withdrawn", None)


def test_stop_ends_it(asking: Asking, reading: Session) -> None:
    asking.does("handover", consent={})
    asking.does("stop")
    assert reading.scalars(select(Handover.state)).one() == "stopped"


def test_erasing_leaves_nothing(asking: Asking, reading: Session) -> None:
    asking.does("handover", consent={})
    with asking.gateway.sessions.begin() as session:
        found = session.scalars(select(Handover.id)).one()
        session.add(Note(handover_id=found, counsellor_id="ana", at=asking.now(), text="x"))
    asking.does("erase")
    for table in (Handover, Note):
        assert reading.scalar(select(func.count()).select_from(table)) == 0


def test_no_offer_is_an_unmet_need(asking: Asking, reading: Session) -> None:
    asking.does("unmet", profile=PROFILE)
    row = reading.scalars(select(UnmetNeed)).one()
    assert (row.epci, row.purpose, row.origin_kind) == ("200060010", "emploi", "no-offer")
