"""Hundreds of turns in one conversation, through the real pipeline: every message answered, whole rounds compared."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from bot.diagnostic.lasting import Lasting, last
from bot.gateway.waiting import SESSION_LENGTH
from bot.replay.play import FrozenClock
from bot.replay.stage import Stage
from bot.settings import ROOT
from bot.yaml_text import yaml_loads

NOW = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)


@pytest.mark.engine
def test_three_sessions_long_and_every_message_answered(played: Stage, clock: FrozenClock) -> None:
    spec = yaml_loads((ROOT / "data" / "diagnostic" / "bench_turns.yml").read_text(encoding="utf-8"))
    # In and out count: a session is over well before as many messages in.
    found = last(played, clock, spec["conversations"], NOW, length=SESSION_LENGTH + 15)
    assert found.unanswered == []
    assert found.figures()["turns"] == SESSION_LENGTH + 15


def test_whole_rounds_are_compared() -> None:
    found = Lasting(2, [90.0, 90.0, 10.0, 12.0, 10.0, 11.0, 22.0, 22.0], [3])
    assert found.figures() == {"turns": 8, "early_ms": 11.0, "late_ms": 22.0, "ratio": 2.0, "unanswered": 1}
