"""What several rooms' tests share: one real engine for the whole run."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.replay.play import FrozenClock
from bot.replay.stage import Stage, stage
from bot.settings import Settings


@pytest.fixture(scope="session")
def clock() -> FrozenClock:
    return FrozenClock()


@pytest.fixture(scope="session")
def played(tmp_path_factory: pytest.TempPathFactory, clock: FrozenClock) -> Iterator[Stage]:
    """The whole pipeline: real engine, real actions, a database of its own."""
    folder: Path = tmp_path_factory.mktemp("house")
    with stage(Settings(var=folder, database_url=f"sqlite:///{folder}/relais.db"), clock) as opened:
        yield opened
