"""Who calls is worked on once at a time, and again when they called meanwhile."""

from __future__ import annotations

import threading
import time

from bot.gateway.calls import Calls


def test_each_waits_once_in_the_order_they_called() -> None:
    calls = Calls()
    for one in ("b", "a", "b", "c"):
        calls.ring(one)
    assert calls.take(2) == ["b", "a"]
    assert calls.take(2) == [], "no room"
    calls.done("b")
    assert calls.take(2) == ["c"]
    assert calls.busy() == 2


def test_who_called_while_worked_on_is_worked_on_again_and_not_at_once() -> None:
    calls = Calls()
    calls.ring("a")
    assert calls.take(8) == ["a"]
    calls.ring("a")
    assert calls.take(8) == []
    calls.done("a")
    assert calls.take(8) == ["a"]


def test_the_end_of_one_wakes_who_waits_for_room() -> None:
    calls = Calls()
    for one in ("a", "b"):
        calls.ring(one)
    calls.wait(1)
    assert calls.take(1) == ["a"]
    threading.Timer(0.05, calls.done, ("a",)).start()
    began = time.monotonic()
    calls.wait(30)
    assert time.monotonic() - began < 20
    assert calls.take(1) == ["b"]
