from __future__ import annotations

import pytest

from bot.settings import ROOT
from bot.tamis.reader import Reader


@pytest.fixture(scope="session")
def reader() -> Reader:
    return Reader.load(ROOT / "data")
