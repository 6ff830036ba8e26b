"""Dates as people say them, against the conversation's clock: the day of the trip, never a day gone by."""

from __future__ import annotations

import calendar
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from bot.understanding.lexicon import Lexicon
from bot.understanding.stream import Hit, Stream
from bot.understanding.text import BORDER

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
WEEKEND = WEEKDAYS[5:]
LONGEST_DAYS = 400  # a deadline further away than this is a slip of the pen
RECENT_DAYS = 90  # « le 15 novembre » said on the 23rd is a week ago, not next year
TOO_NEAR = 2
MONTHS = 12
DOTTED_DAYS = 60  # « 14.12 » is a day when it is one of the next weeks and its minutes would be odd ones
FIVE = 5  # minutes that people say are fives
_NUMERIC = re.compile(
    r" (?:(?P<y>20\d\d) [-/.] (?P<mo>\d\d?) [-/.] (?P<d>\d\d?)"
    r"|(?P<d2>[0-3]?\d) (?P<sep>[/.-]) (?P<mo2>[01]?\d)(?: (?P=sep) (?P<y2>(?:20)?\d\d))?)(?= |$)(?! [-/.] \d{4})"
)


@dataclass(frozen=True)
class Day:
    """Tokens [start, end) that name a day; `value` is None for a day that is no deadline (past, recurring).

    `weekend`: a Saturday or Sunday that comes back (« le samedi et le dimanche »). `late`: the words say
    afternoon or evening (« ce soir »), so a bare hour beside them is one after noon."""

    start: int
    end: int
    value: date | None
    confirm: bool = False
    weekend: bool = False
    late: bool = False


@dataclass(frozen=True)
class Dotted:
    """Where « 14.12 » is a day: in these languages, but for words before or behind it that make a time or a price."""

    languages: frozenset[str]
    not_after: frozenset[str]
    not_before: frozenset[str]

    @classmethod
    def told(cls, content: Mapping[str, Iterable[str]]) -> Dotted:
        """As policy.yml tells it; nowhere where it does not."""
        return cls(*(frozenset(content.get(name, ())) for name in ("languages", "not_after", "not_before")))

    def allows(self, stream: Stream, language: str, start: int, end: int) -> bool:
        """Whether tokens [start, end) of a stream are a day."""
        tokens = stream.tokens
        timed = start > 0 and tokens[start - 1].text in self.not_after
        priced = end < len(tokens) and tokens[end].text in self.not_before
        return language in self.languages and not timed and not priced


NOWHERE = Dotted.told({})


def find_days(
    stream: Stream,
    lexicon: Lexicon,
    hits: list[Hit],
    today: date,
    taken: Sequence[tuple[int, int]] = (),
    dotted: Dotted = NOWHERE,
) -> list[Day]:
    """The days of a message, in order. `hits` are those of the kind dates; longer wordings hide shorter ones.
    `taken` are tokens [start, end) that are already times: « vendredi 14h » is no 14th. `dotted`: where
    days are written so."""
    found: list[Day] = []
    for hit in hits:
        if hit.rule.detail.get("never"):
            weekday = lexicon.weekdays.get(hit.groups["weekday"][0]) if "weekday" in hit.groups else None
            again = bool(hit.rule.detail.get("again")) and weekday in WEEKEND
            found.append(Day(hit.start, hit.end, None, weekend=again))
        else:
            day, confirm = _resolve(hit, lexicon, today)
            found.append(Day(hit.start, hit.end, day, confirm, late=bool(hit.rule.detail.get("late"))))
    found.extend(_numeric(stream, today, lexicon.language, dotted))
    found = [left for day in found if (left := _beside(stream, day, taken)) is not None]
    found.sort(key=lambda d: (-(d.end - d.start), d.value is not None, d.start))
    kept: list[Day] = []
    for named in found:
        if not any(named.start < other.end and other.start < named.end for other in kept):
            kept.append(named)
    ordered = sorted(kept, key=lambda d: d.start)
    return [
        day
        for at, day in enumerate(ordered)
        if not any(_names(day, after) for after in ordered[at + 1 : at + 2])
    ]


def figures(stream: Stream, today: date, language: str, dotted: Dotted = NOWHERE) -> list[tuple[int, int]]:
    """Tokens [start, end) of dates in figures with a day to come: the month of « 9/12 à 8h » begins no time.

    Not « 8/12h », where a unit stands right behind the figure.
    """
    return [
        (day.start, day.end)
        for day in _numeric(stream, today, language, dotted)
        if day.value is not None and not _glued(stream, day.end)
    ]


def _glued(stream: Stream, at: int) -> bool:
    """Whether nothing stands between a word and the token before it."""
    following = stream.tokens[at : at + 1]
    return any(token.text != BORDER and token.start == stream.tokens[at - 1].end for token in following)


