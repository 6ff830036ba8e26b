"""What each word of a sentence is part of: the spans that mean something, longest first, never overlapping."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass

from bot.tamis.criteria import (
    Age,
    Duration,
    Expression,
    Full,
    Licence,
    Quotient,
    Situation,
    Stated,
    Validity,
    all_of,
)
from bot.tamis.lexicon import Lexicon
from bot.tamis.territory import NOWHERE, Neighbourhood, Territory

SILENT = frozenset({"neutral", "silent", "waived", "aim", "document", "mobility", "open"})
_FIRST = frozenset({"access", "closed", "ended"})
_YIELDS = frozenset({"neutral"})  # gives way to any words that mean something
_LINK = re.compile(r"(?:[ ,/]| ou| et)+$")  # what joins the words to the next ones is not theirs
ENDED = Validity(end=dt.date.min)


@dataclass(frozen=True, slots=True)
class Span:
    """Some words of a sentence: what they mean (`expression`, None when silent) and of which kind they are."""

    start: int
    end: int
    kind: str
    expression: Expression | None
    told: bool = False


@dataclass(frozen=True, slots=True)
class Setting:
    """What helps to read one service's text: where it is, and when it was last changed."""

    near: Neighbourhood = NOWHERE
    updated: dt.date | None = None


ANYWHERE = Setting()
YEAR = 12
_REACH = 45  # letters between a duration and what it is the duration of


