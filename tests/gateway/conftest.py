from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy.orm import Session, sessionmaker

import bot.gateway.tables
from bot.database import Base, connect, sessions
from bot.gateway.delivery import Deliverer
from bot.gateway.gateway import Gateway
from bot.gateway.message import Incoming, Outgoing
from bot.sealing import Sealer, seal
from bot.settings import Settings
from tests import postgres
from tests.gateway.house import Clock, Detector, Effects, Engine, Speech, Understanding
from tests.gateway.post import Post, Provider

assert bot.gateway.tables


@dataclass
class House:
    gateway: Gateway
    engine: Engine
    effects: Effects
    clock: Clock
    sessions: sessionmaker[Session]
    sent: int = 0

    def say(self, text: str = "", **more: Any) -> list[Outgoing]:
        """One message of Amina on the web, played at once."""
        self.sent += 1
        given = {"channel": "web", "address": "amina", "external_id": f"m{self.sent}", **more}
        return self.gateway.play(
            self.gateway.conversation_of(self.gateway.receive(Incoming(text=text, **given)))
        )

    def keys(self, text: str = "", **more: Any) -> list[str]:
        return [out.key for out in self.say(text, **more)]

    @property
    def conversation(self) -> str:
        return self.engine.asked[-1].conversation


BOTH = pytest.mark.parametrize(
    "house", ["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)], indirect=True
)


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[str]:
    if said := postgres.missing():
        pytest.skip(said)
    with postgres.cluster() as url:
        yield url


@pytest.fixture
def house(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[House]:
    """On SQLite, or where a test module says `pytestmark = BOTH` also on PostgreSQL."""
    url = f"sqlite:///{tmp_path / 'relais.db'}"
    if getattr(request, "param", "sqlite") == "postgres":
        url = postgres.fresh(request.getfixturevalue("postgres_url"))
    engine = seal(connect(url), Sealer("k" * 32))
    Base.metadata.create_all(engine)
    made = sessions(engine)
    rasa, effects, clock = Engine(), Effects(), Clock()
    settings = Settings(var=tmp_path, _env_file=None)  # type: ignore[call-arg]
    gateway = Gateway(settings, made, Understanding(), Detector(), Speech(), rasa, effects, clock)
    yield House(gateway, rasa, effects, clock, made)
    engine.dispose()


@pytest.fixture
def post(house: House) -> Iterator[Post]:
    provider = Provider()
    deliverer = Deliverer(house.gateway, {"sms": provider})
    yield Post(house, provider, deliverer)
    deliverer.stop()
