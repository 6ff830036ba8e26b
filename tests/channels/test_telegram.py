"""Telegram: what updates say, what leaves, and who may knock."""

from __future__ import annotations

import json
import re
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
import requests
from fastapi import FastAPI
from pytest_httpserver import HTTPServer
from sqlalchemy import select
from sqlalchemy.exc import OperationalError
from werkzeug import Request, Response

from bot.channels.telegram.client import TelegramClient
from bot.channels.telegram.menu import COMMANDS as MENU
from bot.channels.telegram.menu import Menu
from bot.channels.telegram.receiver import HEADER, KINDS, Receiver, announce, router
from bot.channels.telegram.updates import COMMANDS, Heard, heard
from bot.gateway.message import Outgoing
from bot.gateway.sender import Gone, Refused, Throttled, Unreachable
from bot.gateway.tables import Inbox
from bot.settings import ROOT
from bot.speech.speech import Speech as RealSpeech
from tests.channels.conftest import serve
from tests.gateway.conftest import House
from tests.gateway.house import Speech

SPEECH = RealSpeech.load(ROOT / "data", lambda code: code)

USER = {"id": 7, "is_bot": False, "first_name": "Amina", "language_code": "ar"}
CHAT = {"id": 7, "type": "private", "first_name": "Amina"}
GROUP = {"id": -7, "type": "group", "title": "g"}


def message(**said: Any) -> dict[str, Any]:
    return {
        "update_id": 1,
        "message": {"message_id": 1, "date": 1, "chat": CHAT, "from": USER, **said},
    }


def member(status: str) -> dict[str, Any]:
    now = {"status": status, "user": USER, "until_date": 0}
    before = {"status": "member", "user": USER}
    change = {"chat": CHAT, "from": USER, "date": 1, "old_chat_member": before, "new_chat_member": now}
    return {"update_id": 1, "my_chat_member": change}


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
UPDATES: list[tuple[str, dict[str, Any], dict[str, Any] | None]] = [
    ("text", message(text="bonjour"), {"kind": "text", "text": "bonjour"}),
    ("start", message(text="/start"), {"kind": "start"}),
    ("stop command", message(text="/stop"), {"kind": "text", "text": "STOP"}),
    ("stop command to this bot", message(text="/stop@relais_bot"), {"text": "STOP"}),
    ("unknown command", message(text="/inform{}"), {"kind": "text", "text": "/inform{}"}),
    ("button", PRESSED, {"kind": "choice", "choice": "12.2"}),
    ("location", message(location={"latitude": 47.0, "longitude": -0.5}), {"kind": "location"}),
    (
        "own number",
        message(contact={"phone_number": "+33612345678", "first_name": "A", "user_id": 7}),
        {"kind": "contact", "given": {"phone": "+33612345678"}},
    ),
    (
        "somebody else's number",
        message(contact={"phone_number": "+33612345678", "first_name": "B", "user_id": 8}),
        {"kind": "media", "given": {}},
    ),
    ("photo with words", message(photo=[PHOTO], caption="ma rue"), {"kind": "media", "text": "ma rue"}),
    ("sticker", message(sticker={"emoji": "x"}), None),
    ("voice", message(voice={"file_id": "f", "file_unique_id": "u", "duration": 1}), {"kind": "media"}),
    ("blocked", member("kicked"), {"text": "STOP"}),
    ("unblocked", member("member"), None),
    ("group", message(text="bonjour", chat=GROUP), None),
    (
        "edit",
        {"update_id": 1, "edited_message": message(text="a")["message"]},
        {"kind": "edit", "text": "a"},
    ),
    (
        "moving place",
        {"update_id": 1, "edited_message": message(location={"latitude": 47.0, "longitude": 0.5})["message"]},
        None,
    ),
    ("unknown kind", {"update_id": 1, "hologram": {}}, None),
    ("message is no mapping", {"update_id": 1, "message": "bonjour"}, None),
]


@pytest.mark.parametrize(("label", "update", "said"), UPDATES, ids=[row[0] for row in UPDATES])
def test_updates(label: str, update: dict[str, Any], said: dict[str, Any] | None) -> None:
    incoming = heard(update).incoming
    if said is None:
        assert incoming is None
    else:
        assert incoming is not None
        assert {name: getattr(incoming, name) for name in said} == said
        assert (incoming.address, incoming.external_id, incoming.language_hint) == ("7", "1", "ar")


def test_a_start_carries_its_code() -> None:
    assert heard(message(text="/start ABCD2345")).code == "ABCD2345"
    assert heard(message(text="/start")) == Heard(heard(message(text="/start")).incoming)


@pytest.mark.parametrize("data", [{}, {"update_id": "1"}, {"message": {}}])
def test_no_update(data: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="no update"):
        heard(data)


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


