"""The engine's answer: keys and values, never sentences, with the new state. A malformed one is refused whole."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any


class MalformedReply(Exception):
    """The engine's answer does not follow the contract; the message names the place, never the content."""


@dataclass(frozen=True)
class Choice:
    """One answer offered: its label as key and values, and what choosing it means (opaque to the gateway)."""

    key: str
    values: Mapping[str, Any] = field(default_factory=dict)
    payload: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Say:
    """One thing to say. `language` overrides the conversation's (an offer to change languages)."""

    key: str
    values: Mapping[str, Any] = field(default_factory=dict)
    choices: tuple[Choice, ...] = ()
    language: str | None = None


@dataclass(frozen=True)
class Reply:
    """All that one turn of the engine answers."""

    say: tuple[Say, ...]
    state: Mapping[str, Any]
    asks: str | None = None
    offers: tuple[Mapping[str, Any], ...] = ()
    blocked: tuple[Mapping[str, Any], ...] = ()
    effects: tuple[Mapping[str, Any], ...] = ()


def parse(items: Any, turn: int | None = None) -> Reply:
    """The reply in the items Rasa's REST channel returned: `custom` payloads joined in order.

    Says and lists follow each other; the last state wins, and the last `asks` given. Raises `MalformedReply`
    for anything else, also for an answer to another turn than `turn`, one without words, or without state.
    """
    if not isinstance(items, list) or not items:
        raise MalformedReply("no answer")
    says: list[Say] = []
    state: Mapping[str, Any] | None = None
    asks: str | None = None
    lists: dict[str, list[Mapping[str, Any]]] = {"offers": [], "blocked": [], "effects": []}
    for item in items:
        custom = _mapping(_mapping(item, "item").get("custom"), "custom")
        if turn is not None and custom.get("turn") is not None and str(custom["turn"]) != str(turn):
            raise MalformedReply("answers another turn")
        says += [_say(one) for one in _sequence(custom.get("say"), "say")]
        if custom.get("state") is not None:
            state = _mapping(custom["state"], "state")
        if "asks" in custom:
            if not isinstance(custom["asks"], str | None):
                raise MalformedReply("asks")
            asks = custom["asks"]
        for name, gathered in lists.items():
            gathered += [_mapping(one, name) for one in _sequence(custom.get(name), name)]
    if state is None:
        raise MalformedReply("no state")
    if not says and not lists["effects"]:
        # An effect may do the talking (a handover says itself where it stands); nothing at all is a failure.
        raise MalformedReply("no words")
    if any(not isinstance(effect.get("do"), str) for effect in lists["effects"]):
        raise MalformedReply("effects")
    return Reply(
        tuple(says), state, asks, tuple(lists["offers"]), tuple(lists["blocked"]), tuple(lists["effects"])
    )


def _mapping(value: Any, where: str) -> Mapping[str, Any]:
    if not isinstance(value, dict):
        raise MalformedReply(where)
    return value


def _sequence(value: Any, where: str) -> Sequence[Any]:
    if value is None:
        return ()
    if not isinstance(value, list):
        raise MalformedReply(where)
    return value


def _key(value: Any, where: str) -> str:
    if not isinstance(value, str) or not value:
        raise MalformedReply(where)
    return value


def _say(value: Any) -> Say:
    one = _mapping(value, "say")
    language = one.get("language")
    if not isinstance(language, str | None):
        raise MalformedReply("say.language")
    return Say(
        _key(one.get("key"), "say.key"),
        _mapping(one.get("values") or {}, "say.values"),
        tuple(_choice(choice) for choice in _sequence(one.get("choices"), "say.choices")),
        language,
    )


def _choice(value: Any) -> Choice:
    one = _mapping(value, "choice")
    label = _mapping(one.get("label"), "choice.label")
    return Choice(
        _key(label.get("key"), "choice.label.key"),
        _mapping(label.get("values") or {}, "choice.label.values"),
        _mapping(one.get("payload"), "choice.payload"),
    )
