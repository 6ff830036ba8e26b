"""What a message states, read in one language: its days, times and places first, then what stands around them."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from bot.understanding.birth import age_at
from bot.understanding.clock import Clock, after_noon, find_times
from bot.understanding.codes import Codes, settled
from bot.understanding.days import Dotted, figures, find_days
from bot.understanding.facts import Fact
from bot.understanding.index import Rule
from bot.understanding.lexicon import Lexicon
from bot.understanding.listing import joined
from bot.understanding.mentions import Mention, PlaceFinder
from bot.understanding.pattern import Pattern
from bot.understanding.places import Gazetteer
from bot.understanding.policy import Policy
from bot.understanding.roles import Roles
from bot.understanding.scope import Scope
from bot.understanding.spelling import read_stream
from bot.understanding.stream import Hit, Stream
from bot.understanding.text import Token
from bot.understanding.trip import Doubts, Trip

PARIS = ZoneInfo("Europe/Paris")
# « I am so tired today, and the bus does not come »: a day of which nothing is told is no day to be somewhere. « It is
# for this evening » alone is one.
BRIEF = 11
NO_CUES = frozenset({"rule", "clock", "trips"})


@dataclass(frozen=True)
class Stated:
    """Facts in the order of their words, and the words they were read from with what surrounds them."""

    facts: list[Fact]
    stream: Stream
    scope: Scope
    places: Mapping[str, Mention] = field(default_factory=dict)
    """By their marks in the stream."""


class Stating:
    """Reads tokens by one lexicon. Keeps nothing between messages; `nothing` is a pattern that no text meets."""

    def __init__(
        self, policy: Policy, gazetteer: Gazetteer, nothing: Pattern, roles: Roles | None = None
    ) -> None:
        self.policy = policy
        self.gazetteer = gazetteer
        self._nothing = nothing
        self._roles = roles
        self._dotted = Dotted.told(policy.dotted)

    def read(
        self,
        lexicon: Lexicon,
        raw: Sequence[Token],
        text: str,
        now: datetime,
        asked: str | None,
        profile: Mapping[str, Any] | None,
    ) -> Stated:
        """What these tokens of `text` state. The arguments are those of `Understanding.read`."""
        base = read_stream(raw, lexicon, self.gazetteer.words)
        early = base.hits(base.candidates(lexicon.early))
        today = now.astimezone(PARIS).date()
        dated = figures(base, today, lexicon.language, self._dotted)
        clock = [
            hit
            for hit in _of(early, "times")
            if not any(a < hit.start < b or (a, b) == (hit.start, hit.end) for a, b in dated)
        ]
        times = find_times(base, clock, lexicon.numbers)
        days = find_days(
            base, lexicon, _of(early, "dates"), today, [(t.start, t.end) for t in times], self._dotted
        )
        times = after_noon(times, [(d.start, d.end) for d in days if d.late])
        finder = PlaceFinder(self.gazetteer, lexicon, base, (profile or {}).get("origin"))
        named = finder.find(
            _of(early, "place_cues", "not_places"), expected=asked in ("origin", "destination")
        )
        days = [day for day in days if not _inside(day.start, day.end, named)]
        times = [time for time in times if not _inside(time.start, time.end, named)]
        taken = [(d.start, d.end) for d in days] + [(t.start, t.end) for t in times]
        places = [m for m in named if not any(m.start < b and a < m.end for a, b in taken)]
        day_of = {f"§d{i}{'w' * day.weekend}": day for i, day in enumerate(days)}
        time_of = {f"§t{i}": time for i, time in enumerate(times)}
        place_of = {f"§p{i}": mention for i, mention in enumerate(places)}
        marks = [(m.start, m.end, mark) for named in (time_of, day_of, place_of) for mark, m in named.items()]
        stream, cues, scope = _marked(base, marks, lexicon, text, self.policy.joining)
        trip = Trip(
            stream, scope, self.policy, place_of, Doubts(self._roles, lexicon.language, self._nothing)
        )
        moves = _hits(stream, lexicon, {"trips"})
        trips = trip.facts(moves + _of(cues, "wrong_places"), asked=asked, profile=profile)
        idle = trip.idle(trips)
        if idle:  # words that could have been towns and play no part: « du mal à lire » is not Liré
            stream, cues, scope = _marked(
                base, [m for m in marks if m[2] not in idle], lexicon, text, self.policy.joining
            )
        codes = Codes(stream, scope, lexicon, self.policy)
        said = _hits(stream, lexicon, {"rule", "clock"})
        facts = codes.facts(_of(said, "rule"))
        if taken:
            words = base.replaced([m for m in marks if m[2] in place_of and m[2] not in idle])
            facts += self._worded(words, [base.span(start, end) for start, end in taken], lexicon, text)
        facts += joined(stream, codes, lexicon, self.policy, facts)
        facts += trips
        clock_of = Clock(stream, scope, self.policy, time_of)
        facts += clock_of.facts(_of(said, "clock"), asked=asked)
        if asked == "arrival" and not days:
            facts += clock_of.answer(lexicon.language)
        facts += self._deadline(stream, scope, day_of, _of(cues, "dates"))
        births = self._births(base, stream, scope, _of(cues, "born"), lexicon, today)
        facts = [fact for fact in facts if not (fact.field == "deadline" and _within(fact, births))] + births
        if asked is None and len(base) > BRIEF and not any(fact.field in self.policy.dated for fact in facts):
            facts = [f for f in facts if f.field != "deadline" or f.value != today.isoformat()]
        if asked is not None:
            facts += codes.answers(stream.hits(stream.candidates(lexicon.asked)), asked, facts)
            if taken and asked in self.policy.worded and not any(fact.field == asked for fact in facts):
                # « Samedi », asked at what hours: its words answer, and it is no day to be somewhere.
                answers = self._answers(words, asked, lexicon, text)
                facts = [f for f in facts if f.field != "deadline" or not _within(f, answers)] + answers
        corrected = [f.start for f in facts if scope.corrected(stream.token_at(f.start))]
        return Stated(
            [
                replace(fact, corrects=True) if fact.start in corrected else fact
                for fact in settled(facts, self.policy, corrected)
            ],
            stream,
            scope,
            place_of,
        )

    def denied(self, fact: Fact, first: Stated) -> bool:
        """Whether the words of the message's own language around a fact of another say that it is not the person's:
        « він apprenti », « не маю RSA »."""
        at = first.stream.token_at(fact.start)
        cues = first.scope.cues(Hit(Rule("rule", fact.field), self._nothing, at, at + 1)) & {
            "other",
            "negation",
            "past",
        }
        rule = Rule("rule", fact.field)
        return self.policy.drops(fact.field, cues, rule) or self.policy.removes(fact.field, cues, rule)

    def _worded(
        self, words: Stream, told: Sequence[tuple[int, int]], lexicon: Lexicon, text: str
    ) -> list[Fact]:
        """The facts that lie in the very words of times and days: « les samedis », « contrat de 15 heures ».

        `words`: the stream in which these were not replaced; `told`: their characters of the message.
        """
        fields = self.policy.worded
        worded = lexicon.index.that(" ".join(["of", *sorted(fields)]), lambda rule: rule.field in fields)
        hits = [
            hit
            for hit in words.hits(words.candidates(lexicon.index, worded))
            if any(start < b and a < end for start, end in [words.span(hit.start, hit.end)] for a, b in told)
        ]
        return self._codes(words, lexicon, text).facts(hits) if hits else []

    def _answers(self, words: Stream, asked: str, lexicon: Lexicon, text: str) -> list[Fact]:
        """The answer to the question just asked that lies in the words of times and days."""
        hits = words.hits(words.candidates(lexicon.asked))
        return self._codes(words, lexicon, text).answers(hits, asked, ()) if hits else []

    def _codes(self, stream: Stream, lexicon: Lexicon, text: str) -> Codes:
        scope = Scope(stream, lexicon, _cues(stream, lexicon), text, self.policy.joining)
        return Codes(stream, scope, lexicon, self.policy)

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


def _inside(start: int, end: int, named: Sequence[Mention]) -> bool:
    """Whether tokens [start, end) are a part of a longer name: « Meslay-du-Maine », whose « mâine » is no tomorrow."""
    return any(m.start <= start and end <= m.end and m.end - m.start > end - start for m in named)


def _within(fact: Fact, others: Sequence[Fact]) -> bool:
    return any(fact.start < other.end and other.start < fact.end for other in others)


def _marked(
    base: Stream, marks: Sequence[tuple[int, int, str]], lexicon: Lexicon, text: str, joining: Collection[str]
) -> tuple[Stream, list[Hit], Scope]:
    stream = base.replaced(marks)
    cues = _cues(stream, lexicon)
    return stream, cues, Scope(stream, lexicon, cues, text, joining)


def _cues(stream: Stream, lexicon: Lexicon) -> list[Hit]:
    within = lexicon.index.that("cues", lambda rule: rule.kind not in NO_CUES)
    return stream.hits(stream.candidates(lexicon.index, within))


def _hits(stream: Stream, lexicon: Lexicon, kinds: Collection[str]) -> list[Hit]:
    within = lexicon.index.that(" ".join(sorted(kinds)), lambda rule: rule.kind in kinds)
    return stream.hits(stream.candidates(lexicon.index, within))


def _of(hits: Sequence[Hit], *kinds: str) -> list[Hit]:
    return [hit for hit in hits if hit.rule.kind in kinds]
