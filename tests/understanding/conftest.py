from __future__ import annotations

from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from bot.understanding.reader import Understanding

DATA = Path(__file__).resolve().parents[2] / "data"


@pytest.fixture(scope="session")
def understanding() -> Understanding:
    return Understanding.load(DATA)


@pytest.fixture(scope="session")
def monday() -> datetime:
    return datetime(2026, 11, 23, 9, 0, tzinfo=ZoneInfo("Europe/Paris"))