def _names(day: Day, after: Day) -> bool:
    """Whether a weekday is that of the date right behind it, with a comma: « sábado, 5 de dezembro »."""
    if day.value is None or after.value is None or after.start - day.end > 1:
        return False
    return day.value < after.value and day.value.weekday() == after.value.weekday()


def _beside(stream: Stream, day: Day, taken: Sequence[tuple[int, int]]) -> Day | None:
    """The day without the words of a time behind it; None when they are the time's alone.

    « esta noche a las ocho », « pazartesi sabah 6'da »: a word may belong to both. A figure may not: « vendredi 14h ».
    """
    for start, end in taken:
        if not (day.start < end and start < day.end):
            continue
        shared = stream.tokens[start : day.end]
        if not (day.start < start and day.end < end) or any(token.text.isdigit() for token in shared):
            return None
        day = replace(day, end=start)
    return day


def _resolve(hit: Hit, lexicon: Lexicon, today: date) -> tuple[date | None, bool]:
    detail, groups = hit.rule.detail, hit.groups
    if "days" in detail:
        return today + timedelta(days=int(detail["days"])), False
    number = _number(groups["n"][0], lexicon) if "n" in groups else detail.get("day")
    if "weekday" in detail:
        wanted = lexicon.weekdays.get(groups["weekday"][0]) if "weekday" in groups else None
        if wanted is None:
            return None, False
        ahead = (WEEKDAYS.index(wanted) - today.weekday() - 1) % 7 + 1
        if detail.get("next") and ahead <= TOO_NEAR:
            ahead += 7  # nobody calls tomorrow « mardi prochain »
        if "week" in detail:  # counted in weeks from Monday to Sunday, whatever today is
            ahead = WEEKDAYS.index(wanted) - today.weekday() + 7 * int(detail["week"])
            return today + timedelta(days=ahead), False
        return today + timedelta(days=ahead + 7 * int(detail["weekday"])), ahead >= 7
    if "each" in detail and number is not None:
        return _later(today, number, str(detail["each"])), False
    if "month" in detail and number is not None and "month" in groups:
        month = int(lexicon.months.get(groups["month"][0], "0"))
        year = groups.get("year")
        return _calendar(today, number, month, _year(year[0]) if year else None), False
    if "monthday" in detail and number is not None:
        day = _safe(today.year, today.month, number)
        if day is None or day < today:
            following = today.replace(day=1) + timedelta(days=32)
            day = _safe(following.year, following.month, number)
        return day, True
    return None, False


def _later(today: date, number: int, unit: str) -> date | None:
    if unit == "month":
        months = today.month - 1 + number
        year, month = today.year + months // 12, months % 12 + 1
        return _bounded(_safe(year, month, min(today.day, calendar.monthrange(year, month)[1])), today)
    return _bounded(today + timedelta(days=min(number, 1000) * (7 if unit == "week" else 1)), today)


def _numeric(stream: Stream, today: date, language: str, dotted: Dotted) -> list[Day]:
    days = []
    for match in _NUMERIC.finditer(stream.string):
        start, end = stream.at(match.start(), match.end())
        if start is None or end is None:
            continue
        day = int(match.group("d") or match.group("d2"))
        month = int(match.group("mo") or match.group("mo2"))
        year = match.group("y") or match.group("y2")
        if match.group("sep") == "." and year is None:
            named = _dotted(today, day, month, match.group("mo2"))
            if named and dotted.allows(stream, language, start, end):
                days.append(Day(start, end, named, confirm=True))
            continue  # « 9.30 » is a time
        if match.group("sep") == "-" and year is None:
            continue  # « 18-25 » is an age
        if match.group("sep") and year is None and day <= MONTHS and len(match.group("mo2")) == 1:
            continue  # « 1/2 », « 2/3 fois par semaine »
        days.append(Day(start, end, _calendar(today, day, month, _year(year) if year else None)))
    return days


def _dotted(today: date, day: int, month: int, written: str) -> date | None:
    """The day that « 14.12 » names, which many languages write so; None where it may as well be a time."""
    named = _calendar(today, day, month, None) if len(written) > 1 and month % FIVE else None
    return named if named and named <= today + timedelta(days=DOTTED_DAYS) else None


def _calendar(today: date, day: int, month: int, year: int | None) -> date | None:
    if year is not None:
        return _bounded(_safe(year, month, day), today)
    this = _safe(today.year, month, day)
    if this is not None and this < today and (today - this).days > RECENT_DAYS:
        this = _safe(today.year + 1, month, day)
    return _bounded(this, today)


def _bounded(day: date | None, today: date) -> date | None:
    return day if day is not None and today <= day <= today + timedelta(days=LONGEST_DAYS) else None


def _safe(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _year(text: str) -> int:
    return int(text) if len(text) == 4 else 2000 + int(text)


def _number(text: str, lexicon: Lexicon) -> int | None:
    return int(text[:6]) if text.isdigit() else lexicon.numbers.get(text)
