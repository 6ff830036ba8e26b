"""A small house for the gateway to stand in: plain parts that behave like the real rooms."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from bot.gateway.ports import EngineFailure
from bot.understanding.facts import Reading

RTL = {"ar", "fa", "ps"}
MORNING = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)


class Clock:
    """A clock that moves when told."""

    def __init__(self) -> None:
        self.now = MORNING

    def __call__(self) -> datetime:
        return self.now

    def forward(self, **by: float) -> None:
        self.now += timedelta(**by)


@dataclass(frozen=True)
class Spoken:
    text: str
    language: str
    direction: str


class Alphabet:
    """The GSM alphabet, nearly."""

    def encoding(self, text: str) -> str:
        return "gsm7" if text.isascii() else "ucs2"


class Speech:
    """Says the key itself, with its values: « fr:key value ». Labels too."""

    alphabet = Alphabet()

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
        if key == "unknown":
            return Spoken("", language, "ltr")
        said = " ".join([f"{language}:{key}", *(str(value) for value in (values or {}).values())])
        return Spoken(said, language, self.direction(language))

    def numbered(self, text: Any, labels: Sequence[Any], *, language: str, channel: str) -> str:
        lines = [getattr(text, "text", text)]
        return "\n".join(lines + [f"{number} {label.text}" for number, label in enumerate(labels, 1)])

    def segments(self, text: str) -> int:
        return 1 + len(text) // 160

    def languages(self) -> list[str]:
        return ["fr", "en", "ar"]

    def direction(self, language: str) -> str:
        return "rtl" if language in RTL else "ltr"


@dataclass(frozen=True)
class Guess:
    language: str | None
    sure: bool


class Detector:
    """Knows Arabic by its script and English by three words."""

    def detect(self, text: str, current: str) -> Guess:
        if any("\u0600" <= char <= "\u06ff" for char in text):
            return Guess("ar", True)
        if {"the", "have", "need"} & set(text.lower().split()):
            return Guess("en", True)
        return Guess("fr", len(text.split()) >= 3)


SIGNALS = {
    "stop": "stop",
    "قف": "stop",
    "start": "start",
    "effacer": "erase",
    "humain": "human",
    "mes données": "my-data",
}


class Understanding:
    """Reads signals from whole words, danger and account numbers from marks."""

    def listen(self, text: str, *, now: datetime, language: str, asked: str | None) -> Reading:
        spans = []
        at = text.find("FR76")
        if at >= 0:
            spans.append((at, at + 27))
        danger = "suicide" if "mourir" in text else None
        return Reading(signal=SIGNALS.get(text.lower().strip()), danger=danger, sensitive=tuple(spans))


@dataclass
class Asked:
    conversation: str
    text: str
    metadata: dict[str, Any]


def answer(*says: Any, **more: Any) -> Callable[[str, Mapping[str, Any]], Any]:
    """An engine's answer with these says (keys or mappings)."""

    def give(_text: str, metadata: Mapping[str, Any]) -> Any:
        said = [{"key": say} if isinstance(say, str) else say for say in says]
        return [{"custom": {"turn": metadata["turn"], "say": said, "state": {}, **more}}]

    return give


def echo(text: str, metadata: Mapping[str, Any]) -> Any:
    """Counts turns in the state and repeats the words: a whole small engine."""
    state = dict(metadata["state"])
    state["heard"] = [*state.get("heard", []), text]
    say = [{"key": "echo", "values": {"text": text}}]
    return [{"custom": {"turn": metadata["turn"], "say": say, "state": state}}]


@dataclass
class Engine:
    """Answers as scripted, then echoes; fails while `down`."""

    script: list[Callable[[str, Mapping[str, Any]], Any]] = field(default_factory=list)
    down: bool = False
    asked: list[Asked] = field(default_factory=list)

    def ask(self, conversation_id: str, text: str, metadata: Mapping[str, Any]) -> Any:
        self.asked.append(Asked(conversation_id.rpartition("-")[0], text, dict(metadata)))
        if self.down:
            raise EngineFailure("refused")
        return (self.script.pop(0) if self.script else echo)(text, metadata)


@dataclass
class Effects:
    """Remembers the effects applied; a handover queues the conversation."""

    applied: list[dict[str, Any]] = field(default_factory=list)

    def apply(self, session: Any, conversation: Any, effect: Mapping[str, Any]) -> None:
        self.applied.append(dict(effect))
        if effect["do"] == "handover":
            conversation.owner = "queue"

    def names(self) -> list[str]:
        return [effect["do"] for effect in self.applied]
