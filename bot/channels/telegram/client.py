"""The way out: messages by the Bot API, split at sentence borders, with buttons; its refusals named."""

from __future__ import annotations

import asyncio
import logging
import threading
from collections.abc import Callable, Coroutine
from datetime import timedelta
from typing import Any, TypeVar

import uvloop
from telegram import (
    Bot,
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    KeyboardButton,
    LinkPreviewOptions,
    ReplyKeyboardMarkup,
    ReplyKeyboardRemove,
)
from telegram.error import BadRequest, Forbidden, NetworkError, RetryAfter, TelegramError, TimedOut

from bot.channels.telegram.http import BotRequest
from bot.gateway.message import Outgoing
from bot.gateway.sender import Gone, Refused, Throttled, Unreachable
from bot.speech.telegram import messages

log = logging.getLogger(__name__)
Answer = TypeVar("Answer")
TIMEOUT = 15.0
# The question a shared location answers.
PLACE_ASKED = "origin"
Keyboard = InlineKeyboardMarkup | ReplyKeyboardMarkup | ReplyKeyboardRemove


class TelegramClient:
    """Talks to the Bot API from any thread; the library's own loop runs in a thread of ours."""

    def __init__(self, token: str, api: str, words: Callable[[str, str], str]) -> None:
        """`api` is the base address of the Bot API (a local server in tests); `words` gives those of a key in a
        language. `start` before use.
        """
        self._words = words
        request = BotRequest(16, read_timeout=TIMEOUT, connect_timeout=5.0)
        updates = BotRequest(1, read_timeout=60.0, connect_timeout=5.0)
        self.bot = Bot(token, base_url=f"{api}/bot", request=request, get_updates_request=updates)
        self._loop = uvloop.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="telegram", daemon=True)

    def start(self) -> None:
        """Open the connections; nothing is asked of Telegram yet."""
        self._thread.start()
        self.call(self._open(), 10)

    def stop(self) -> None:
        """Close them."""
        if self._thread.is_alive():
            self.call(self._close(), 10)
            self._loop.call_soon_threadsafe(self._loop.stop)
            self._thread.join()
        self._loop.close()

    def call(self, asked: Coroutine[Any, Any, Answer], seconds: float = TIMEOUT + 10) -> Answer:
        """Run a coroutine of the library and wait for its answer."""
        return asyncio.run_coroutine_threadsafe(asked, self._loop).result(seconds)

    def send(self, out: Outgoing, address: str) -> str | None:
        """Send one message; the id of its (last) Telegram message."""
        texts = messages(out.text)
        sent = None
        try:
            for index, text in enumerate(texts):
                keyboard = self._keyboard(out) if index == len(texts) - 1 else None
                sent = self.call(
                    self.bot.send_message(
                        int(address),
                        text,
                        reply_markup=keyboard,
                        link_preview_options=LinkPreviewOptions(is_disabled=True),
                    )
                )
        except RetryAfter as asked:
            wait = asked.retry_after
            raise Throttled(wait.total_seconds() if isinstance(wait, timedelta) else wait) from None
        except Forbidden:
            raise Gone("blocked") from None
        except (BadRequest, ValueError) as error:
            gone = isinstance(error, BadRequest) and "chat not found" in error.message.lower()
            raise (Gone("no-chat") if gone else Refused("bad-request")) from None
        except (TimedOut, NetworkError, TimeoutError) as error:
            raise Unreachable(type(error).__name__) from None
        except TelegramError as error:
            raise Unreachable(type(error).__name__) from None
        return str(sent.message_id) if sent else None

    def acknowledge(self, callback: str) -> None:
        """Have the waiting sign taken off a button, without waiting for it; too late is no matter."""
        asyncio.run_coroutine_threadsafe(self._acknowledged(callback), self._loop)

    async def _acknowledged(self, callback: str) -> None:
        try:
            await self.bot.answer_callback_query(callback)
        except TelegramError as error:
            log.info("telegram callback: %s", type(error).__name__)

    def _keyboard(self, out: Outgoing) -> Keyboard:
        """One button a line; a button carries the choice's id, which fits Telegram's 64 bytes.

        Where somebody lives may be answered by a button that shares the place; any other message takes it away.
        """
        if out.choices:
            rows = [
                [InlineKeyboardButton(label, callback_data=choice_id)]
                for choice_id, label in zip(out.choice_ids, out.choices, strict=True)
            ]
            return InlineKeyboardMarkup(rows)
        if out.asks == PLACE_ASKED:
            share = KeyboardButton(self._words("telegram.location", out.lang), request_location=True)
            return ReplyKeyboardMarkup([[share]], resize_keyboard=True, one_time_keyboard=True)
        return ReplyKeyboardRemove()

    async def _open(self) -> None:
        # Not Bot.initialize: it asks Telegram who we are, and the application must start without Telegram.
        for request in self.bot._request:
            await request.initialize()

    async def _close(self) -> None:
        for request in self.bot._request:
            await request.shutdown()
