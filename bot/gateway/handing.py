"""Handing messages to their channels' senders: what became of each, and which channels pause."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

from bot.gateway.departures import Departure, Fate
from bot.gateway.ports import Clock
from bot.gateway.sender import Gone, Refused, Sender, Throttled, Unreachable

GIVE_UP = timedelta(hours=24)
# A provider that is back is noticed within this long (seconds).
LONGEST_PAUSE = 20.0
# So many failures in a row on a channel and all of it pauses, so that a crowd does not knock at a closed door.
IN_A_ROW = 8
CHANNEL_PAUSE = timedelta(seconds=5)


class Handing:
    """The senders of a process, by channel. Safe to share between threads."""

    def __init__(self, senders: Mapping[str, Sender], clock: Clock) -> None:
        self._senders = senders
        self._clock = clock
        self._paused: dict[str, datetime] = {}
        self._failures: dict[str, int] = {}

    def open(self, now: datetime) -> list[str]:
        """The channels that do not pause."""
        return [one for one in self._senders if self._paused.get(one, now) <= now]

    def now(self) -> datetime:
        """The moment it is."""
        return self._clock()

    def is_open(self, channel: str) -> bool:
        """Whether there is a sender for this channel and it does not pause now."""
        return channel in self.open(self._clock())

    def resume(self) -> None:
        """No channel pauses any more."""
        self._paused.clear()

    def hand(self, taken: Departure) -> Fate:
        """Hand it to its channel's sender; what became of it."""
        now, channel = self._clock(), taken.channel
        try:
            if taken.where is None:
                raise Gone("no-address")
            provider_id = self._senders[channel].send(taken.out, taken.where)
        except Throttled as asked:
            self._paused[channel] = now + timedelta(seconds=asked.seconds)
            return Fate({"next_try_at": self._paused[channel], "reason": "throttled"})
        except Gone as gone:
            return Fate({"status": "failed", "reason": str(gone)[:64]}, gone=True)
        except Refused as refused:
            return Fate({"status": "failed", "reason": str(refused)[:64]})
        except Exception as error:  # a sender that breaks must not stop the others
            code = str(error) if isinstance(error, Unreachable) else f"broken-{type(error).__name__}"
            self._failed(channel, now)
            if now - taken.created > GIVE_UP:
                return Fate({"status": "failed", "reason": code[:64]})
            pause = timedelta(seconds=min(LONGEST_PAUSE, 2.0 ** min(taken.attempts, 16)))
            return Fate({"next_try_at": now + pause, "reason": code[:64]})
        self._failures.pop(channel, None)
        return Fate({"status": "sent", "provider_id": provider_id, "sent_at": now})

    def _failed(self, channel: str, now: datetime) -> None:
        failures = self._failures.get(channel, 0) + 1
        self._failures[channel] = failures
        if failures >= IN_A_ROW:
            self._paused[channel] = now + CHANNEL_PAUSE
