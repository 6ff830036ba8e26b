"""Reads one message: every fact it states, what must be heard first, and what must be forgotten."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from bot.understanding.alarm import Alarms, Heard
from bot.understanding.birth import age_at
from bot.understanding.clock import Clock, after_noon, find_times
from bot.understanding.codes import Codes, settled
from bot.understanding.days import figures, find_days
from bot.understanding.ear import Ear
from bot.understanding.facts import Fact, Reading
from bot.understanding.lexicon import Lexicon, Rule, load_letters, load_lexicons
from bot.understanding.mentions import PlaceFinder
from bot.understanding.pattern import Grammar
from bot.understanding.places import Gazetteer
from bot.understanding.policy import Policy
from bot.understanding.scope import Scope
from bot.understanding.script import script_of
from bot.understanding.sensitive import sensitive_spans
from bot.understanding.stream import Hit, Stream, read_stream
from bot.understanding.text import BORDER, Letters, Token
from bot.understanding.tokeniser import Tokeniser
from bot.understanding.trip import ROLES, Trip

PARIS = ZoneInfo("Europe/Paris")
ALWAYS = "fr"  # people living in France put French words in whatever language they write
NO_CUES = frozenset({"rule", "clock", "trips"})
ENOUGH_WORDS = 2  # known words before a language nobody announced is read as well


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
    ) -> None:
        self.letters = letters
        self.lexicons = dict(lexicons)
        spelt = (*lexicons.values(), *alarms.lexicons)
        self.tokeniser = Tokeniser(letters, {word for lexicon in spelt for word in lexicon.spelling})
        self.policy = policy
        self.gazetteer = gazetteer
        self._alarms = alarms
        self._ear = ear
        self._nothing = Grammar(letters.fold, {}).pattern("x")

    @classmethod
    def load(cls, data: Path, *, gazetteer: Gazetteer | None = None) -> Understanding:
        """From the project's data folder. Raises `LexiconError` when a file cannot be used."""
        letters = load_letters(data)
        lexicons = load_lexicons(data, letters)
        places = gazetteer or Gazetteer.load(data, letters)
        alarms = Alarms.load(data, letters, lexicons, places.words)
        return cls(letters, lexicons, Policy.load(data), places, alarms, Ear.load(data, letters))

    def warm(self, *languages: str) -> None:
        """Compiles the patterns of these languages now (all of them by default) rather than at their first use."""
        for language, lexicon in self.lexicons.items():
            if not languages or language in languages:
                for index in (lexicon.early, lexicon.index, lexicon.asked):
                    for _, pattern in index.entries:
                        _ = pattern.expression

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
        heard_so: tuple[Stream, Scope] | None = None
        for lexicon in self._lexicons_for(raw, language):
            second = own is not None and lexicon is not own
            # A bare figure is answered in the message's own language, which knows « 18 in January » is no 18 yet.
            answering = None if second and asked in self.policy.bounds else asked
            found, stream, scope = self._facts(lexicon, raw, text, now, answering, profile)
            proxy = proxy or scope.proxy
            if lexicon is own:
                heard_so = stream, scope
            elif own is not None:
                found = self._beside(found, lexicon, own, raw, text)
                found = [fact for fact in found if heard_so is None or not self._denied(fact, *heard_so)]
            facts += [f for f in found if not any(_read_before(f, earlier) for earlier in facts)]
        facts = [replace(f, evidence=text[f.start : f.end]) for f in settled(facts, self.policy)]
        heard = self._alarms.hear(raw)
        return Reading(tuple(facts), heard.signal, self._danger(text, heard), sensitive, proxy)

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
        return Reading((), heard.signal, self._danger(text, heard), sensitive, proxy)

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
        return self._ear.hear(text, heard.danger)

    def _proxy(self, lexicon: Lexicon, raw: Sequence[Token]) -> bool:
        """Whether one lexicon finds the words of somebody who writes for another."""
        stream = read_stream(raw, lexicon, self.gazetteer.words)
        return bool(stream.hits(lexicon.proxies.candidates(stream.words)))

    def _lexicons_for(self, raw: Sequence[Token], language: str | None) -> list[Lexicon]:
        scripts = {script_of(t.text) for t in raw}
        words = [t.text for t in raw if t.text != BORDER]
        chosen: list[Lexicon] = []
        if language in self.lexicons:
            chosen.append(self.lexicons[language])
        for script in sorted(script for script in scripts if script):
            ranked = sorted(
                (
                    (self._known_words(lex, words), lex)
                    for lex in self.lexicons.values()
                    if lex.script == script
                ),
                key=lambda pair: (-pair[0], pair[1].language not in (language, ALWAYS), pair[1].language),
            )
            if not ranked:
                continue
            best = ranked[0][0]
            held = max((s for s, lex in ranked if lex in chosen or lex.language == ALWAYS), default=0)
            for score, lexicon in ranked:
                if lexicon in chosen:
                    continue
                if (script != "latin" and not any(lex.script == script for lex in chosen)) or (
                    score == best and score >= ENOUGH_WORDS and score > held
                ):
                    chosen.append(lexicon)
        french = self.lexicons.get(ALWAYS)
        if french is not None and french not in chosen and ("latin" in scripts or not chosen):
            chosen.append(french)
        return chosen

    def _beside(
        self, found: Sequence[Fact], lexicon: Lexicon, own: Lexicon, raw: Sequence[Token], text: str
    ) -> list[Fact]:
        """What a second language may add to the message's own.

        Not everyday words of the first (« cada » is « each » in Spanish), nor the roles of places when the first
        knows more of the words: only it knows whose trip it is.
        """
        words = [t.text for t in raw if t.text != BORDER]
        placed = lexicon.script != own.script or (
            self._known_words(lexicon, words) >= self._known_words(own, words)
        )
        return [
            fact
            for fact in found
            if (placed or fact.field not in ROLES)
            and not all(word in own.common for word in self.letters.fold(text[fact.start : fact.end]).split())
        ]

    def _denied(self, fact: Fact, stream: Stream, scope: Scope) -> bool:
        """Whether the words of the message's own language around a fact of another say that it is not the person's:
        « він apprenti », « не маю RSA »."""
        at = stream.token_at(fact.start)
        cues = scope.cues(Hit(Rule("rule", fact.field), self._nothing, at, at + 1)) & {
            "other",
            "negation",
            "past",
        }
        rule = Rule("rule", fact.field)
        return self.policy.drops(fact.field, cues, rule) or self.policy.removes(fact.field, cues, rule)

    def _known_words(self, lexicon: Lexicon, words: Sequence[str]) -> int:
        return sum(lexicon.knows(word) for word in words[:60])

    def _facts(
        self,
        lexicon: Lexicon,
        raw: Sequence[Token],
        text: str,
        now: datetime,
        asked: str | None,
        profile: Mapping[str, Any] | None,
    ) -> tuple[list[Fact], Stream, Scope]:
        base = read_stream(raw, lexicon, self.gazetteer.words)
        early = base.hits(lexicon.early.candidates(base.words))
        today = now.astimezone(PARIS).date()
        dated = figures(base, today)
        clock = [hit for hit in _of(early, "times") if not any(a < hit.start < b for a, b in dated)]
        times = find_times(base, clock, lexicon.numbers)
        days = find_days(base, lexicon, _of(early, "dates"), today, [(t.start, t.end) for t in times])
        times = after_noon(times, [(d.start, d.end) for d in days if d.late])
        taken = [(d.start, d.end) for d in days] + [(t.start, t.end) for t in times]
        finder = PlaceFinder(self.gazetteer, lexicon, base, (profile or {}).get("origin"))
        places = [
            mention
            for mention in finder.find(
                _of(early, "place_cues", "not_places"), expected=asked in ("origin", "destination")
            )
            if not any(mention.start < b and a < mention.end for a, b in taken)
        ]
        day_of = {f"§d{i}{'w' * day.weekend}": day for i, day in enumerate(days)}
        time_of = {f"§t{i}": time for i, time in enumerate(times)}
        place_of = {f"§p{i}": mention for i, mention in enumerate(places)}
        marks = [(m.start, m.end, mark) for named in (time_of, day_of, place_of) for mark, m in named.items()]
        stream, hits, scope = _marked(base, marks, lexicon, text)
        trip = Trip(stream, scope, self.policy, place_of)
        trips = trip.facts(_of(hits, "trips", "wrong_places"), asked=asked, profile=profile)
        idle = trip.idle(trips)
        if idle:  # words that could have been towns and play no part: « du mal à lire » is not Liré
            stream, hits, scope = _marked(base, [m for m in marks if m[2] not in idle], lexicon, text)
        codes = Codes(stream, scope, lexicon, self.policy)
        facts = codes.facts(_of(hits, "rule"))
        if taken:
            facts += self._worded(
                base, [m for m in marks if m[2] in place_of and m[2] not in idle], taken, lexicon, text
            )
        facts += trips
        facts += Clock(stream, scope, self.policy, time_of).facts(_of(hits, "clock"), asked=asked)
        facts += self._deadline(stream, scope, day_of, _of(hits, "dates"))
        births = self._births(base, stream, scope, _of(hits, "born"), lexicon, today)
        facts = [fact for fact in facts if not (fact.field == "deadline" and _within(fact, births))] + births
        if asked is not None:
            facts += codes.answers(stream.hits(lexicon.asked.candidates(stream.words)), asked, facts)
        corrected = [f.start for f in facts if scope.corrected(stream.token_at(f.start))]
        return (
            [
                replace(fact, corrects=True) if fact.start in corrected else fact
                for fact in settled(facts, self.policy, corrected)
            ],
            stream,
            scope,
        )

    def _worded(
        self,
        base: Stream,
        marks: Sequence[tuple[int, int, str]],
        taken: Sequence[tuple[int, int]],
        lexicon: Lexicon,
        text: str,
    ) -> list[Fact]:
        """The facts that lie in the very words of times and days: « les samedis », « contrat de 15 heures »."""
        stream = base.replaced(marks)
        told = [base.span(start, end) for start, end in taken]
        candidates = lexicon.index.candidates(stream.words)
        hits = [
            hit
            for hit in stream.hits([pair for pair in candidates if pair[0].field in self.policy.worded])
            if any(start < b and a < end for start, end in [stream.span(hit.start, hit.end)] for a, b in told)
        ]
        if not hits:
            return []
        cues = stream.hits([pair for pair in candidates if pair[0].kind not in NO_CUES])
        return Codes(stream, Scope(stream, lexicon, cues, text), lexicon, self.policy).facts(hits)

    def _births(
        self, base: Stream, stream: Stream, scope: Scope, hits: Sequence[Hit], lexicon: Lexicon, today: date
    ) -> list[Fact]:
        """Ages of those who say on what day they were born; `hits` are the words that speak of a birth."""
        facts = []
        for hit in hits:
            if self.policy.drops("age", scope.cues(hit), Rule("rule", "age")):
                continue
            start, _ = stream.span(hit.start, hit.end)
            at = base.token_at(start)
            found = age_at(base, Hit(hit.rule, hit.pattern, at, at + 1), lexicon, today)
            if found is not None:
                age, first, last = found
                facts.append(Fact("age", age, "", *base.span(first, last), confidence=0.9))
        return facts

    def _deadline(
        self, stream: Stream, scope: Scope, day_of: Mapping[str, Any], never: Sequence[Hit]
    ) -> list[Fact]:
        facts = []
        for index, token in enumerate(stream.tokens):
            day = day_of.get(token.text)
            if day is None or day.value is None:
                continue
            hit = Hit(Rule("dates", "deadline"), self._nothing, index, index + 1)
            if any(index in range(h.start, h.end) for h in never):
                continue
            if self.policy.drops("deadline", scope.cues(hit), hit.rule):
                continue
            start, end = stream.span(index, index + 1)
            facts.append(
                Fact("deadline", day.value.isoformat(), "", start, end, confidence=0.9, confirm=day.confirm)
            )
        return facts


