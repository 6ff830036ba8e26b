"""What several rooms' tests share: one real engine for the whole run."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from playwright.sync_api import expect

from bot.replay.play import FrozenClock
from bot.replay.stage import Stage, stage
from bot.settings import Settings

pytest_plugins = ["tests.order"]

# A law holds on a busy machine too: no example is timed.
settings.register_profile("relais", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("relais")

# What a browser shows may take a busy machine long (milliseconds); what is there at once costs nothing.
expect.set_options(timeout=60_000)


@pytest.fixture(scope="session")
def clock() -> FrozenClock:
    return FrozenClock()


@pytest.fixture(scope="session")
def played(tmp_path_factory: pytest.TempPathFactory, clock: FrozenClock) -> Iterator[Stage]:
    """The whole pipeline: real engine, real actions, a database of its own."""
    folder: Path = tmp_path_factory.mktemp("house")
    with stage(Settings(var=folder, database_url=f"sqlite:///{folder}/relais.db"), clock) as opened:
        yield opened