def out(text: str = "bonjour", choices: tuple[str, ...] = (), asks: str | None = None) -> Outgoing:
    ids = tuple(f"9.{number}" for number in range(1, len(choices) + 1))
    return Outgoing(1, 9, "c", "k", {}, text, "fr", "ltr", choices, ids, asks=asks)


def test_a_message_with_buttons(api: BotApi, client: TelegramClient) -> None:
    assert client.send(out(choices=("oui", "non")), "7") == "1"
    method, sent = api.asked[0]
    assert (method, sent["chat_id"], sent["text"]) == ("sendMessage", "7", "bonjour")
    assert json.loads(sent["reply_markup"])["inline_keyboard"] == [
        [{"text": "oui", "callback_data": "9.1"}],
        [{"text": "non", "callback_data": "9.2"}],
    ]
    assert "parse_mode" not in sent


KEYBOARDS = [
    (
        "where they live may be answered by a button",
        out(asks="origin"),
        {
            "keyboard": [[{"text": "fr:telegram.location", "request_location": True}]],
            "resize_keyboard": True,
            "one_time_keyboard": True,
        },
    ),
    ("any other message takes it away", out(asks="age"), {"remove_keyboard": True}),
]


@pytest.mark.parametrize(("label", "sent", "keyboard"), KEYBOARDS, ids=[row[0] for row in KEYBOARDS])
def test_the_location_button(
    api: BotApi, client: TelegramClient, label: str, sent: Outgoing, keyboard: dict[str, Any]
) -> None:
    client.send(sent, "7")
    shown = json.loads(api.asked[0][1]["reply_markup"])
    assert {name: shown[name] for name in keyboard} == keyboard


def test_the_menu_is_told_in_every_language(api: BotApi, client: TelegramClient) -> None:
    assert Menu(client, Speech()).tell()
    told = [(method, sent.get("language_code")) for method, sent in api.asked]
    assert told == [
        (method, code)
        for code in (None, "fr", "en", "ar")
        for method in ("setMyCommands", "setMyDescription", "setMyShortDescription")
    ]
    menu = json.loads(api.asked[-3][1]["commands"])
    assert menu[0] == {"command": "start", "description": "ar:telegram.command.start"}
    assert {one["command"] for one in menu} <= {"start", *COMMANDS}


def test_a_menu_that_is_refused_stops_nothing(api: BotApi, client: TelegramClient) -> None:
    api.refusals = [(502, {"description": "Bad Gateway"})]
    assert not Menu(client, Speech()).tell()


@pytest.mark.parametrize("language", list(SPEECH.languages()))
def test_the_words_fit_telegrams_limits(language: str) -> None:
    limits = {"short": 120, "description": 512, **{f"command.{name}": 256 for name in MENU}}
    for name, limit in limits.items():
        said = SPEECH.say(f"telegram.{name}", {}, language=language, channel="telegram").text
        assert 0 < len(said) <= limit, name


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


def test_a_long_text_leaves_in_pieces_with_the_buttons_under_the_last(
    api: BotApi, client: TelegramClient
) -> None:
    client.send(out("Une phrase. " * 600, ("oui",)), "7")
    assert len(api.asked) == 2
    assert all(len(sent["text"]) <= 4096 for _, sent in api.asked)
    assert ["reply_markup" in sent for _, sent in api.asked] == [False, True]


def test_an_album_is_one_message() -> None:
    photos = [{**message(photo=[PHOTO], media_group_id="m9"), "update_id": number} for number in (1, 2, 3)]
    said = [heard(photo).incoming for photo in photos]
    assert {one.external_id for one in said if one} == {"album-m9"}


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


REFUSALS: list[tuple[str, int, dict[str, Any], type[Exception]]] = [
    ("too many", 429, {"description": "Too Many Requests", "parameters": {"retry_after": 5}}, Throttled),
    ("blocked", 403, {"description": "Forbidden: bot was blocked by the user"}, Gone),
    ("deactivated", 403, {"description": "Forbidden: user is deactivated"}, Gone),
    ("no chat", 400, {"description": "Bad Request: chat not found"}, Gone),
    ("bad request", 400, {"description": "Bad Request: message is too long"}, Refused),
    ("server trouble", 502, {"description": "Bad Gateway"}, Unreachable),
]


@pytest.mark.filterwarnings("ignore:Deprecated since version v22.2")
@pytest.mark.parametrize(("label", "status", "content", "error"), REFUSALS, ids=[row[0] for row in REFUSALS])
def test_refusals_have_names(
    api: BotApi,
    client: TelegramClient,
    label: str,
    status: int,
    content: dict[str, Any],
    error: type[Exception],
) -> None:
    api.refusals = [(status, content)]
    with pytest.raises(error):
        client.send(out(), "7")


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
