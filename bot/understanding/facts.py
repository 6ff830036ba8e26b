"""What one message says: facts with their evidence, and what must be heard before anything else."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Fact:
    """One thing a message says of the person, in the profile's codes.

    For list fields `value` is one code and there is one fact a code; `operation` is then
    `add`, `remove` (said not to be so: « j'ai plus de voiture ») or `clear` (said to be none: value None).
    For single fields `operation` is `set`. `candidates` holds INSEE codes, nearest to the region
    first, when a place is ambiguous; `value` is then None and the place must be asked back.
    `corrects`: the words before it say that it replaces what was said (« non », « en fait »).
    `start` and `end` count characters of the message as given.
    """

    field: str
    value: Any
    evidence: str
    start: int
    end: int
    operation: str = "set"
    confidence: float = 1.0
    confirm: bool = False
    candidates: tuple[str, ...] = ()
    corrects: bool = False

    def as_dict(self) -> dict[str, Any]:
        """Plain JSON data, as it travels through Rasa's entities and metadata."""
        return {
            "field": self.field,
            "value": self.value,
            "evidence": self.evidence,
            "start": self.start,
            "end": self.end,
            "operation": self.operation,
            "confidence": self.confidence,
            "confirm": self.confirm,
            "candidates": list(self.candidates),
            "corrects": self.corrects,
        }


@dataclass(frozen=True)
class Reading:
    """All that one message says.

    `signal` is one of `stop`, `start`, `erase`, `human`, `my-data` or None: what is obeyed before
    anything else, whoever holds the conversation. `danger` is a code of the profile's `danger`.
    `sensitive` are (start, end) spans never to be kept: phone numbers, NIR, card and account numbers.
    `about_other` tells that the message is filled in for somebody else (a prescriber, a relative).
    """

    facts: tuple[Fact, ...] = ()
    signal: str | None = None
    danger: str | None = None
    sensitive: tuple[tuple[int, int], ...] = field(default=())
    about_other: bool = False
