"""Telegram: what leaves, what the menu says, and how refusals are named."""

from __future__ import annotations

import json
from typing import Any

import pytest

from bot.channels.telegram.client import TelegramClient
from bot.channels.telegram.menu import COMMANDS as MENU
from bot.channels.telegram.menu import Menu
from bot.channels.telegram.updates import COMMANDS
from bot.gateway.message import Outgoing
from bot.gateway.sender import Gone, Refused, Throttled, Unreachable
from bot.settings import ROOT
from bot.speech.speech import Speech as RealSpeech
from tests.channels.bot_api import BotApi, api, client
from tests.gateway.house import Speech

__all__ = ["api", "client"]
SPEECH = RealSpeech.load(ROOT / "data", lambda code: code)


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


def test_a_long_text_leaves_in_pieces_with_the_buttons_under_the_last(
    api: BotApi, client: TelegramClient
) -> None:
    client.send(out("Une phrase. " * 600, ("oui",)), "7")
    assert len(api.asked) == 2
    assert all(len(sent["text"]) <= 4096 for _, sent in api.asked)
    assert ["reply_markup" in sent for _, sent in api.asked] == [False, True]


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
