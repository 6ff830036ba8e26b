"""What an update of the Bot API says, in the gateway's words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from telegram import Update
from telegram.constants import ChatMemberStatus, ChatType

from bot.gateway.message import CODE_LENGTH, Incoming

CHANNEL = "telegram"
# Commands are words of ours in disguise: what they mean is read as the word would be.
COMMANDS = {
    "stop": "STOP",
    "humain": "HUMAIN",
    "human": "HUMAN",
    "langue": "change language",
    "language": "change language",
    "effacer": "EFFACER",
    "erase": "ERASE",
}
LEFT = (ChatMemberStatus.BANNED, ChatMemberStatus.LEFT)


@dataclass(frozen=True)
class Heard:
    """An update read: the message for the gateway, if any, and what Telegram waits for."""

    incoming: Incoming | None = None
    callback: str | None = None
    """Id of the button press to acknowledge."""
    code: str | None = None
    """The code of a `/start CODE`, to go on from another channel."""


def heard(data: Mapping[str, Any]) -> Heard:
    """Read one update. Updates of no concern (groups, channels, unknown kinds) give an empty one.

    Raises `ValueError` when the data is no update at all.
    """
    if not isinstance(data.get("update_id"), int):
        raise ValueError("no update")
    try:
        update = Update.de_json(dict(data), None)
    except (KeyError, TypeError, ValueError, AttributeError):
        return Heard()
    if update.my_chat_member is not None:
        return _member(update)
    if update.callback_query is not None:
        return _pressed(update)
    return _message(update)


def _incoming(update: Update, **said: Any) -> Incoming | None:
    chat = update.effective_chat
    if chat is None or chat.type != ChatType.PRIVATE:
        return None
    user = update.effective_user
    said.setdefault("external_id", str(update.update_id))
    return Incoming(
        channel=CHANNEL,
        address=str(chat.id),
        language_hint=user.language_code if user else None,
        **said,
    )


def _member(update: Update) -> Heard:
    """Blocking the bot is a STOP; coming back is a press on Start, which Telegram sends by itself."""
    assert update.my_chat_member is not None
    left = update.my_chat_member.new_chat_member.status in LEFT
    return Heard(_incoming(update, text="STOP")) if left else Heard()


def _pressed(update: Update) -> Heard:
    query = update.callback_query
    assert query is not None
    if not isinstance(query.data, str) or query.message is None:
        return Heard(callback=query.id)
    return Heard(_incoming(update, kind="choice", choice=query.data), query.id)


def _message(update: Update) -> Heard:
    if update.edited_message is not None:
        return _edited(update)
    message = update.message
    if message is None:
        return Heard()
    if message.location is not None:
        given = {"latitude": message.location.latitude, "longitude": message.location.longitude}
        return Heard(_incoming(update, kind="location", given=given))
    if message.contact is not None:
        own = message.from_user is not None and message.contact.user_id == message.from_user.id
        if own:
            return Heard(_incoming(update, kind="contact", given={"phone": message.contact.phone_number}))
        return Heard(_incoming(update, kind="media"))
    if message.text is None:
        # The pictures of an album come one by one and are one message.
        album = {"external_id": f"album-{message.media_group_id}"} if message.media_group_id else {}
        return Heard(_incoming(update, kind="media", text=message.caption or "", **album))
    return _words(update, message.text)


def _edited(update: Update) -> Heard:
    """New words for an old message: heard by whoever holds the conversation, for the bot a message to send again.

    A moving place on the map is an edit too, without words: it says nothing.
    """
    message = update.edited_message
    text = (message.text or message.caption) if message else None
    return Heard(_incoming(update, kind="edit", text=text)) if text else Heard()


def _words(update: Update, text: str) -> Heard:
    if not text.startswith("/"):
        return Heard(_incoming(update, text=text))
    command, _, rest = text[1:].partition(" ")
    name = command.partition("@")[0].lower()
    if name == "start":
        code = rest.strip()[:CODE_LENGTH] or None
        return Heard(_incoming(update, kind="start"), code=code)
    return Heard(_incoming(update, text=COMMANDS.get(name, text)))
