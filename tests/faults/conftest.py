"""The gateway with its worker on real stores, so that they can be taken away under it."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine as Database
from sqlalchemy import func, select
from sqlalchemy.orm import Session, sessionmaker

from bot.database import Base, connect, sessions
from bot.gateway.gateway import Gateway, system_clock
from bot.gateway.limits import Patience
from bot.gateway.message import Incoming
from bot.gateway.ports import Engine
from bot.gateway.tables import Conversation, Inbox, Outbox
from bot.gateway.worker import Worker
from bot.sealing import Sealer, seal
from bot.settings import ROOT, Settings
from tests import postgres
from tests.gateway.house import Detector, Effects, Speech, Understanding
from tests.gateway.house import Engine as Rasa

PATIENCE = Patience(first=0.1, longest=0.3, say_after=timedelta(seconds=0.4))


@dataclass
class House:
    gateway: Gateway
    worker: Worker
    engine: Any
    database: Database
    make: sessionmaker[Session]

    def receive(self, text: str, number: int) -> int:
        return self.gateway.receive(Incoming("web", "amina", external_id=f"m{number}", text=text))

    def until(self, true: Callable[[], Any], seconds: float = 90) -> None:
        """Wait until it is so; a store that is away counts as not yet."""
        limit = time.monotonic() + seconds
        said: Any = None
        while time.monotonic() < limit:
            try:
                said = true()
            except Exception as error:
                said = type(error).__name__
            if said is True:
                return
            time.sleep(0.05)
        raise AssertionError(f"not within {seconds:.0f} s: {said}")

    def answered(self, count: int) -> bool:
        """Whether so many messages are answered and none waits."""
        with self.make() as session:
            done = session.scalar(select(func.count()).select_from(Inbox).where(Inbox.status == "done"))
            return done == count

    def heard(self) -> list[str]:
        """What the conversation's state has heard, in order."""
        with self.make() as session:
            return list(session.scalars(select(Conversation)).one().state["heard"])

    def said(self) -> list[str]:
        with self.make() as session:
            return [row.say["key"] for row in session.scalars(select(Outbox).order_by(Outbox.seq))]


@pytest.fixture
def build(tmp_path: Path) -> Iterator[Callable[..., House]]:
    stack = ExitStack()

    def house(url: str = "", engine: Engine | None = None) -> House:
        settings = Settings(var=tmp_path, data=ROOT / "data", workers=4, engine_timeout=1, _env_file=None)  # type: ignore[call-arg]
        database = seal(connect(url or settings.url()), Sealer("k" * 32))
        stack.callback(database.dispose)
        Base.metadata.create_all(database)
        rasa = engine or Rasa()
        make = sessions(database)
        gateway = Gateway(
            settings,
            make,
            Understanding(),
            Detector(),
            Speech(),
            rasa,
            Effects(),
            system_clock,
            patience=PATIENCE,
        )
        worker = Worker(gateway, poll=0.05)
        worker.start()
        stack.callback(worker.stop)
        return House(gateway, worker, rasa, database, make)

    with stack:
        yield house


@pytest.fixture(scope="module")
def postgres_url() -> Iterator[str]:
    if said := postgres.missing():
        pytest.skip(said)
    # Tests elsewhere do without syncing; here a commit must outlive the server, as it does in a real one.
    with postgres.cluster(("synchronous_commit=on", "fsync=on", "full_page_writes=on")) as url:
        yield url
