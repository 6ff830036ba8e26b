"""Which of the offered choices a person means: a tap, a number in any script, or the words."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

# What stands around a typed number: « 1. », « 1) », « (1) », « n°1 », « 1️⃣ ».
AROUND_NUMBER = " .)(:-–#°nN\ufe0f\u20e3،。"


@dataclass(frozen=True)
class Offered:
    """A choice as it was offered: its id, the label the person saw, what it means."""

    id: str
    label: str
    payload: Mapping[str, Any]

    def as_dict(self) -> dict[str, Any]:
        """Plain JSON data, as stored."""
        return {"id": self.id, "label": self.label, "payload": dict(self.payload)}


def offered(stored: Any) -> tuple[Offered, ...]:
    """The choices as stored in a row (None is none)."""
    return tuple(Offered(one["id"], one["label"], one["payload"]) for one in stored or ())


def folded(text: str) -> str:
    """Letters and digits only, without case or accents, words parted by one space."""
    bare = "".join(
        char for char in unicodedata.normalize("NFKD", text.casefold()) if not unicodedata.combining(char)
    )
    return " ".join(re.findall(r"\w+", bare))


class NumberWords:
    """The words for 1, 2, 3… in every language, read from a data file."""

    def __init__(self, words: Mapping[str, int]) -> None:
        """`words` are folded words and their number."""
        self._words = words

    @classmethod
    def load(cls, data: Path) -> NumberWords:
        """From `gateway/numbers.yml` under the data folder: language → number → words."""
        content = yaml.safe_load((data / "gateway" / "numbers.yml").read_text(encoding="utf-8"))
        words: dict[str, int] = {}
        for numbers in content["numbers"].values():
            for number, spellings in numbers.items():
                words.update((folded(spelling), int(number)) for spelling in spellings)
        return cls(words)

    def number(self, text: str) -> int | None:
        """The number a short message is, in digits of any script or in one word; None when it is more."""
        bare = text.strip().strip(AROUND_NUMBER)
        if 0 < len(bare) <= 2 and all(unicodedata.decimal(char, None) is not None for char in bare):
            return int("".join(str(unicodedata.decimal(char)) for char in bare))
        return self._words.get(folded(text))


class Keywords:
    """The words our sentences promise, as signals."""

    def __init__(self, signals: Mapping[str, str]) -> None:
        """`signals`: folded word → signal."""
        self._signals = signals

    @classmethod
    def load(cls, data: Path) -> Keywords:
        """From `gateway/keywords.yml` under the data folder: signal → words."""
        content = yaml.safe_load((data / "gateway" / "keywords.yml").read_text(encoding="utf-8"))
        return cls({folded(word): signal for signal, words in content["keywords"].items() for word in words})

    def signal(self, text: str) -> str | None:
        """The signal when the whole message is one of the words."""
        return self._signals.get(folded(text))


def meant(text: str, choices: Sequence[Offered], numbers: NumberWords) -> Offered | None:
    """The choice this typed text means, if any: its label in words, else its number."""
    wanted = folded(text)
    if wanted:
        labelled = [choice for choice in choices if folded(choice.label) == wanted]
        if len(labelled) == 1:
            return labelled[0]
    number = numbers.number(text)
    return choices[number - 1] if number is not None and 1 <= number <= len(choices) else None


def tapped(choice: int | str, choices: Sequence[Offered]) -> Offered | None:
    """The choice a tap names, by number from 1 or by id."""
    if isinstance(choice, int):
        return choices[choice - 1] if 1 <= choice <= len(choices) else None
    return next((one for one in choices if one.id == choice), None)
