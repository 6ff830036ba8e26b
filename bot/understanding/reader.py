"""Reads one message: every fact it states, what must be heard first, and what must be forgotten."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

from bot.understanding.alarm import Alarms, Heard
from bot.understanding.codes import settled
from bot.understanding.ear import Ear
from bot.understanding.expressions import keep, prepare
from bot.understanding.facts import Fact, Reading
from bot.understanding.grammar import Grammar
from bot.understanding.keeping import built_to_stay
from bot.understanding.labels import Labels
from bot.understanding.languages import ALWAYS, Languages
from bot.understanding.lexicon import Lexicon
from bot.understanding.lexicons import load_letters, load_lexicons
from bot.understanding.made import made_once
from bot.understanding.places import Gazetteer
from bot.understanding.policy import Policy
from bot.understanding.roles import Roles
from bot.understanding.script import script_of
from bot.understanding.sensitive import sensitive_spans
from bot.understanding.spelling import read_stream
from bot.understanding.stating import Stated, Stating
from bot.understanding.text import BORDER, Letters, Token
from bot.understanding.tokeniser import Tokeniser
from bot.understanding.unplaced import Unplaced

# Where one clause of a message ends, in the scripts people write in.
CLAUSES = re.compile(r"[.?!;:,…\n،؟؛።፡፣]+")
SHIFT = 0.02  # seconds of work at a stretch for who lets others work
# The profile's field for the questions a person would not answer.
DECLINED = "declined"


class Understanding:
    """Everything needed to read messages. Build it once with `load`; `read` keeps nothing between messages."""

    def __init__(
        self,
        letters: Letters,
        lexicons: Mapping[str, Lexicon],
        policy: Policy,
        gazetteer: Gazetteer,
        alarms: Alarms,
        ear: Ear | None = None,
        labels: Labels | None = None,
        roles: Roles | None = None,
    ) -> None:
        self.letters = letters
        self.lexicons = dict(lexicons)
        spelt = (*lexicons.values(), *alarms.lexicons)
        self.tokeniser = Tokeniser(letters, {word for lexicon in spelt for word in lexicon.spelling})
        self.policy = policy
        self.gazetteer = gazetteer
        self._alarms = alarms
        self._ear = ear
        self._labels = labels or Labels({}, policy)
        listened = [one.common | one.vocabulary for one in spelt if one.script == "latin"]
        self.unplaced = Unplaced(
            gazetteer.near_names(), gazetteer.short, lambda word: any(word in words for words in listened)
        )
        self._languages = Languages(lexicons, letters)
        self._stating = Stating(policy, gazetteer, Grammar(letters.fold, {}).pattern("x"), roles)

    @classmethod
    def load(cls, data: Path, *, gazetteer: Gazetteer | None = None) -> Understanding:
        """From the project's data folder. Raises `LexiconError` when a file cannot be used."""
        with built_to_stay():
            places = gazetteer or Gazetteer.load(data)

            def make() -> tuple[Letters, dict[str, Lexicon], Alarms]:
                letters = load_letters(data)
                lexicons = load_lexicons(data, letters)
                alarms = Alarms.load(data, letters, lexicons, places.words)
                for lexicon in (*lexicons.values(), *alarms.lexicons):
                    lexicon.gather()
                return letters, lexicons, alarms

            letters, lexicons, alarms = made_once(data, "words", make)
            policy = Policy.load(data)
            labels = Labels.load(data, letters, policy)
            return cls(letters, lexicons, policy, places, alarms, Ear.load(data), labels, Roles.load(data))

    def prepare(self, rest: float = 0.0) -> None:
        """Compiles every pattern that no start before has compiled, for this one and those to come.

        `rest`: how many times as long as it worked it lets others work, in between.
        """
        began = time.monotonic()
        for lexicon in (*self.lexicons.values(), *self._alarms.lexicons):
            for pattern in lexicon.patterns():
                prepare(pattern.regular)
                worked = time.monotonic() - began
                if rest and worked > SHIFT:
                    time.sleep(rest * worked)
                    began = time.monotonic()
        keep()

    def read(
        self,
        text: str,
        *,
        now: datetime,
        language: str | None = None,
        asked: str | None = None,
        profile: Mapping[str, Any] | None = None,
    ) -> Reading:
        """What `text` says. `now` must be aware; `asked` is the profile field that was just asked for.

        Never raises on any text. Spans count characters of `text`.
        """
        sensitive = sensitive_spans(text, self.letters)
        raw = _without(self.tokeniser.tokens(text), sensitive)
        facts: list[Fact] = []
        proxy = False
        own = self.lexicons.get(language or "")
        first: Stated | None = None
        for lexicon in self._languages.read_in(raw, language):
            second = own is not None and lexicon is not own
            # A bare figure is answered in the message's own language, which knows « 18 in January » is no 18 yet.
            answering = None if second and asked in self.policy.bounds else asked
            stated = self._stating.read(lexicon, raw, text, now, answering, profile)
            proxy = proxy or stated.scope.proxy
            found = stated.facts
            if lexicon is own:
                first = stated
            elif own is not None:
                found = self._languages.beside(found, lexicon, own, raw, text)
                found = [fact for fact in found if first is None or not self._stating.denied(fact, first)]
            facts += [f for f in found if not any(_read_before(f, earlier) for earlier in facts)]
        said = self._labels.facts(raw, language, asked)
        named = {fact.field for fact in said}
        facts = [fact for fact in facts if fact.field not in named] + said
        facts = [replace(f, evidence=text[f.start : f.end]) for f in settled(facts, self.policy)]
        heard = self._alarms.hear(raw)
        danger = None if said else self._danger(text, heard)
        if heard.refused and asked in self.policy.fields and all(fact.field != asked for fact in facts):
            facts.append(Fact(DECLINED, asked, text, 0, len(text), "add", 0.9))
        return Reading(tuple(facts), heard.signal, danger, sensitive, proxy)

    def stated(self, text: str, *, now: datetime, language: str, asked: str | None = None) -> Stated:
        """What a message states in its own language alone, with the words it was read from: for who learns from it.

        Raises `KeyError` for a language that is not read.
        """
        raw = _without(self.tokeniser.tokens(text), sensitive_spans(text, self.letters))
        return self._stating.read(self.lexicons[language], raw, text, now, asked, None)

    def listen(
        self, text: str, *, now: datetime, language: str | None = None, asked: str | None = None
    ) -> Reading:
        """What must be heard and forgotten before anything else: a reading without facts, at a fifth of the time.

        The arguments are those of `read`, whose signal, danger, sensitive spans and `about_other` it gives.
        """
        sensitive = sensitive_spans(text, self.letters)
        raw = _without(self.tokeniser.tokens(text), sensitive)
        heard = self._alarms.hear(raw)
        scripts = {script_of(token.text) for token in raw}
        lexicons = (self.lexicons.get(code) for code in dict.fromkeys((language, ALWAYS)) if code)
        proxy = any(
            self._proxy(lexicon, raw) for lexicon in lexicons if lexicon and lexicon.script in scripts
        )
        said = self._labels.facts(raw, language, asked)
        danger = None if said else self._danger(text, heard)
        return Reading((), heard.signal, danger, sensitive, proxy)

    def signal(self, text: str) -> str | None:
        """`stop`, `start`, `erase`, `human` or `my-data` when that is what a message asks, in any language."""
        return self._alarms.hear(self.tokeniser.tokens(text)).signal

    def danger(self, text: str) -> str | None:
        """The danger that a message speaks of, in any language, or None."""
        return self._danger(text, self._alarms.hear(self.tokeniser.tokens(text)))

    def ruled_danger(self, text: str) -> str | None:
        """The danger that the rules alone find in a message: what the ear weighs beside its words."""
        return self._alarms.hear(self.tokeniser.tokens(text)).danger

    def _danger(self, text: str, heard: Heard) -> str | None:
        if self._ear is None or (heard.signal is not None and heard.danger is None):
            return heard.danger
        found = self._ear.hear(self.plain_words(text), heard.danger)
        if (
            found is None
            and heard.danger
            and any(self._ear.sure(one) for one in self._ruled_clauses(text, heard))
        ):
            return heard.danger
        return found

    def plain_words(self, text: str) -> list[str]:
        """The folded words that the ear listens to, here and where it learns."""
        return self.unplaced.words(self.letters.fold(text).split())

    def _ruled_clauses(self, text: str, heard: Heard) -> Iterator[list[str]]:
        """The words of those clauses of a message of which the rules say a danger by themselves."""
        spans = list(_clauses(text))
        if len(spans) < 2:
            return
        for start, end in spans:
            clause = text[start:end]
            if any(a < end and start < b for a, b in heard.near) and self.ruled_danger(clause):
                words = self.plain_words(clause)
                if words:
                    yield words

    def _proxy(self, lexicon: Lexicon, raw: Sequence[Token]) -> bool:
        """Whether one lexicon finds the words of somebody who writes for another."""
        stream = read_stream(raw, lexicon, self.gazetteer.words)
        return bool(stream.hits(stream.candidates(lexicon.proxies)))


def _clauses(text: str) -> Iterator[tuple[int, int]]:
    """The characters [start, end) of the clauses of more than one word."""
    start = 0
    for border in (*CLAUSES.finditer(text), None):
        end = len(text) if border is None else border.start()
        if len(text[start:end].split()) > 1:
            yield start, end
        if border is not None:
            start = border.end()


def _read_before(fact: Fact, earlier: Fact) -> bool:
    """Whether a language read earlier tells as much, or tells another thing of the same words: an English
    « car » is no French coach."""
    if fact.field != earlier.field:
        return False
    alone = fact.operation == "set"
    same = alone == (earlier.operation == "set") and (alone or fact.value == earlier.value)
    return same or (fact.start < earlier.end and earlier.start < fact.end)


def _without(raw: Sequence[Token], spans: Sequence[tuple[int, int]]) -> list[Token]:
    """The tokens, those inside sensitive spans replaced by a border."""
    if not spans:
        return list(raw)
    return [
        t._replace(text=BORDER) if any(t.start < end and start < t.end for start, end in spans) else t
        for t in raw
    ]
