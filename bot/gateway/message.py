"""What comes in and what goes out, whatever the channel."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

Kind = Literal["text", "choice", "media", "location", "contact", "start", "edit"]
# Letters of the code that a link carries, a prescriber's or one to go on with; Telegram allows no more.
CODE_LENGTH = 64


@dataclass(frozen=True)
class Incoming:
    """One message or gesture of a person.

    `external_id` is the channel's own identifier, unique for ever on that channel; None where the channel
    has none to be trusted: the same words from the same address since our last answer are then a repeat.
    `choice` is a number counted from 1 among the choices of the last answer, or the id of one choice.
    `given` is what the gesture carried: {"latitude", "longitude"} or {"phone"} or {"code"} (a `/start CODE`).
    `at` is the moment it is read at; None means now.
    """

    channel: str
    address: str
    external_id: str | None = None
    kind: Kind = "text"
    text: str = ""
    choice: int | str | None = None
    given: Mapping[str, Any] = field(default_factory=dict)
    language_hint: str | None = None
    at: datetime | None = None


@dataclass(frozen=True)
class Outgoing:
    """One message to a person, in words."""

    id: int
    seq: int
    conversation_id: str
    key: str
    values: Mapping[str, Any]
    text: str
    lang: str
    direction: str
    choices: tuple[str, ...] = ()
    choice_ids: tuple[str, ...] = ()
    segments: int = 0
    asks: str | None = None
    author: str = "bot"
    turn: int | None = None
