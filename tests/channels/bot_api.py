"""Telegram's side: updates as it makes them, and a Bot API on the loopback with our client before it."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from bot.channels.telegram.client import TelegramClient

USER = {"id": 7, "is_bot": False, "first_name": "Amina", "language_code": "ar"}
CHAT = {"id": 7, "type": "private", "first_name": "Amina"}


def message(**said: Any) -> dict[str, Any]:
    return {
        "update_id": 1,
        "message": {"message_id": 1, "date": 1, "chat": CHAT, "from": USER, **said},
    }


PRESSED = {
    "update_id": 1,
    "callback_query": {
        "id": "q1",
        "from": USER,
        "chat_instance": "i",
        "data": "12.2",
        "message": {"message_id": 1, "date": 1, "chat": CHAT},
    },
}
PHOTO = {"file_id": "f", "file_unique_id": "u", "width": 1, "height": 1}


@dataclass
class BotApi:
    """A Bot API on the loopback: remembers what it is asked, refuses when told."""

    server: HTTPServer
    asked: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    refusals: list[tuple[int, dict[str, Any]]] = field(default_factory=list)
    waiting: list[dict[str, Any]] = field(default_factory=list)
    """Updates for who asks by long polling."""

    def answer(self, request: Request) -> Response:
        method = request.path.rpartition("/")[2]
        self.asked.append((method, request.form.to_dict()))
        if self.refusals:
            status, content = self.refusals.pop(0)
            return Response(json.dumps({"ok": False, "error_code": status, **content}), status=status)
        result: Any = True
        if method == "getUpdates":
            time.sleep(0.05)
            result = [one for one in self.waiting if one["update_id"] >= int(request.form.get("offset", 0))]
        if method == "sendMessage":
            result = {"message_id": len(self.asked), "date": 1, "chat": CHAT, "text": "x"}
        return Response(json.dumps({"ok": True, "result": result}), mimetype="application/json")


@pytest.fixture
def api(httpserver: HTTPServer) -> BotApi:
    made = BotApi(httpserver)
    httpserver.expect_request(re.compile("^/bot.*")).respond_with_handler(made.answer)
    return made


@pytest.fixture
def client(api: BotApi) -> Iterator[TelegramClient]:
    made = TelegramClient("1:abc", api.server.url_for("").rstrip("/"), lambda key, code: f"{code}:{key}")
    made.start()
    yield made
    made.stop()


def until(true: Callable[[], bool], seconds: float = 90) -> bool:
    limit = time.monotonic() + seconds
    while not true() and time.monotonic() < limit:
        time.sleep(0.02)
    return true()
