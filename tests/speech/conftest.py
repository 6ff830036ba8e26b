from __future__ import annotations

from pathlib import Path

import pytest

from bot.speech import Speech
from bot.speech.checks import Kept
from bot.speech.gsm7 import Alphabet

DATA = Path(__file__).resolve().parents[2] / "data"
PLACES = {"49099": "Cholet", "53062": "Château-Gontier-sur-Mayenne", "44184": "Saint-Nazaire"}


@pytest.fixture(scope="session")
def data() -> Path:
    return DATA


@pytest.fixture(scope="session")
def alphabet() -> Alphabet:
    return Alphabet.load(DATA / "speech" / "gsm7.yml")


@pytest.fixture(scope="session")
def kept() -> Kept:
    return Kept.load(DATA / "speech" / "untranslated.yml")


@pytest.fixture(scope="session")
def speech() -> Speech:
    """The product's own catalogues, strict."""
    return Speech.load(DATA, PLACES.__getitem__, strict=True)
