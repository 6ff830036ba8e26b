"""What Telegram shows of the bot beside the conversation: its commands and descriptions, in every language."""

from __future__ import annotations

import logging
import threading
from collections.abc import Sequence

from telegram import BotCommand
from telegram.error import TelegramError

from bot.channels.telegram.client import TelegramClient
from bot.channels.telegram.updates import CHANNEL
from bot.gateway.ports import Speech, Spoken

# Telegram takes no letter but a-z in a command; its description is in the reader's language.
COMMANDS = ("start", "human", "language", "stop", "erase")
log = logging.getLogger(__name__)


class Menu:
    """Tells Telegram once at each start, beside everything else: the bot works on without."""

    def __init__(self, client: TelegramClient, speech: Speech) -> None:
        self._client = client
        self._speech = speech
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self.tell, name="telegram-menu", daemon=True)

    def start(self) -> None:
        """Begin to tell."""
        self._thread.start()

    def stop(self) -> None:
        """End."""
        self._stopping.set()
        if self._thread.is_alive():
            self._thread.join()

    def tell(self) -> bool:
        """Commands and descriptions for every language with words of its own, and French for all others.

        Whether Telegram took everything.
        """
        default, *others = self._languages()
        try:
            for code, language in [(None, default), *((one, one) for one in [default, *others])]:
                if self._stopping.is_set():
                    return False
                self._told(code, language)
        except (TelegramError, TimeoutError) as error:
            log.warning("telegram menu: %s", type(error).__name__)
            return False
        return True

    def _told(self, code: str | None, language: str) -> None:
        bot, call = self._client.bot, self._client.call
        menu = [BotCommand(name, self._words(f"command.{name}", language)) for name in COMMANDS]
        call(bot.set_my_commands(menu, language_code=code))
        call(bot.set_my_description(self._words("description", language), language_code=code))
        call(bot.set_my_short_description(self._words("short", language), language_code=code))

    def _languages(self) -> Sequence[str]:
        """Those whose words are their own, the one for everybody else first."""
        spoken = self._speech.languages()
        own = [one for one in spoken if self._said("short", one).language == one]
        return sorted(own, key=lambda one: one != "fr")

    def _words(self, name: str, language: str) -> str:
        return self._said(name, language).text

    def _said(self, name: str, language: str) -> Spoken:
        return self._speech.say(f"telegram.{name}", {}, language=language, channel=CHANNEL)