def _within(fact: Fact, others: Sequence[Fact]) -> bool:
    return any(fact.start < other.end and other.start < fact.end for other in others)


def _read_before(fact: Fact, earlier: Fact) -> bool:
    """Whether a language read earlier tells as much, or tells another thing of the same words: an English
    « car » is no French coach."""
    if fact.field != earlier.field:
        return False
    alone = fact.operation == "set"
    same = alone == (earlier.operation == "set") and (alone or fact.value == earlier.value)
    return same or (fact.start < earlier.end and earlier.start < fact.end)


def _marked(
    base: Stream, marks: Sequence[tuple[int, int, str]], lexicon: Lexicon, text: str
) -> tuple[Stream, list[Hit], Scope]:
    stream = base.replaced(marks)
    hits = stream.hits(lexicon.index.candidates(stream.words))
    cues = [hit for hit in hits if hit.rule.kind not in NO_CUES]
    return stream, hits, Scope(stream, lexicon, cues, text)


def _of(hits: Sequence[Hit], *kinds: str) -> list[Hit]:
    return [hit for hit in hits if hit.rule.kind in kinds]


def _without(raw: Sequence[Token], spans: Sequence[tuple[int, int]]) -> list[Token]:
    """The tokens, those inside sensitive spans replaced by a border."""
    if not spans:
        return list(raw)
    return [
        t._replace(text=BORDER) if any(t.start < end and start < t.end for start, end in spans) else t
        for t in raw
    ]
