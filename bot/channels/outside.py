"""The channels that are configured, opened together: routes in, senders out, threads started and stopped."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol, Self

from fastapi import APIRouter

from bot.channels.settings import SmsSettings, TelegramSettings
from bot.channels.sms import receiver as sms
from bot.channels.sms.android import AndroidGateway
from bot.channels.sms.generic import Generic
from bot.channels.sms.kannel import Kannel
from bot.channels.sms.ovh import Ovh
from bot.channels.sms.provider import SmsProvider
from bot.channels.sms.twilio import Twilio
from bot.channels.telegram import receiver as telegram
from bot.channels.telegram.client import TelegramClient
from bot.channels.telegram.menu import Menu
from bot.channels.telegram.updates import CHANNEL as TELEGRAM
from bot.gateway.delivery import Deliverer
from bot.gateway.gateway import Gateway
from bot.gateway.sender import Sender
from bot.speech.gsm7 import Alphabet


class Part(Protocol):
    """Something with a thread."""

    def start(self) -> None:
        """Begin."""

    def stop(self) -> None:
        """End."""


class Outside:
    """What is open. Without any account configured: nothing."""

    def __init__(
        self,
        gateway: Gateway,
        telegram_settings: TelegramSettings,
        sms_settings: SmsSettings,
        gsm: Callable[[str], bool],
    ) -> None:
        """`gsm` tells a text of the GSM alphabet."""
        self.routers: list[APIRouter] = []
        self.senders: dict[str, Sender] = {}
        self._clients: list[Part] = []
        self._receiving: list[Part] = []
        self._delivering: list[Part] = []
        self._started: list[Part] = []
        self._then: list[Callable[[], Any]] = []
        address = gateway.settings.address()
        if telegram_settings.token:  # an empty line of .env closes the channel too
            self._telegram(gateway, telegram_settings, address)
        if sms_settings.provider:
            self._sms(gateway, sms_settings, address, gsm)
        if self.senders:
            self._delivering.append(Deliverer(gateway, self.senders))

    @classmethod
    def configured(cls, gateway: Gateway, alphabet: Alphabet) -> Self:
        """The channels of the settings in force."""
        return cls(gateway, TelegramSettings(), SmsSettings(), lambda text: alphabet.encoding(text) == "gsm7")

    def start(self, *, receive: bool = True, deliver: bool = True) -> None:
        """Start every part, in order; of what receives and what delivers only what is wanted here."""
        self._started = [
            *self._clients,
            *(self._receiving if receive else ()),
            *(self._delivering if deliver else ()),
        ]
        for part in self._started:
            part.start()
        if receive:
            for then in self._then:
                then()

    def stop(self) -> None:
        """Stop them, the last one first."""
        for part in reversed(self._started):
            part.stop()

    def _telegram(self, gateway: Gateway, settings: TelegramSettings, address: str) -> None:
        assert settings.token is not None
        speech = gateway.speech

        def words(key: str, language: str) -> str:
            return speech.say(key, {}, language=language, channel=TELEGRAM).text

        client = TelegramClient(settings.token.get_secret_value(), settings.api, words)
        receiver = telegram.Receiver(gateway, client)
        self.senders[TELEGRAM] = client
        self._clients.append(client)
        self._receiving.append(Menu(client, speech))
        if not settings.secret:
            self._receiving.append(receiver)
            return
        secret = settings.secret.get_secret_value()
        self.routers.append(telegram.router(receiver, secret))
        self._then.append(lambda: telegram.announce(client, address, secret))

    def _sms(self, gateway: Gateway, settings: SmsSettings, address: str, gsm: Callable[[str], bool]) -> None:
        provider = provider_of(settings, address, gsm)
        receiver = sms.Receiver(gateway, provider)
        self.senders[sms.CHANNEL] = provider
        if isinstance(provider, Ovh):
            self._receiving.append(sms.Fetcher(receiver, gateway, provider))
        self.routers.append(sms.router(receiver, settings.provider, address))


def provider_of(settings: SmsSettings, address: str, gsm: Callable[[str], bool]) -> SmsProvider:
    """The provider these settings name. Raises `ValueError` when they name none."""
    match settings.provider:
        case "kannel":
            return Kannel(settings, address, gsm)
        case "android":
            return AndroidGateway(settings)
        case "generic":
            return Generic(settings)
        case "twilio":
            return Twilio(settings, address)
        case "ovh":
            return Ovh(settings, gsm)
        case _:
            raise ValueError("no SMS provider is configured")
