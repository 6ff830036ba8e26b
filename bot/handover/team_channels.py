"""Writing to a team where it already talks: a Telegram group, a webhook. A link, nothing of the person."""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

import httpx

from bot.handover.notice_settings import NoticeSettings


class ChannelDown(Exception):
    """It did not take the message; the text is a code."""


@dataclass(frozen=True)
class Told:
    """What a team is told: `kind` is `waiting`, `reminder` or `digest`."""

    kind: str
    team: str
    text: str
    link: str


class TeamChannel(Protocol):
    """A way to write to one team."""

    def tell(self, told: Told) -> None:
        """Write it. Raises `ChannelDown`."""
        ...


@dataclass(frozen=True)
class TelegramGroup:
    """A Telegram group in which our bot may write."""

    client: httpx.Client
    address: str
    chat: str

    def tell(self, told: Told) -> None:
        """Send the text, without a preview of the link."""
        body = {"chat_id": self.chat, "text": told.text, "link_preview_options": {"is_disabled": True}}
        _posted(self.client, self.address, json.dumps(body).encode(), {})


@dataclass(frozen=True)
class Webhook:
    """An address that takes JSON, signed when there is a key."""

    client: httpx.Client
    address: str
    key: str

    def tell(self, told: Told) -> None:
        """Post {"event", "team", "text", "link"}."""
        content = {"event": told.kind, "team": told.team, "text": told.text, "link": told.link}
        body = json.dumps(content, ensure_ascii=False).encode()
        signed = hmac.new(self.key.encode(), body, hashlib.sha256).hexdigest()
        _posted(self.client, self.address, body, {"X-Relais-Signature": signed} if self.key else {})


def channels(settings: NoticeSettings) -> dict[str, dict[str, TeamChannel]]:
    """Team → name of the channel → channel."""
    client = httpx.Client(timeout=settings.timeout, trust_env=False)
    found: dict[str, dict[str, TeamChannel]] = {}
    token = settings.telegram_token.get_secret_value()
    for team, chat in settings.telegram_chats.items() if token else ():
        address = f"{settings.telegram_api.rstrip('/')}/bot{token}/sendMessage"
        found.setdefault(team, {})["telegram"] = TelegramGroup(client, address, chat)
    for team, address in settings.webhooks.items():
        key = settings.webhook_secret.get_secret_value()
        found.setdefault(team, {})["webhook"] = Webhook(client, address, key)
    return found


def _posted(client: httpx.Client, address: str, body: bytes, headers: Mapping[str, str]) -> None:
    try:
        answer = client.post(address, content=body, headers={"Content-Type": "application/json", **headers})
    except httpx.HTTPError as error:
        raise ChannelDown(type(error).__name__) from None
    if not answer.is_success:
        raise ChannelDown(f"status-{answer.status_code}")
