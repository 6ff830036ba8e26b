"""An understanding that is loaded at the first need, once, and then listens as any other."""

from __future__ import annotations

import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

from bot.app import ROOMS
from bot.understanding.language import LanguageDetector
from bot.understanding.later import DetectLater, Later
from bot.understanding.reader import Understanding
from tests.understanding.conftest import DATA

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
AT_ONCE = 4


def test_nothing_is_loaded_before_somebody_speaks_and_then_once(understanding: Understanding) -> None:
    loads, all_here = [], threading.Barrier(AT_ONCE)

    def load() -> Understanding:
        loads.append(1)
        return understanding

    later = Later(load)
    assert not loads

    def speak(_: int) -> str | None:
        all_here.wait(60)
        return later.listen("mon mari me frappe", now=NOW, language="fr").danger

    with ThreadPoolExecutor(AT_ONCE) as pool:
        heard = list(pool.map(speak, range(AT_ONCE)))
    assert heard == ["violence"] * AT_ONCE
    assert len(loads) == 1


def test_a_language_is_told_as_the_detector_tells_it(understanding: Understanding) -> None:
    detector, loads = LanguageDetector.load(DATA, understanding.gazetteer), []

    def load() -> LanguageDetector:
        loads.append(1)
        return detector

    later = DetectLater(load)
    assert not loads
    for text in ("I need a bus to go to work tomorrow", "bonjour je cherche un vélo", "ok"):
        assert later.detect(text, "fr") == detector.detect(text, "fr")
    assert len(loads) == 1


def test_who_only_receives_loads_nothing_that_understands() -> None:
    names = ["bot.app", "bot.assembly", *ROOMS]
    told = f"import sys, importlib; [importlib.import_module(n) for n in {names}]; print(*sys.modules, sep='\\n')"
    found = subprocess.run([sys.executable, "-c", told], capture_output=True, text=True, check=True)
    loaded = set(found.stdout.split())
    assert "bot.assembly" in loaded
    assert not loaded & {"spacy", "bot.understanding.reader"}
