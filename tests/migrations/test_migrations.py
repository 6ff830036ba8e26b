from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.command import downgrade
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Engine, inspect

from bot.database import Base, connect
from bot.migrations import config, upgrade
from tests import postgres


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def engine(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Engine]:
    if request.param == "sqlite":
        engine = connect(f"sqlite:///{tmp_path / 'relais.db'}")
        yield engine
        engine.dispose()
        return
    if said := postgres.missing():
        pytest.skip(said)
    with postgres.cluster() as url:
        engine = connect(url)
        yield engine
        engine.dispose()


def test_there_is_one_newest_revision() -> None:
    assert len(ScriptDirectory.from_config(config()).get_heads()) == 1


def test_migrating_gives_the_tables_every_room_declares_and_can_be_run_again(engine: Engine) -> None:
    upgrade(engine)
    upgrade(engine)
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, Base.metadata) == []


def test_every_revision_can_be_undone(engine: Engine) -> None:
    upgrade(engine)
    with engine.begin() as connection:
        made = config()
        made.attributes["connection"] = connection
        downgrade(made, "base")
    assert set(inspect(engine).get_table_names()) <= {"alembic_version"}
