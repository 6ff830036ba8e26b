"""A house that keeps everything, with a glass seal: what would be sealed lies in clear, so that it can be sought."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine as Database
from sqlalchemy import create_engine, text
from sqlalchemy.orm import Session, sessionmaker

import bot.directory.tables
import bot.observatory.tables
import bot.tamis.tables  # noqa: F401
from bot.database import Base, connect, sessions
from bot.gateway.effects import EffectBook, joined
from bot.gateway.gateway import Gateway
from bot.gateway.message import Incoming, Outgoing
from bot.handover.asked import HandoverEffects
from bot.privacy.erasure import Erasing
from bot.privacy.export import Exporting
from bot.privacy.keeper import Keeper
from bot.privacy.tracker import modern
from bot.sealing import Sealer, seal
from bot.settings import ROOT, Settings
from tests import postgres
from tests.gateway.house import Clock, Detector, Engine, Speech, Understanding
from tests.handover.conftest import SomePlaces

KEY = "k" * 32


class GlassSealer(Sealer):
    """Seals nothing: a sealed column's content can be read in the files."""

    def seal(self, plain: str) -> bytes:
        return plain.encode("utf-8", "surrogatepass")

    def open(self, sealed: bytes) -> str:
        return sealed.decode("utf-8", "surrogatepass")


@dataclass
class RememberingEngine(Engine):
    """Keeps every message in a store like Rasa's own, words and all."""

    store: str = ""

    def ask(self, conversation_id: str, text_: str, metadata: Mapping[str, Any]) -> Any:
        remember(self.store, conversation_id, {"event": "user", "text": text_, "metadata": dict(metadata)})
        return super().ask(conversation_id, text_, metadata)


def remember(url: str, sender: str, data: Any, at: float = 1.0) -> None:
    engine = create_engine(modern(url))
    serial = "INTEGER PRIMARY KEY" if engine.dialect.name == "sqlite" else "SERIAL PRIMARY KEY"
    with engine.begin() as connection:
        connection.execute(
            text(
                f"CREATE TABLE IF NOT EXISTS events (id {serial}, sender_id VARCHAR(255), type_name VARCHAR(255), "
                "timestamp FLOAT, intent_name VARCHAR(255), action_name VARCHAR(255), data TEXT)"
            )
        )
        connection.execute(
            text("INSERT INTO events (sender_id, type_name, timestamp, data) VALUES (:s, 'user', :t, :d)"),
            {"s": sender, "t": at, "d": json.dumps(data, default=str)},
        )
    engine.dispose()


@dataclass
class House:
    settings: Settings
    database: Database
    make: sessionmaker[Session]
    gateway: Gateway
    engine: RememberingEngine
    clock: Clock
    keeper: Keeper
    sent: int = 0
    _addresses: dict[str, str] = field(default_factory=dict)

    def say(self, text_: str = "", **more: Any) -> list[Outgoing]:
        self.sent += 1
        given = {"channel": "web", "address": "amina", "external_id": f"m{self.sent}", **more}
        inbox = self.gateway.receive(Incoming(text=text_, **given))
        return self.gateway.play(self.gateway.conversation_of(inbox))

    def conversation(self, **who: str) -> str:
        given = {"channel": "web", "address": "amina", **who}
        return self.gateway.open(given["channel"], given["address"])


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[str]:
    if said := postgres.missing():
        pytest.skip(said)
    with postgres.cluster() as url:
        yield url


@pytest.fixture
def build(tmp_path: Path) -> Iterator[Callable[..., House]]:
    """Builds houses: `build(url, tracker_url, sealer)`; SQLite files under the test's folder by default."""
    made: list[Database] = []

    def house(url: str = "", tracker_url: str = "", sealer: Sealer | None = None) -> House:
        settings = Settings(
            var=tmp_path, data=ROOT / "data", database_url=url, tracker_url=tracker_url, _env_file=None
        )  # type: ignore[call-arg]
        database = seal(connect(settings.url()), sealer or GlassSealer(KEY))
        made.append(database)
        Base.metadata.create_all(database)
        make, clock = sessions(database), Clock()
        engine = RememberingEngine(store=settings.tracker())
        effects = HandoverEffects(settings, SomePlaces(), clock)
        erasing, exporting = Erasing(clock, settings.engine_timeout), Exporting(clock)
        gateway = Gateway(
            settings,
            make,
            Understanding(),
            Detector(),
            Speech(),
            engine,
            EffectBook(joined(erasing.handlers(), exporting.handlers(), effects.handlers())),
            clock,
        )
        effects.speak_through(gateway)
        exporting.speak_through(gateway)
        return House(settings, database, make, gateway, engine, clock, Keeper(settings, make, gateway))

    yield house
    for database in made:
        database.dispose()
