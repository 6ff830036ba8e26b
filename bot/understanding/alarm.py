"""What is heard before anything else, in every language: signals (stop, erase, a human…), dangers, refusals."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bot.understanding.concerned import Concerned
from bot.understanding.lexicon import Lexicon
from bot.understanding.script import script_of
from bot.understanding.sounds import Sounds
from bot.understanding.spelling import read_stream
from bot.understanding.stream import Hit, Stream
from bot.understanding.text import BORDER, Letters, Token
from bot.understanding.written import read_yaml

DANGER = "danger"
FILES = ("signals", DANGER, "refusals")
WHOLE = "whole"


@dataclass(frozen=True)
class Heard:
    """The strongest code of each file that a message says, or None."""

    signal: str | None = None
    danger: str | None = None
    refused: bool = False
    """Whether the question just put is one not to be answered."""
    near: tuple[tuple[int, int], ...] = ()
    """The characters [start, end) of words that a rule of danger matches, be it spared or not."""


class Alarms:
    """Signals, dangers and refusals read as one: each language's words are spelt and searched once for both.

    `contents` is the content of each of `FILES`; `own` are the languages' lexicons, whose spellings count here too;
    `places` the words of names of places, none of which is a misspelt danger (« Savigné » and « saigné »).
    """

    def __init__(
        self,
        contents: Mapping[str, Mapping[str, Any]],
        letters: Letters,
        own: Mapping[str, Lexicon],
        places: frozenset[str] = frozenset(),
    ) -> None:
        self._places = places
        self._order = {name: [str(code) for code in contents[name]["order"]] for name in FILES}
        self._fillers = frozenset(
            letters.fold(str(word)) for name in FILES for word in contents[name].get("fillers") or ()
        )
        languages = dict.fromkeys(language for name in FILES for language in contents[name]["languages"])
        self.lexicons = [
            Lexicon(
                _joined(str(language), contents, own), letters, str(language), _sounds(own, str(language))
            )
            for language in languages
        ]
        for lexicon in self.lexicons:
            lexicon.foreign = _real_words(lexicon, own)
        scripts = dict.fromkeys(lexicon.script for lexicon in self.lexicons)
        self._together = {
            script: Concerned((one for one in self.lexicons if one.script == script), places)
            for script in scripts
        }

    @classmethod
    def load(
        cls, data: Path, letters: Letters, own: Mapping[str, Lexicon], places: frozenset[str] = frozenset()
    ) -> Alarms:
        """From data/lexicons: `<name>.yml` for each of `FILES`, and its languages in files of their own beside it
        (`<name>/<language>.yml`) where it has such. Raises `LexiconError` when a file cannot be used."""
        folder = data / "lexicons"
        contents = {name: read_yaml(folder / f"{name}.yml") for name in FILES}
        for name, content in contents.items():
            content.setdefault("languages", {}).update(
                {path.stem: read_yaml(path) for path in sorted((folder / name).glob("*.yml"))}
            )
        return cls(contents, letters, own, places)

    def hear(self, tokens: Sequence[Token]) -> Heard:
        """What the tokens of a message say in any language.

        A rule under `whole` counts only when it covers the message but for fillers (« stop svp »).
        """
        found: dict[str, set[str]] = {name: set() for name in FILES}
        near: list[tuple[int, int]] = []
        for lexicon in self._concerned(tokens):
            stream = read_stream(tokens, lexicon, self._places)
            for hit in stream.hits(stream.candidates(lexicon.index)):
                name, _, part = hit.rule.field.partition(".")
                if name == DANGER:
                    near.append(stream.span(hit.start, hit.end))
                if hit.rule.value not in found[name] and self._said(hit, part, stream):
                    found[name].add(hit.rule.value)
        signal, danger, refused = (
            next((c for c in self._order[name] if c in found[name]), None) for name in FILES
        )
        return Heard(signal, danger, refused is not None, tuple(near))

    def _concerned(self, tokens: Sequence[Token]) -> Iterator[Lexicon]:
        """The lexicons in a script of these tokens that may find something in them."""
        scripts = {script_of(token.text) for token in tokens}
        for script, together in self._together.items():
            if script in scripts:
                yield from together.among(tokens)

    def _said(self, hit: Hit, part: str, stream: Stream) -> bool:
        if part == WHOLE:
            rest = [*stream.tokens[: hit.start], *stream.tokens[hit.end :]]
            if not all(token.text == BORDER or token.text in self._fillers for token in rest):
                return False
        return not stream.spares(hit)


def _sounds(own: Mapping[str, Lexicon], language: str) -> Sounds | None:
    return own[language].sounds if language in own else None


def _real_words(lexicon: Lexicon, own: Mapping[str, Lexicon]) -> frozenset[str]:
    """Words that are no misspelt danger: « insured » is not « injured », nor « brakes » the French « braque »."""
    words: set[str] = set()
    for other in own.values():
        if other.language != lexicon.language and other.script == lexicon.script:
            words |= other.common
        elif other.language == lexicon.language and not (lexicon.prefixes or lexicon.suffixes):
            words |= other.vocabulary  # a glued word may be known whole, and must still be taken apart
    return frozenset(words)


def _joined(
    language: str, contents: Mapping[str, Mapping[str, Any]], own: Mapping[str, Lexicon]
) -> dict[str, Any]:
    """One language's sections of both files as the content of one lexicon; rules are named `<file>.<part>`."""
    sections = {name: contents[name]["languages"].get(language) or {} for name in FILES}
    scripts: Iterable[Mapping[str, str]] = (contents[name].get("scripts") or {} for name in FILES)
    script = next((str(listed[language]) for listed in scripts if language in listed), "latin")
    joined: dict[str, Any] = {"language": language, "script": script, "spelling": {}, "sets": {}}
    joined |= {"common": [], "rules": {}}
    lexicon = own.get(language)
    if lexicon is not None:
        joined["spelling"] = {word: " ".join(parts) for word, parts in lexicon.spelling.items()}
        joined["also"] = lexicon.also
        joined["clitics"] = {"prefixes": dict(lexicon.prefixes), "suffixes": dict(lexicon.suffixes)}
    for name, section in sections.items():
        joined["spelling"].update(section.get("spelling") or {})
        joined["sets"].update(section.get("sets") or {})
        joined["common"].extend(section.get("common") or ())
        for part, codes in (section.get("rules") or {}).items():
            joined["rules"][f"{name}.{part}"] = codes
    return joined
