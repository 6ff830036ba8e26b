"""From keys and values to what the person reads: the one door into the catalogues."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from bot.speech import catalogue, formats
from bot.speech.catalogue import REFERENCE, Catalogue
from bot.speech.formats import Formats
from bot.speech.gsm7 import Alphabet
from bot.speech.pieces import Loss, Piece, Pieces, isolated, tidied, words
from bot.speech.sparing import limit, shorter
from bot.speech.voice import UnknownKey, Voice

SMS = "sms"


@dataclass(frozen=True)
class Spoken:
    """One text ready for its channel.

    `language` and `direction` are those of the text itself: French when the key is not translated.
    `segments` is the number of SMS it takes, 0 on other channels. `fallback` tells that French stood in
    for the whole or a part. `pieces` keep what may be shortened, for `Speech.numbered`.
    """

    text: str
    language: str
    direction: str
    segments: int
    fallback: bool
    pieces: Pieces = field(default=(), repr=False, compare=False)


class Speech:
    """The catalogues of every language, the formats and the SMS alphabet; safe to share between threads."""

    def __init__(
        self,
        catalogues: Mapping[str, Catalogue],
        languages: Mapping[str, Formats],
        alphabet: Alphabet,
        places: Callable[[str], str] | None = None,
        strict: bool = False,
    ) -> None:
        self.catalogues = catalogues
        self.formats = languages
        self.alphabet = alphabet
        self._places = places
        self._strict = strict

    @classmethod
    def load(cls, data: Path, places: Callable[[str], str] | None = None, strict: bool = False) -> Speech:
        """Read `data/catalogues` and `data/speech`. `places` gives a commune's name by its INSEE code.

        A strict speech raises `UnknownKey` and `MissingValue` where another logs the key and leaves out.
        Raises `CatalogueError` for files that cannot be read as catalogues.
        """
        return cls(
            catalogue.load(data / "catalogues"),
            formats.load(data / "speech" / "languages.yml"),
            Alphabet.load(data / "speech" / "gsm7.yml"),
            places,
            strict,
        )

    def say(
        self,
        key: str,
        values: Mapping[str, Any] | None = None,
        *,
        language: str,
        channel: str,
        plain: bool = False,
        now: datetime.datetime | None = None,
    ) -> Spoken:
        """The text of `key` with its values, in a language, for a channel (sms, telegram, web…).

        `now` lets days near it be called today, tomorrow, yesterday, and far ones carry their year.
        An unknown key gives an empty text and a log line; a language that is not spoken gives French.
        In an SMS, lines that a value can spare are left out until it fits (`bot/speech/sparing.py`).
        """
        values = values or {}
        spoken = self._once(key, values, language, channel, plain, now)
        most = limit(values) if channel == SMS else None
        while most is not None and spoken.segments > most:
            fewer = shorter(values)
            if fewer is None:
                break
            values = fewer
            spoken = self._once(key, values, language, channel, plain, now)
        return spoken

    def _once(
        self,
        key: str,
        values: Mapping[str, Any],
        language: str,
        channel: str,
        plain: bool,
        now: datetime.datetime | None,
    ) -> Spoken:
        voice = Voice(
            language if language in self.formats else REFERENCE,
            channel,
            plain,
            now,
            self.catalogues,
            self.formats,
            self._places,
            self._strict,
        )
        pieces = voice.sentence(key, values)
        try:
            spoken_in = voice.spoken_in(key)
        except UnknownKey:
            spoken_in = REFERENCE
        return self._spoken(pieces, spoken_in, channel, voice.fell_back or spoken_in != language)

    def numbered(
        self, text: str | Spoken, labels: Sequence[str | Spoken], *, language: str, channel: str
    ) -> str:
        """The text with its choices as lines « 1 … », numbered in Latin digits, for channels without buttons.

        Given `Spoken` values rather than strings, an SMS is shortened as one whole where it saves a segment.
        """
        pieces = list(_pieces(text))
        for number, label in enumerate(labels, 1):
            pieces += words(f"\n{number} " if pieces else f"{number} ")
            pieces += _pieces(label)
        direction = self.formats[language if language in self.formats else REFERENCE].direction
        return self._written(tuple(pieces), direction, channel)

    def languages(self) -> list[str]:
        """Languages that have a catalogue, in the order they are offered in."""
        return [language for language in self.formats if language in self.catalogues]

    def name(self, language: str) -> str:
        """The language's own name."""
        return self.formats[language].name

    def direction(self, language: str) -> str:
        """`ltr` or `rtl`."""
        return self.formats[language].direction

    def has(self, key: str) -> bool:
        """Whether the reference catalogue has the key."""
        return REFERENCE in self.catalogues and key in self.catalogues[REFERENCE].entries

    def missing(self, language: str) -> list[str]:
        """Keys of the French catalogue that this language does not have, in alphabetical order."""
        reference = self.catalogues[REFERENCE].entries
        known = self.catalogues[language].entries if language in self.catalogues else {}
        return sorted(set(reference) - set(known))

    def segments(self, text: str) -> int:
        """Number of SMS that a text is sent as."""
        return self.alphabet.segments(text)

    def _spoken(self, pieces: Pieces, language: str, channel: str, fallback: bool) -> Spoken:
        direction = self.formats[language].direction
        text = self._written(pieces, direction, channel)
        count = self.alphabet.segments(text) if channel == SMS else 0
        return Spoken(text, language, direction, count, fallback, pieces)

    def _written(self, pieces: Pieces, direction: str, channel: str) -> str:
        if channel == SMS:
            return self.alphabet.shortened(tidied(self.alphabet.cleaned(pieces))).strip()
        return isolated(pieces, direction).strip()


def _pieces(text: str | Spoken) -> Pieces:
    """A bare string may hold names: its signs may be redrawn, its letters not."""
    if isinstance(text, Spoken):
        return text.pieces
    return (Piece(text, Loss.TYPOGRAPHIC),) if text else ()
