"""An understanding that is loaded at the first need, once, and then listens as any other."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

from bot.understanding.later import Later
from bot.understanding.reader import Understanding

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
