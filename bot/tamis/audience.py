"""Whether a sentence of prose names people it is for, or asks something: turns of phrase of `audience.yml`."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from bot.yaml_text import yaml_loads

_BESIDE = re.compile(r"[^.;:,]{0,25}? (?:et|ou) (?:aux |des |les |leurs )([a-z-]+)")
_NOUN = re.compile(r"[a-z][a-z-]*")


class Audience:
    """Tells sentences that restrict from those that only describe, even when the people named are of no known kind."""

    def __init__(self, rules: Mapping[str, Any]) -> None:
        self._surely, self._maybe = re.compile(rules["surely"]), re.compile(rules["maybe"])
        self._subject, self._lead = re.compile(rules["subject"]), re.compile(rules["lead"])
        self._form = re.compile(rules["people"])
        self._which, self._any = re.compile(rules["which"]), re.compile(rules["any"])
        self._anywhere, self._beyond = re.compile(rules["anywhere"]), re.compile(rules["beyond"])
        self._history = re.compile(rules["history"])
        self._aside, self._binding = re.compile(rules["aside"]), re.compile(rules["binding"])
        self._held = re.compile(rules["held"])
        self._all_comers = re.compile(rules["all_comers"])
        self._everybody, self._required = re.compile(rules["everybody"]), re.compile(rules["required"])
        listed = {
            name: frozenset(rules[name].split())
            for name in ("own", "things", "known", "anybody", "bare", "loose")
        }
        self._things, self._known, self._anybody = listed["things"], listed["known"], listed["anybody"]
        self._own = listed["own"]
        self._bare, self._loose = listed["bare"], listed["loose"]

    @classmethod
    def load(cls, data: Path) -> Audience:
        """Reads `tamis/audience.yml` under the data folder."""
        return cls(yaml_loads((data / "tamis" / "audience.yml").read_text(encoding="utf-8")))

    def restricts(self, text: str) -> bool:
        """Whether a folded sentence says that not everybody may come."""
        return self.requires(text) or self.names(text) or self.hints(text)

    def requires(self, text: str) -> bool:
        """Whether a folded sentence makes a condition of something, whatever it is."""
        return bool(self._required.search(text))

    def welcomes(self, text: str) -> bool:
        """Whether a folded sentence says that everybody may come."""
        return bool(self._everybody.search(text))

    def all_comers(self, text: str) -> bool:
        """Whether a folded sentence says nothing but that everybody may come, whoever else it names."""
        return bool(self._all_comers.search(text)) and not self._binding.search(text)

    def digresses(self, text: str) -> bool:
        """Whether a folded sentence tells figures, prices or the past, and asks nothing of anybody."""
        return bool(self._aside.search(text)) and not self._binding.search(text)

    def surely(self, text: str) -> bool:
        """Whether a folded sentence names people in words that lead to nothing else (« destiné aux »)."""
        return not self.welcomes(text) and any(
            self._leads(text, found.end(), sure=True) for found in self._surely.finditer(text)
        )

    def names(self, text: str) -> bool:
        """Whether a folded sentence names some people as those it is for."""
        if self.welcomes(text) or self._history.match(text):
            return False
        return (
            self.surely(text)
            or any(self._leads(text, found.end(), sure=False) for found in self._maybe.finditer(text))
            or any(self._leads(text, found.end(), sure=False) for found in self._subject.finditer(text))
        )

    def hints(self, text: str) -> bool:
        """Whether a folded sentence only speaks of people whom other words single out."""
        if self.welcomes(text) or self._beyond.search(text):
            return False
        return any(self._leads(text, found.end(), sure=False) for found in self._anywhere.finditer(text))

    def is_people(self, word: str) -> bool:
        """Whether a folded noun is people."""
        if word in self._things:
            return False
        return word in self._known or bool(self._form.fullmatch(word))

    def qualifies(self, text: str) -> bool:
        """Whether the words after people say which of them."""
        return bool(self._which.match(text)) and not self._any.match(text)

    def held(self, text: str) -> bool:
        """Whether the words after « toute personne » say that not everybody is meant."""
        return bool(self._held.match(text)) and not self._any.match(text)

    def _leads(self, text: str, start: int, *, sure: bool) -> bool:
        lead = self._lead.match(text, start)
        begin = lead.end() if lead else start
        noun = _NOUN.match(text, begin)
        if noun is None or {noun[0], f"{noun[0]}s"} & (self._anybody | self._things):
            return False
        if noun[0] in self._bare:
            if noun[0] in self._loose and not sure:
                return False
            if re.search(r"\b(?:nos|ses|leurs) $", text[start:begin]) and noun[0] in self._own:
                return True
            return self.qualifies(text[noun.end() :]) or self.held(text[noun.end() :])
        if self.is_people(noun[0]) or ("vous etes" in text[:begin] and self.is_people(f"{noun[0]}s")):
            return True
        beside = _BESIDE.match(text, noun.end())
        if beside and beside[1] not in self._bare | self._anybody and self.is_people(beside[1]):
            return True
        several = bool(re.search(r"\b(?:aux|des|les|tous|toutes)\b", text[start:begin]))
        return sure and several and noun[0].endswith(("s", "x"))
