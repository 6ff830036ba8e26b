"""Telegram: a text as messages within the service's limit."""

from __future__ import annotations

from bot.speech.split import split

LIMIT = 4096
"""Characters of one message (Bot API, sendMessage); counted in UTF-16 units, the stricter reading."""


def messages(text: str) -> list[str]:
    """The text as messages that Telegram accepts, cut at sentence borders where there are any."""
    return split(text, lambda message: len(message.encode("utf-16-le")) // 2 <= LIMIT)
