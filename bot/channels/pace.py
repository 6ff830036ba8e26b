"""How often one network address may knock: a bucket that fills with time, for each."""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from collections.abc import Callable

REMEMBERED = 20_000


class Pace:
    """At most `burst` knocks at once and `per_minute` in the long run, for each address."""

    def __init__(self, per_minute: float, burst: int, clock: Callable[[], float] = time.monotonic) -> None:
        """`clock` gives seconds; an association's people may share one address: be generous."""
        self._rate = per_minute / 60
        self._burst = burst
        self._clock = clock
        self._buckets: OrderedDict[str, tuple[float, float]] = OrderedDict()
        self._lock = threading.Lock()

    def allows(self, address: str) -> bool:
        """Take one knock of this address; whether there was one left."""
        now = self._clock()
        with self._lock:
            left, since = self._buckets.pop(address, (float(self._burst), now))
            left = min(float(self._burst), left + (now - since) * self._rate)
            allowed = left >= 1
            self._buckets[address] = (left - 1 if allowed else left, now)
            while len(self._buckets) > REMEMBERED:
                self._buckets.popitem(last=False)
        return allowed
