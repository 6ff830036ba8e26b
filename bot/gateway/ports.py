"""What the gateway needs of other rooms, as small protocols."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any, Protocol

from sqlalchemy.orm import Session

from bot.gateway.tables import Conversation
from bot.understanding.facts import Reading

Clock = Callable[[], datetime]
"""Gives the aware moment it is."""
Nearest = Callable[[float, float], str | None]
"""Gives the INSEE code of the commune at a latitude and a longitude, None when none is near."""


class Understanding(Protocol):
    """Hears what one message says before anything else; the engine reads its facts."""

    def listen(self, text: str, *, now: datetime, language: str, asked: str | None) -> Reading:
        """Signal, danger, sensitive spans; no facts."""
        ...


class Guess(Protocol):
    """A language and whether the detector is sure of it."""

    @property
    def language(self) -> str | None:
        """Code of the language, None when there is nothing to tell from."""
        ...

    @property
    def sure(self) -> bool:
        """Whether to act on it."""
        ...


class Detector(Protocol):
    """Tells the language of a message."""

    def detect(self, text: str, current: str) -> Guess:
        """The language of this text, `current` being the conversation's."""
        ...


class Spoken(Protocol):
    """A text in words."""

    @property
    def text(self) -> str:
        """The words."""
        ...

    @property
    def language(self) -> str:
        """Language of the words."""
        ...

    @property
    def direction(self) -> str:
        """`ltr` or `rtl`."""
        ...


class Speech(Protocol):
    """Puts keys into words."""

    def say(
        self,
        key: str,
        values: Mapping[str, Any] | None = None,
        *,
        language: str,
        channel: str,
        plain: bool = False,
        now: datetime | None = None,
    ) -> Spoken:
        """The words of a key for a language and a channel; an unknown key gives an empty text."""
        ...

    def numbered(self, text: Any, labels: Sequence[Any], *, language: str, channel: str) -> str:
        """A text (or Spoken) with its choices as numbered lines."""
        ...

    def segments(self, text: str) -> int:
        """Number of SMS a text is sent as."""
        ...

    def direction(self, language: str) -> str:
        """`ltr` or `rtl`."""
        ...

    def languages(self) -> list[str]:
        """Languages that can be spoken."""
        ...


class Effects(Protocol):
    """What an answer sets off outside the conversation, inside the same transaction."""

    def apply(self, session: Session, conversation: Conversation, effect: Mapping[str, Any]) -> None:
        """Apply one effect; `effect["do"]` names it. Raises to have the whole turn undone and tried again."""
        ...


class Engine(Protocol):
    """Conducts the dialogue."""

    def ask(self, conversation_id: str, text: str, metadata: Mapping[str, Any]) -> Any:
        """The items of the answer, as JSON data. Raises `EngineFailure` when there is none."""
        ...


class EngineFailure(Exception):
    """The engine gave no usable answer; the message is to be tried again. Says why in a code."""
