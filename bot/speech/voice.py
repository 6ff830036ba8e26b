"""One language on one channel at one moment: puts a key and its values into pieces of text."""

from __future__ import annotations

import dataclasses
import datetime
import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from bot.speech.catalogue import PLACEHOLDER, REFERENCE, Catalogue, Plural
from bot.speech.formats import Formats, local_day, phone
from bot.speech.pieces import Piece, Pieces, cited, given, quoted, tidied, words

UNITS = ("km", "minutes", "hours", "days", "weeks", "months", "years")
_DEEPEST = 12

log = logging.getLogger(__name__)


class SpeechError(LookupError):
    """What a catalogue or a caller left out; raised only by a strict speech (tests), logged otherwise."""


class UnknownKey(SpeechError):
    """No catalogue has the key, French included."""


class MissingValue(SpeechError):
    """A text has a placeholder for which no usable value was given."""


@dataclass
class Voice:
    """Speaks one language. `fell_back` tells, after use, whether French had to stand in anywhere.

    A text that comes from the French catalogue is completed with French formats too, so that a sentence
    never mixes two languages.
    """

    language: str
    channel: str
    plain: bool
    now: datetime.datetime | None
    catalogues: Mapping[str, Catalogue]
    formats: Mapping[str, Formats]
    places: Callable[[str], str] | None
    strict: bool = False
    fell_back: bool = field(default=False, init=False)

    def spoken_in(self, key: str) -> str:
        """The language that has the key: this one, else French. Raises `UnknownKey` when neither has."""
        for language in dict.fromkeys((self.language, REFERENCE)):
            if language in self.catalogues and key in self.catalogues[language].entries:
                return language
        raise UnknownKey(key)

    def sentence(self, key: str, values: Mapping[str, Any], depth: int = 0) -> Pieces:
        """The words of a key with its values put in; nothing for a key that no catalogue has."""
        try:
            language = self.spoken_in(key)
        except UnknownKey:
            if self.strict:
                raise
            log.error("speech.unknown key=%s", key)
            return ()
        if language != self.language:
            self.fell_back = True
            log.warning("speech.fallback key=%s language=%s", key, self.language)
            pieces = dataclasses.replace(self, language=REFERENCE).sentence(key, values, depth)
            return quoted(pieces) if depth else pieces
        text = self.catalogues[language].entries[key].choose(self.channel, self.plain)
        if isinstance(text, Plural):
            number = numeric(values.get(text.on))
            form = "other" if number is None else self.formats[language].plural(number)
            template = text.forms.get(form, text.forms["other"])
        else:
            template = text
        return self._filled(key, template, values, depth)

    def _filled(self, key: str, template: str, values: Mapping[str, Any], depth: int) -> Pieces:
        out: list[Piece] = []
        rest, omitted = 0, False
        for found in PLACEHOLDER.finditer(template):
            out += words(template[rest : found.start()])
            rest = found.end()
            pieces = self.value(values.get(found[1]), depth + 1)
            if not pieces:
                if self.strict:
                    raise MissingValue(f"{key}: {found[1]}")
                log.error("speech.missing key=%s value=%s", key, found[1])
                omitted = True
            out += pieces
        out += words(template[rest:])
        return tidied(out) if omitted else tuple(out)

    def value(self, value: Any, depth: int = 1) -> Pieces:
        """The words of one value: a string or a number as it is, a tagged mapping by its tag.

        Nothing when the value is unknown, malformed, or says nothing.
        """
        if value is None or isinstance(value, bool) or depth > _DEEPEST:
            return ()
        if isinstance(value, str):
            return cited(value)
        if isinstance(value, int | float):
            return words(self._mine.number(value))
        if not isinstance(value, Mapping):
            return ()
        try:
            return self._tagged(value, depth)
        except (SpeechError, TypeError, ValueError, KeyError, AttributeError) as error:
            if self.strict:
                raise
            log.error(
                "speech.value tags=%s error=%s", ",".join(sorted(map(str, value))), type(error).__name__
            )
            return ()

    def _tagged(self, value: Mapping[str, Any], depth: int) -> Pieces:
        if "in" in value:
            # Words quoted in another language, on paper: no « tomorrow », a letter is read later than it is written.
            other = dataclasses.replace(self, language=str(value["in"]), plain=False, now=None)
            return quoted(other.value({tag: content for tag, content in value.items() if tag != "in"}, depth))
        if "key" in value:
            return self.sentence(str(value["key"]), value.get("values") or {}, depth)
        if "list" in value:
            return self._listed(value["list"], value.get("style", "standard"), depth)
        if "lines" in value:
            return self._lines(value["lines"], depth)
        tag, content = next(((tag, content) for tag, content in value.items() if tag != "style"), ("", None))
        if content is None:
            return ()
        if tag in UNITS:
            return self.sentence(f"unit.{tag}", {"number": round(content, 1)}, depth)
        match tag:
            case "code":
                return self.sentence(f"code.{content}", {}, depth)
            case "codes":
                return self._listed(
                    [{"code": code} for code in content], value.get("style", "standard"), depth
                )
            case "date":
                return self._date(content, depth)
            case "time":
                return words(self._mine.time(datetime.time.fromisoformat(content)))
            case "place":
                return given(self.places(content) if self.places else content)
            case "text":
                return cited(str(content))
            case "link":
                return given(str(content))
            case "phone":
                compact = self.channel == "sms" and self._mine.direction == "rtl"
                return given(phone(str(content), compact))
            case "number":
                return words(self._mine.number(content))
            case "count":
                return words(self._mine.number(content, digits=1))
            case "money":
                return self.sentence("unit.money", {"number": {"words": self._mine.amount(content)}}, depth)
            case "words":
                return words(content)
        raise ValueError(f"no such tag: {tag}")

    def _date(self, content: str, depth: int) -> Pieces:
        if len(content) == len("2026-11"):
            return words(self._mine.month(*map(int, content.split("-"))))
        day = datetime.date.fromisoformat(content[:10])
        today = local_day(self.now)
        written = self._mine.day(day, today)
        near = {-1: "word.yesterday", 0: "word.today", 1: "word.tomorrow"}
        key = near.get((day - today).days) if today else None
        if key:
            return self.sentence(key, {"date": {"words": written}}, depth)
        return words(written)

    def _listed(self, items: Sequence[Any], style: str, depth: int) -> Pieces:
        parts = [pieces for pieces in (self.value(item, depth + 1) for item in items) if pieces]
        if not parts:
            return self.sentence("word.none", {}, depth)
        out: list[Piece] = []
        for part in self._mine.joined(len(parts), style):
            out += words(part) if isinstance(part, str) else parts[part]
        return tuple(out)

    def _lines(self, items: Sequence[Any], depth: int) -> Pieces:
        """Values one under the other; what says nothing takes no line."""
        out: list[Piece] = []
        for item in items:
            pieces = self.value(item, depth + 1)
            if pieces:
                out += [*words("\n"), *pieces] if out else pieces
        return tuple(out)

    @property
    def _mine(self) -> Formats:
        return self.formats[self.language]


def numeric(value: Any) -> float | None:
    """The number inside a value, tagged or not; None when there is none."""
    if isinstance(value, Mapping):
        value = next((content for content in value.values() if not isinstance(content, str)), None)
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return value
