"""Real kill -9 under load, on both databases: nothing lost, nothing answered twice that could be known of."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.benches import killing
from bot.settings import Settings
from tests import postgres

KILLS = 8


def check(settings: Settings, processes: int) -> None:
    figures = killing.run(settings, KILLS, processes=processes)
    assert figures.kills == KILLS
    assert figures.sent > 0
    assert (figures.lost, figures.doubled, figures.disordered) == (0, 0, 0)


def test_one_process_on_sqlite(tmp_path: Path) -> None:
    check(Settings(var=tmp_path, database_url="", _env_file=None), 1)  # type: ignore[call-arg]


@pytest.mark.postgres
def test_two_processes_on_postgresql(tmp_path: Path, postgres_url: str) -> None:
    url = postgres.fresh(postgres_url)
    check(Settings(var=tmp_path, database_url=url, _env_file=None), 2)  # type: ignore[call-arg]
