from __future__ import annotations

from bot.channels.pace import Pace


def test_a_burst_then_a_steady_pace_for_each_address() -> None:
    now = [0.0]
    pace = Pace(per_minute=6, burst=3, clock=lambda: now[0])
    assert [pace.allows("a") for _ in range(4)] == [True, True, True, False]
    assert pace.allows("b")
    now[0] = 10.0
    assert [pace.allows("a") for _ in range(2)] == [True, False]
