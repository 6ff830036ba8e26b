"""Sets read once unseen, then looked at: what was mended must stay so. They say nothing of unseen messages."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from bot.understanding import bench
from bot.understanding.cases import load_cases
from bot.understanding.judged import verdict
from bot.understanding.language import LanguageDetector
from bot.understanding.reader import Understanding
from tests.understanding.conftest import DATA

MET = Path(__file__).with_name("met")


@pytest.mark.parametrize("path", sorted(MET.glob("*.yml")), ids=lambda path: path.stem)
def test_messages_met_before_are_read(understanding: Understanding, path: Path) -> None:
    detector = LanguageDetector.load(DATA, understanding.gazetteer)
    counts: Counter[str] = Counter()
    wrong = []
    for case in load_cases([path]):
        found = sum(verdict(case, bench.read(understanding, detector, case)).values(), Counter[str]())
        counts += found
        wrong += [case.id] * bool(found["wrong"])
    assert wrong == []
    assert counts["missed"] <= 0.06 * sum(counts.values())
