from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import Engine
from sqlalchemy.orm import Session, sessionmaker

from bot.database import connect, sessions
from bot.migrations import upgrade
from tests import postgres


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[str]:
    if said := postgres.missing():
        pytest.skip(said)
    with postgres.cluster() as url:
        yield url


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def engine(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Engine]:
    if request.param == "sqlite":
        url = f"sqlite:///{tmp_path / 'relais.db'}"
    else:
        url = postgres.fresh(request.getfixturevalue("postgres_url"))
    engine = connect(url)
    upgrade(engine)
    yield engine
    engine.dispose()


@pytest.fixture
def factory(engine: Engine) -> sessionmaker[Session]:
    return sessions(engine)


@pytest.fixture
def sqlite_factory(tmp_path: Path) -> Iterator[sessionmaker[Session]]:
    engine = connect(f"sqlite:///{tmp_path / 'relais.db'}")
    upgrade(engine)
    yield sessions(engine)
    engine.dispose()


@pytest.fixture
def today() -> date:
    return date(2026, 11, 22)
