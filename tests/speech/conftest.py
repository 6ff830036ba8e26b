from __future__ import annotations

from pathlib import Path

import pytest

from bot.speech.gsm7 import Alphabet

DATA = Path(__file__).resolve().parents[2] / "data"


@pytest.fixture(scope="session")
def data() -> Path:
    return DATA


@pytest.fixture(scope="session")
def alphabet() -> Alphabet:
    return Alphabet.load(DATA / "speech" / "gsm7.yml")
