"""One conversation that goes on and on: whether its last turns cost what its first ones did."""

from __future__ import annotations

import statistics
import time
import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from bot.gateway.message import Incoming
from bot.replay.play import FrozenClock
from bot.replay.stage import Stage

LENGTH, SHORT = 300, 90
# A person reads and types; the limit of messages a minute is not what is measured.
BETWEEN = timedelta(seconds=20)


@dataclass
class Lasting:
    """What one long conversation cost: milliseconds turn by turn, and the numbers of turns that got nothing."""

    round: int
    """Messages after which the same ones come again: only whole rounds compare."""

    milliseconds: list[float] = field(default_factory=list)
    unanswered: list[int] = field(default_factory=list)

    def figures(self) -> dict[str, float | int]:
        """The middle of the second round, of the last one, and the one against the other."""
        early = statistics.median(self.milliseconds[self.round : 2 * self.round])
        late = statistics.median(self.milliseconds[-self.round :])
        return {
            "turns": len(self.milliseconds),
            "early_ms": round(early, 1),
            "late_ms": round(late, 1),
            "ratio": round(late / early, 2),
            "unanswered": len(self.unanswered),
        }


def last(
    opened: Stage,
    clock: FrozenClock,
    scripts: Sequence[Sequence[str]],
    now: datetime,
    *,
    length: int = LENGTH,
) -> Lasting:
    """One person sends the messages of all scripts, one after the other and over again, `length` in all."""
    messages = [text for script in scripts for text in script]
    found = Lasting(len(messages))
    address, seen = f"lasting-{uuid.uuid4().hex}", 0
    clock.set(now)
    for number in range(length):
        text = messages[number % len(messages)]
        incoming = Incoming("web", address, external_id=f"{address}-{number}", text=text, language_hint="fr")
        began = time.perf_counter()
        conversation_id = opened.gateway.conversation_of(opened.gateway.receive(incoming))
        opened.gateway.play(conversation_id)
        found.milliseconds.append((time.perf_counter() - began) * 1000)
        out = opened.gateway.after(conversation_id, seen)
        if not out:
            found.unanswered.append(number + 1)
        seen = max((item.seq for item in out), default=seen)
        clock.set(clock() + BETWEEN)
    return found
