from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Engine, inspect

from bot.database import Base, connect
from bot.migrations import config, downgrade, upgrade
from tests import postgres
from tests.migrations.filling import fill, read


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
    downgrade(engine, "base")
    assert set(inspect(engine).get_table_names()) <= {"alembic_version"}


def steps() -> list[str]:
    """Every revision that has one after it, the first one first."""
    script = ScriptDirectory.from_config(config())
    return [found.revision for found in script.walk_revisions()][:0:-1]


@pytest.mark.parametrize("revision", steps())
def test_what_an_older_version_wrote_outlives_the_newest_and_the_way_back(
    tmp_path: Path, revision: str
) -> None:
    engine = connect(f"sqlite:///{tmp_path / 'relais.db'}")
    there_and_back(engine, revision)
    engine.dispose()


@pytest.mark.postgres
def test_it_does_on_postgresql_too() -> None:
    if said := postgres.missing():
        pytest.skip(said)
    with postgres.cluster() as url:
        for revision in steps():
            engine = connect(postgres.fresh(url))
            there_and_back(engine, revision)
            engine.dispose()


def there_and_back(engine: Engine, revision: str) -> None:
    upgrade(engine, revision)
    with engine.begin() as connection:
        before = fill(connection)
    upgrade(engine)
    with engine.connect() as connection:
        for name, row in before.items():
            now = read(connection, name)
            # A digest is computed anew where a record takes another form.
            kept = {column: value for column, value in row.items() if column in now and column != "digest"}
            assert {column: now[column] for column in kept} == kept, name
    downgrade(engine, revision)
    with engine.connect() as connection:
        for name, row in before.items():
            now = read(connection, name)
            assert now.keys() == row.keys(), name
            assert {**now, "digest": None} == {**row, "digest": None}, name
