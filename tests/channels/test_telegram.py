"""Telegram at our door: who may knock, updates asked for or brought, each kept once."""

from __future__ import annotations

import json
import re
import threading
import time
from typing import Any

import pytest
import requests
from fastapi import FastAPI
from sqlalchemy import select
from sqlalchemy.exc import OperationalError
from werkzeug import Request, Response

from bot.channels.telegram.client import TelegramClient
from bot.channels.telegram.receiver import HEADER, KINDS, Receiver, announce, router
from bot.gateway.tables import Inbox
from tests.channels.bot_api import PRESSED, BotApi, api, client, message, until
from tests.channels.conftest import serve
from tests.gateway.conftest import House

__all__ = ["api", "client"]


def test_a_code_goes_on_and_any_other_start_carries_what_it_said(
    house: House, client: TelegramClient
) -> None:
    receiver = Receiver(house.gateway, client)
    web = house.gateway.open("web", "amina")
    code = house.gateway.code(web)
    receiver.take({**message(text=f"/start {code}"), "update_id": 1})
    assert house.gateway.open("telegram", "7") == web
    receiver.take({**message(text="/start FT44"), "update_id": 2})
    house.gateway.play(web)
    assert [asked.metadata["given"] for asked in house.engine.asked] == [{}, {"code": "FT44"}]


def test_a_button_is_not_waited_for(house: House, api: BotApi, client: TelegramClient) -> None:
    gate = threading.Event()
    api.server.clear()

    def late(request: Request) -> Response:
        gate.wait(10)
        return api.answer(request)

    api.server.expect_request(re.compile("^/bot.*")).respond_with_handler(late)
    began = time.monotonic()
    Receiver(house.gateway, client).take(PRESSED)
    assert time.monotonic() - began < 5
    assert api.asked == []
    gate.set()
    assert until(lambda: [method for method, _ in api.asked] == ["answerCallbackQuery"])


def kept(house: House) -> list[str | None]:
    with house.sessions() as session:
        return list(session.scalars(select(Inbox.text).order_by(Inbox.seq)))


def test_without_a_public_address_updates_are_asked_for_and_each_is_kept_once(
    house: House, api: BotApi, client: TelegramClient
) -> None:
    api.refusals = [(502, {"description": "Bad Gateway"})]
    api.waiting = [{**message(text=f"je vais {number}"), "update_id": number} for number in (5, 6)]
    receiver = Receiver(house.gateway, client)
    receiver.start()
    assert until(lambda: kept(house) == ["je vais 5", "je vais 6"])
    assert until(lambda: api.asked[-1][1].get("offset") == "7")
    receiver.stop()
    assert json.loads(api.asked[0][1]["allowed_updates"]) == KINDS


def test_what_could_not_be_kept_is_asked_for_again(
    house: House, api: BotApi, client: TelegramClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    api.waiting = [{**message(text="je vais à Cholet"), "update_id": 5}]
    receiver = Receiver(house.gateway, client)
    failing = iter([True, False])
    receive = house.gateway.receive

    def away(incoming: Any) -> int:
        if next(failing, False):
            raise OperationalError("insert", {}, Exception("away"))
        return receive(incoming)

    monkeypatch.setattr(house.gateway, "receive", away)
    receiver.start()
    assert until(lambda: kept(house) == ["je vais à Cholet"])
    receiver.stop()


def test_an_old_webhook_is_taken_away(house: House, api: BotApi, client: TelegramClient) -> None:
    api.refusals = [(409, {"description": "Conflict: can't use getUpdates method while webhook is active"})]
    api.waiting = [{**message(text="je vais à Cholet"), "update_id": 5}]
    receiver = Receiver(house.gateway, client)
    receiver.start()
    assert until(lambda: kept(house) == ["je vais à Cholet"])
    receiver.stop()
    assert [method for method, _ in api.asked[:2]] == ["getUpdates", "deleteWebhook"]


def test_a_token_that_is_refused_ends_the_asking(house: House, api: BotApi, client: TelegramClient) -> None:
    api.refusals = [(401, {"description": "Unauthorized"})]
    receiver = Receiver(house.gateway, client)
    receiver.start()
    assert until(lambda: not receiver._thread.is_alive())
    receiver.stop()
    assert len(api.asked) == 1


def test_the_webhook_is_announced_with_its_secret(api: BotApi, client: TelegramClient) -> None:
    assert announce(client, "https://relais.example", "s3cret")
    method, sent = api.asked[0]
    assert method == "setWebhook"
    assert sent["url"] == "https://relais.example/api/channels/telegram/webhook"
    assert sent["secret_token"] == "s3cret"


def test_a_webhook_stores_once_and_releases_the_button(
    house: House, api: BotApi, client: TelegramClient
) -> None:
    app = FastAPI()
    app.include_router(router(Receiver(house.gateway, client), "s3cret"))
    with serve(app) as url:
        webhook = f"{url}/api/channels/telegram/webhook"
        known = {HEADER: "s3cret"}
        for _ in range(2):
            answer = requests.post(webhook, json=message(text="je vais à Cholet"), headers=known, timeout=60)
            assert answer.status_code == 200
        pressed = {**PRESSED, "update_id": 2}
        assert requests.post(webhook, json=pressed, headers=known, timeout=60).status_code == 200
        refused = [
            requests.post(webhook, json=message(text="a"), timeout=60),
            requests.post(webhook, json=message(text="a"), headers={HEADER: "guess"}, timeout=60),
            requests.post(webhook, data=b"{", headers=known, timeout=60),
            requests.post(webhook, data=b"[]", headers=known, timeout=60),
            requests.post(webhook, data=b"[" * 60_000, headers=known, timeout=60),
        ]
        assert [one.status_code for one in refused] == [403, 403, 400, 400, 400]
    assert until(lambda: [method for method, _ in api.asked] == ["answerCallbackQuery"])
    conversation = house.gateway.open("telegram", "7")
    assert [one.key for one in house.gateway.play(conversation)] == [
        "echo",
        "language.propose",
        "input.choice_gone",
    ]
