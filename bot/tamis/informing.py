"""Sentences that only tell how a service works: token patterns of `information.yml`, run by spaCy's matcher."""

from __future__ import annotations

import functools
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from bot.yaml_text import yaml_loads

_SLOT = re.compile(r"^(?:\{(?P<list>[a-z]+)\}|\.\.(?P<gap>\d+)|(?P<word>[^?{}]+))(?P<maybe>\?)?$")
_ENDINGS = ("", "e", "s", "es")
_FOR_SOME = re.compile(r"^\W*(?:pour|avec|chez) ")
_REQUIRES = re.compile(r"(?:,|\bet|;) (?:etre|avoir|habiter|resider|justifier)\b")
_LEADING = ' -*:.,;()"'


class Informing:
    """Tells information from requirements. The pipeline is blank: a tokenizer and token patterns, no model."""

    def __init__(self, rules: Mapping[str, Any]) -> None:
        # Here, not above: most parts use readings that are kept and read nothing, and spaCy takes 48 MB.
        import spacy
        from spacy.matcher import Matcher

        self._pipeline = spacy.blank("fr")
        self._matcher = Matcher(self._pipeline.vocab)
        words = {name: _forms(listed) for name, listed in rules["words"].items()}
        patterns = [_tokens(pattern, words) for pattern in rules["patterns"]]
        self._matcher.add("information", patterns)
        self._heads = re.compile(rf"(?:{'|'.join(map(re.escape, _heads(patterns)))})")
        self.tells = functools.lru_cache(maxsize=20_000)(self._tells)
        self._unless = re.compile(rules["unless"])
        self._defines = re.compile(rules["defines"])
        self._modulation = re.compile(rules["modulation"])

    @classmethod
    def load(cls, data: Path) -> Informing:
        """Reads `tamis/information.yml` under the data folder."""
        return cls(yaml_loads((data / "tamis" / "information.yml").read_text(encoding="utf-8")))

    def forget(self) -> None:
        """Drops the answers kept in memory."""
        self.tells.cache_clear()

    def _tells(self, text: str) -> bool:
        """Whether a folded sentence is about the service, not about who may come."""
        text = text.lstrip(_LEADING)
        # Most sentences begin like none of the patterns: they are not cut into words at all.
        if not self._heads.match(text) or self._unless.search(text):
            return False
        # What a sentence leaves in the vocabulary goes away with it: a directory has no end of names and numbers.
        with self._pipeline.memory_zone():
            document = self._pipeline.make_doc(text)
            return any(start == 0 for _, start, _ in self._matcher(document))

    def plainly(self, text: str) -> str:
        """A folded sentence with the words blanked that only say for whom a price or an aid changes."""
        found = self._modulation.search(text)
        if found is None or self._defines.match(text):
            return text
        if _FOR_SOME.match(text):
            return " " * len(text)
        if _REQUIRES.search(text, found.start()):
            return text
        return text[: found.start()].ljust(len(text))


def _forms(listed: Sequence[str]) -> list[str]:
    forms: list[str] = []
    for word in listed:
        forms += [word[:-1] + ending for ending in _ENDINGS] if word.endswith("~") else [word]
    return list(dict.fromkeys(forms))


def _heads(patterns: Sequence[Sequence[Mapping[str, Any]]]) -> list[str]:
    """The words that a sentence of some pattern may begin with. Raises `KeyError` when it may be any word."""
    heads: dict[str, None] = {}
    for pattern in patterns:
        for token in pattern:
            heads.update(dict.fromkeys(token["ORTH"]["IN"]))
            if "OP" not in token:
                break
    return sorted(heads, key=len, reverse=True)


def _tokens(pattern: str, words: Mapping[str, list[str]]) -> list[dict[str, Any]]:
    """The token pattern of a line. Raises `ValueError` for a slot that is none."""
    tokens: list[dict[str, Any]] = []
    for slot in pattern.split():
        found = _SLOT.match(slot)
        if found is None:
            raise ValueError(f"not a slot: {slot!r} in {pattern!r}")
        if found["gap"]:
            tokens += [{"OP": "?"}] * int(found["gap"])
            continue
        wanted = words[found["list"]] if found["list"] else [found["word"]]
        tokens.append({"ORTH": {"IN": wanted}} | ({"OP": "?"} if found["maybe"] else {}))
    return tokens
