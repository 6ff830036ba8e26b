"""A channel's way out, and the ways in which a message may not leave."""

from __future__ import annotations

from typing import Protocol

from bot.gateway.message import Outgoing


class Throttled(Exception):
    """The channel asks to wait: `seconds`, for everybody."""

    def __init__(self, seconds: float) -> None:
        super().__init__("throttled")
        self.seconds = seconds


class Unreachable(Exception):
    """The provider could not be asked now; the message is tried again. Says why in a code."""


class Refused(Exception):
    """The provider will never take this message. Says why in a code."""


class Gone(Exception):
    """The person blocked us or the address is no more: what waits for them is dropped."""


class Sender(Protocol):
    """One channel's way out."""

    def send(self, out: Outgoing, address: str) -> str | None:
        """Hand a message over; the provider's identifier for it, if any.

        Raises `Throttled`, `Unreachable`, `Refused` or `Gone`.
        """
        ...
