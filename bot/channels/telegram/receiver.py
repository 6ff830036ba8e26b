"""The way in: an update is stored, then acknowledged; by webhook or by long polling."""

from __future__ import annotations

import asyncio
import hmac
import json
import logging
import threading
from dataclasses import replace
from typing import Any

from fastapi import APIRouter, Request, Response
from telegram.error import Conflict, InvalidToken, TelegramError

from bot.channels.telegram.client import TelegramClient
from bot.channels.telegram.updates import CHANNEL, heard
from bot.gateway.gateway import Gateway

KINDS = ["message", "edited_message", "callback_query", "my_chat_member"]
HEADER = "x-telegram-bot-api-secret-token"
log = logging.getLogger(__name__)


class Receiver:
    """Takes updates into the gateway."""

    def __init__(self, gateway: Gateway, client: TelegramClient) -> None:
        self._gateway = gateway
        self._client = client
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._poll, name="telegram-poll", daemon=True)

    def take(self, data: dict[str, Any]) -> None:
        """Store what one update says; only then is the button it pressed released.

        Raises `ValueError` for what is no update.
        """
        said = heard(data)
        incoming = said.incoming
        if incoming is not None:
            if said.code is not None and not self._gateway.go_on(CHANNEL, incoming.address, said.code):
                # No code of ours to go on with: it may say who sent the person.
                incoming = replace(incoming, given={"code": said.code})
            self._gateway.receive(incoming)
        if said.callback is not None:
            self._client.acknowledge(said.callback)

    def start(self) -> None:
        """Begin long polling, for installations without a public address."""
        self._thread.start()

    def stop(self) -> None:
        """End long polling."""
        self._stopping.set()
        if self._thread.is_alive():
            self._thread.join(5)

    def _poll(self) -> None:
        """Updates are asked for after the last one stored: what is not stored comes again."""
        after, pause = None, 1.0
        while not self._stopping.is_set():
            try:
                asked = self._client.bot.get_updates(offset=after, timeout=20, allowed_updates=KINDS)
                for update in self._client.call(asked, 60):
                    self.take(update.to_dict())
                    after = update.update_id + 1
                pause = 1.0
            except Conflict:
                # A webhook of an earlier set-up is in the way, or another process asks too.
                self._forget_webhook()
                self._stopping.wait(pause)
                pause = min(pause * 2, 60.0)
            except InvalidToken:
                log.error("telegram: the token is refused; polling ends")
                return
            except Exception as error:  # Telegram or the database is away: try again, never die
                log.warning("telegram poll: %s", type(error).__name__)
                self._stopping.wait(pause)
                pause = min(pause * 2, 60.0)

    def _forget_webhook(self) -> None:
        try:
            self._client.call(self._client.bot.delete_webhook())
        except (TelegramError, TimeoutError) as error:
            log.warning("telegram webhook: %s", type(error).__name__)


def router(receiver: Receiver, secret: str) -> APIRouter:
    """`POST /api/channels/telegram/webhook`, open to who knows the secret."""
    made = APIRouter(prefix="/api/channels/telegram", tags=["Telegram channel"])

    @made.post("/webhook")
    async def webhook(request: Request) -> Response:
        """One update. 200 only once it is stored; Telegram sends again what is not."""
        given = request.headers.get(HEADER, "")
        if not hmac.compare_digest(given.encode(), secret.encode()):
            return Response(status_code=403)
        try:
            data = json.loads(await request.body())
            if not isinstance(data, dict):
                raise ValueError("no update")
            await asyncio.to_thread(receiver.take, data)
        except (ValueError, RecursionError):  # brackets in brackets, thousands deep
            log.warning("telegram: not an update")
            return Response(status_code=400)
        return Response(status_code=200)

    return made


def announce(client: TelegramClient, address: str, secret: str) -> bool:
    """Tell Telegram where the webhook is; whether it took it. The application works on without."""
    url = f"{address}/api/channels/telegram/webhook"
    try:
        return client.call(client.bot.set_webhook(url, secret_token=secret, allowed_updates=KINDS))
    except (TelegramError, TimeoutError) as error:
        log.warning("telegram webhook: %s", type(error).__name__)
        return False
