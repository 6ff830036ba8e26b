"""The other channels a conversation can go on, and how to get there with a code."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import quote

TELEGRAM, SMS = "telegram", "sms"


@dataclass(frozen=True)
class Way:
    """One other channel: `address` is the bot's name on Telegram, the number of the SMS line."""

    channel: str
    address: str

    def link(self, code: str) -> str:
        """What to follow on a phone to go on there with this code."""
        if self.channel == TELEGRAM:
            return f"https://t.me/{quote(self.address, safe='')}?start={quote(code)}"
        return f"sms:{quote(self.address, safe='+')}?body={quote(code)}"


def ways(telegram_name: str, sms_number: str) -> Sequence[Way]:
    """The ways that are open: those with an address people can reach (a name as SMS sender is none)."""
    found = []
    if telegram_name:
        found.append(Way(TELEGRAM, telegram_name.removeprefix("@")))
    if sms_number.lstrip("+").isdigit():
        found.append(Way(SMS, sms_number))
    return found
