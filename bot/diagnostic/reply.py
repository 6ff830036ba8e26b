"""What a turn answers, in keys: built here, parsed by the gateway, put into words by speech."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Choice:
    """A numbered answer: its label in keys, and what it means (an intent, facts)."""

    label: str
    payload: Mapping[str, Any]
    values: Mapping[str, Any] = field(default_factory=dict)

    def as_dict(self) -> dict[str, Any]:
        """Plain JSON data."""
        return {"label": {"key": self.label, "values": dict(self.values)}, "payload": dict(self.payload)}


@dataclass(frozen=True)
class Say:
    """One message to the person: a catalogue key, its values, and the choices that go with it."""

    key: str
    values: Mapping[str, Any] = field(default_factory=dict)
    choices: Sequence[Choice] = ()

    def as_dict(self) -> dict[str, Any]:
        """Plain JSON data."""
        return {
            "key": self.key,
            "values": dict(self.values),
            "choices": [choice.as_dict() for choice in self.choices],
        }


@dataclass(frozen=True)
class Reply:
    """The whole answer of an action: sentences in keys, the new state, what the gateway must do."""

    say: Sequence[Say]
    state: Mapping[str, Any]
    asks: str | None = None
    offers: Sequence[Mapping[str, Any]] | None = None
    blocked: Sequence[Mapping[str, Any]] | None = None
    effects: Sequence[Mapping[str, Any]] = ()

    def as_dict(self, turn: str) -> dict[str, Any]:
        """Plain JSON data; `offers` and `blocked` are absent where this turn did not sieve."""
        answer: dict[str, Any] = {
            "turn": turn,
            "say": [say.as_dict() for say in self.say],
            "state": dict(self.state),
            "asks": self.asks,
            "effects": [dict(effect) for effect in self.effects],
        }
        if self.offers is not None:
            answer["offers"] = [dict(offer) for offer in self.offers]
        if self.blocked is not None:
            answer["blocked"] = [dict(row) for row in self.blocked]
        return answer
