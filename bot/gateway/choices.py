"""Which of the offered choices a person means: a tap, a number in any script, or the words."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bot.yaml_text import yaml_loads

# What stands around a typed number: « 1. », « 1) », « (1) », « n°1 », « 1️⃣ ».
PARTS = re.compile(r"[,،፣፡()（）]")  # what parts a label into things that can each be said alone
HEAD = re.compile(r"[,:،፣፡]")  # what ends the yes of « oui, tout effacer »
SHORT_CODE = re.compile(r"\d{5}")
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


class AnswerWords:
    """The words for 1, 2, 3… and for yes and no in every language, read from data files."""

    def __init__(self, numbers: Mapping[str, int], assent: Mapping[str, bool] | None = None) -> None:
        """`numbers` are folded words and their number, `assent` folded words and whether they say yes."""
        self._numbers = numbers
        self._assent = assent or {}

    @classmethod
    def load(cls, data: Path) -> AnswerWords:
        """From `gateway/numbers.yml` (language → number → words) and `gateway/assent.yml` (yes, no → language →
        words) under the data folder."""
        content = yaml_loads((data / "gateway" / "numbers.yml").read_text(encoding="utf-8"))
        numbers: dict[str, int] = {}
        for by_number in content["numbers"].values():
            for number, spellings in by_number.items():
                numbers.update((folded(spelling), int(number)) for spelling in spellings)
        content = yaml_loads((data / "gateway" / "assent.yml").read_text(encoding="utf-8"))
        assent: dict[str, bool] = {}
        for answer in (True, False):
            for words in content["yes" if answer else "no"].values():
                assent.update((folded(word), answer) for word in words)
        return cls(numbers, assent)

    def number(self, text: str) -> int | None:
        """The number a short message is, in digits of any script or in one word; None when it is more."""
        bare = text.strip().strip(AROUND_NUMBER)
        if 0 < len(bare) <= 2 and all(unicodedata.decimal(char, None) is not None for char in bare):
            return int("".join(str(unicodedata.decimal(char)) for char in bare))
        return self._numbers.get(folded(text))

    def assent(self, text: str) -> bool | None:
        """Whether the whole text is a yes or a no; None when it is neither."""
        return self._assent.get(folded(text))


class Keywords:
    """The words our sentences promise, as signals."""

    def __init__(self, signals: Mapping[str, str]) -> None:
        """`signals`: folded word → signal."""
        self._signals = signals

    @classmethod
    def load(cls, data: Path) -> Keywords:
        """From `gateway/keywords.yml` under the data folder: signal → words."""
        content = yaml_loads((data / "gateway" / "keywords.yml").read_text(encoding="utf-8"))
        return cls({folded(word): signal for signal, words in content["keywords"].items() for word in words})

    def signal(self, text: str) -> str | None:
        """The signal when the whole message is one of the words, also « S T O P », « stop stop » or « STOP 36111 »."""
        words = folded(text).split()
        if len(words) > 1 and SHORT_CODE.fullmatch(words[-1]):
            words.pop()
        if len(set(words)) == 1:
            words = words[:1]
        spelt = [" ".join(words), *(["".join(words)] if all(len(word) == 1 for word in words) else [])]
        return next((self._signals[one] for one in spelt if one in self._signals), None)


def meant(text: str, choices: Sequence[Offered], words: AnswerWords) -> Offered | None:
    """The choice this typed text means, if any: its label in words, a yes or no for the one whose label
    begins with it, else its number."""
    wanted = folded(text)
    if wanted:
        labelled = [choice for choice in choices if folded(choice.label) == wanted]
        # « Plus tard » means « plus tard, ou pas de date » where no other label has that part.
        labelled = labelled or [choice for choice in choices if wanted in _parts(choice.label)]
        if len(labelled) == 1:
            return labelled[0]
    answer = words.assent(text)
    if answer is not None:
        like = [choice for choice in choices if words.assent(HEAD.split(choice.label)[0]) is answer]
        if len(like) == 1:
            return like[0]
        # « نه » is no and nine: who answers a question means no.
        return None
    number = words.number(text)
    return choices[number - 1] if number is not None and 1 <= number <= len(choices) else None


def _parts(label: str) -> set[str]:
    return {folded(part) for part in PARTS.split(label)} if PARTS.search(label) else set()


def tapped(choice: int | str, choices: Sequence[Offered]) -> Offered | None:
    """The choice a tap names, by number from 1 or by id."""
    if isinstance(choice, int):
        return choices[choice - 1] if 1 <= choice <= len(choices) else None
    return next((one for one in choices if one.id == choice), None)
