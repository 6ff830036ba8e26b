"""Telegram: what updates say."""

from __future__ import annotations

from typing import Any

import pytest

from bot.channels.telegram.updates import Heard, heard
from tests.channels.bot_api import CHAT, PHOTO, PRESSED, USER, message

GROUP = {"id": -7, "type": "group", "title": "g"}


def member(status: str) -> dict[str, Any]:
    now = {"status": status, "user": USER, "until_date": 0}
    before = {"status": "member", "user": USER}
    change = {"chat": CHAT, "from": USER, "date": 1, "old_chat_member": before, "new_chat_member": now}
    return {"update_id": 1, "my_chat_member": change}


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


def test_an_album_is_one_message() -> None:
    photos = [{**message(photo=[PHOTO], media_group_id="m9"), "update_id": number} for number in (1, 2, 3)]
    said = [heard(photo).incoming for photo in photos]
    assert {one.external_id for one in said if one} == {"album-m9"}