class Spotter:
    """Finds the spans of a folded sentence."""

    def __init__(self, lexicon: Lexicon, territory: Territory) -> None:
        self._lexicon = lexicon
        self.shortened = lexicon.shortened
        self._territory = territory

    def spans(self, text: str, setting: Setting) -> list[Span]:
        """Meaningful spans in reading order; ages widened by « 30 ans si RQTH », durations tied to their subject."""
        lexicon = self._lexicon
        found: list[Span] = []
        for wanted in lexicon.wanted:
            for match in wanted.pattern.finditer(text):
                expression = wanted.expression
                if wanted.kind == "closed":
                    expression = Full()
                elif wanted.kind == "ended":
                    expression = ENDED
                if match.end() > match.start():
                    found.append(Span(match.start(), match.end(), wanted.kind, expression, wanted.told))
        for match in lexicon.licence_years.finditer(text):
            held = Duration("licence_duration", 12 * lexicon.years_held(match[0]))
            found.append(Span(*match.span(), "licence", all_of(Licence("b"), held)))
        for start, end, age in lexicon.ages.read(text):
            wider = lexicon.ages.extended(text, end, age, self._situation) if isinstance(age, Age) else None
            found.append(Span(start, wider[0], "age", wider[1]) if wider else Span(start, end, "age", age))
        for start, end, expression in lexicon.quotient.read(text):
            found.append(Span(start, end, "quotient", expression))
        found.extend(
            Span(start, end, "resources", Stated("resources")) for start, end in lexicon.quotient.bare(text)
        )
        for start, end, expression in self._territory.read(text, setting.near):
            found.append(Span(start, end, "lives", expression))
        for start, end, expression in lexicon.calendar.read(text, setting.updated):
            told = isinstance(expression, Full) or bool(lexicon.told_dates.search(text))
            found.append(Span(start, end, "dates", expression, told))
        for match in lexicon.purpose.finditer(text):
            motive = lexicon.motive(match[0])
            if motive:
                trimmed = len(_LINK.sub("", match[0]))
                found.append(Span(match.start(), match.start() + trimmed, "purpose", motive))
        for dated in [span for span in found if span.kind == "dates"]:
            # « suspendu du 1er au 30 novembre »: the dates say when, it has not ended.
            found = [
                span for span in found if span.kind not in ("ended", "closed") or not _until(span, dated)
            ]
        if any(isinstance(span.expression, Full) and span.expression.until for span in found):
            # « complet, réouverture en mars »: the date says until when.
            found = [span for span in found if span.kind != "closed" and not _is_full_now(span)]
        if any(isinstance(span.expression, Quotient) for span in found):
            # « conditions de ressources : QF inférieur à 765 € »: the figure says which.
            found = [
                Span(span.start, span.end, "neutral", None)
                if span.kind == "resources" and text[span.end : span.end + 2].strip() in (":", "(")
                else span
                for span in found
            ]
        chosen = self._homes(text, _longest(found), setting)
        chosen = self._durations(text, chosen)
        return self._generations(text, chosen)

    def _homes(self, text: str, spans: list[Span], setting: Setting) -> list[Span]:
        """« allocataires du RSA de Maine-et-Loire »: the place just after people is where they live."""
        result = list(spans)
        for span in spans:
            code = span.expression.code if isinstance(span.expression, Situation) else None
            if span.kind != "age" and code not in self._lexicon.lives_after:
                continue
            home = self._territory.of(text, span.end, setting.near)
            if home and not any(
                span.end < other.end and other.start < home[0] for other in spans if other != span
            ):
                result.append(Span(span.end, home[0], "lives", home[1]))
        return sorted(result, key=lambda span: span.start)

    def depends(self, text: str) -> bool:
        """Whether a sentence is read differently from one place or day of change to another."""
        return self._territory.speaks(text) or self._lexicon.calendar.speaks(text)

    def _situation(self, words: str) -> Situation | None:
        for wanted in self._lexicon.wanted:
            if (
                wanted.kind == "who"
                and wanted.pattern.search(words)
                and isinstance(wanted.expression, Situation)
            ):
                return wanted.expression
        return None

    def _durations(self, text: str, spans: list[Span]) -> list[Span]:
        result = list(spans)
        for start, end, months, at_most in self._lexicon.durations.read(text):
            # « résider depuis un an à Angers » holds its duration inside.
            if any(span.start < end and start < span.end for span in spans if span.kind != "lives"):
                continue
            before = [
                span
                for span in spans
                if span.end <= start and start - span.end < _REACH and span.kind != "mobility"
            ]
            after = [span for span in spans if span.start >= end and span.start - end < _REACH // 2]
            subject = before[-1] if before else None
            nearby = text[max(0, start - _REACH) : start]
            between = text[subject.end : start] if subject else nearby
            subject = subject or (after[0] if after else None)
            follows = text[end : end + _REACH // 2]
            expression = self._lasting(subject, between, nearby, follows, months, at_most)
            if expression is not None:
                result.append(Span(start, end, "duration", expression))
        return sorted(result, key=lambda span: span.start)

    def _generations(self, text: str, spans: list[Span]) -> list[Span]:
        """« Jeunes », « seniors » with no age beside them mean what the coded publics mean."""
        aged = any(span.kind == "age" for span in spans)
        result = list(spans)
        for start, end, public in self._lexicon.ages.generations(text):
            if any(span.start < end and start < span.end for span in spans):
                continue
            meaning = None if aged else self._lexicon.situations.publics[public]
            result.append(Span(start, end, "neutral" if aged else "age", meaning))
        return sorted(result, key=lambda span: span.start)

    def _lasting(
        self, subject: Span | None, between: str, nearby: str, follows: str, months: int, at_most: bool
    ) -> Expression | None:
        """What a duration is the duration of: its subject, or the words around it."""
        lexicon = self._lexicon
        if subject is not None and isinstance(subject.expression, Licence):
            return Duration("licence_duration", months, at_most)
        lived = any(cue in between for cue in lexicon.residence_cues)
        if isinstance(getattr(subject, "expression", None), Situation) and lexicon.lent.search(nearby):
            return None  # « aux demandeurs d'emploi un prêt de trois mois »
        if subject is not None and isinstance(subject.expression, Situation) and not lived:
            code = subject.expression.code
            if code in lexicon.work_situations:
                return Stated("contract")
            # Long-term unemployment tells how long one is registered as a jobseeker, nowhere else.
            jobseeker = code.startswith("demandeur-emploi")
            if code == "demandeur-emploi-longue-duree" and months <= YEAR and not at_most:
                return subject.expression  # that is what the words mean
            return (
                Duration("registration_duration", months, at_most)
                if jobseeker
                else Stated("registration_duration")
            )
        if (subject is not None and subject.kind == "lives") or lived:
            return Duration("residence_duration", months, at_most)
        if subject is not None and subject.kind == "contract":
            return Stated("contract")
        if any(cue in nearby or cue in follows for cue in lexicon.registration_cues):
            return Duration("registration_duration", months, at_most)
        return None


def _until(ended: Span, dated: Span) -> bool:
    return 0 <= dated.start - ended.end <= 2 or (
        isinstance(dated.expression, Full) and dated.start < ended.end and ended.start < dated.end
    )


def _is_full_now(span: Span) -> bool:
    return span.expression == Stated("other", "complet")


def _longest(found: list[Span]) -> list[Span]:
    # The longest reading of a place wins; what means something wins over what is silent, at equal length.
    # What shuts a service hides in words about bookings, delays and opening: it goes first.
    ordered = sorted(
        found,
        key=lambda span: (
            span.kind in _YIELDS,
            span.kind not in _FIRST and not isinstance(span.expression, Full),
            span.start - span.end,
            span.kind == "unread",
            span.kind in SILENT,
            span.start,
        ),
    )
    taken: list[Span] = []
    for span in ordered:
        if not any(span.start < other.end and other.start < span.end for other in taken):
            taken.append(span)
    return sorted(taken, key=lambda span: span.start)
