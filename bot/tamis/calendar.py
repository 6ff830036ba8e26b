"""Dates in conditions: when a service ends, in which months it is open, until when it is full."""

from __future__ import annotations

import calendar
import datetime as dt
import re
from collections.abc import Mapping
from typing import Any

from bot.tamis.criteria import Expression, Full, Not, Season, Stated, Validity, any_of

Parts = tuple[int | None, int, int | None]  # day, month, year
_LEAP_YEAR = 2024  # so that the 29th of February of a season is a day


class Calendar:
    """Reads dates, from the words of `measures.yml`."""

    def __init__(self, words: Mapping[str, Any]) -> None:
        self._months = {name: int(number) for number, names in words["months"].items() for name in names}
        month = rf"(?:{'|'.join(sorted(self._months, key=len, reverse=True))})\b\.?"
        day = words["day"].replace("{month}", month)
        ends = {"{from}": day.replace("@", "a"), "{to}": day.replace("@", "b")}

        def compiled(name: str) -> re.Pattern[str]:
            text = words[name]
            for mark, pattern in ends.items():
                text = text.replace(mark, pattern)
            return re.compile(text)

        self._range, self._since, self._last = compiled("range"), compiled("since"), compiled("until")
        self._short, self._opens = compiled("short_range"), compiled("opens")
        self._too_late = compiled("too_late")
        self._days_of = re.compile(words["month_days"].replace("{month}", month))
        self._summer_months = words["summer_months"][0], words["summer_months"][1]
        self._summer = re.compile(words["summer"].replace("{month}", month))
        self._shut = re.compile(words["shut"])

    def speaks(self, text: str) -> bool:
        """Whether a date may be said."""
        patterns = (self._range, self._short, self._since, self._last, self._opens, self._summer)
        return any(pattern.search(text) for pattern in patterns)

    def read(self, text: str, updated: dt.date | None) -> list[tuple[int, int, Expression]]:
        """Spans of a folded sentence that speak of dates, with what they mean.

        `updated` is the day the text was last changed; a month without a year is the next one after it.
        """
        found: list[tuple[int, int, Expression]] = []
        for match in self._range.finditer(text):
            expression = self._between(self._parts(match, "a"), self._parts(match, "b"))
            found.append((match.start(), match.end(), self._open(text[: match.start()], expression)))
        for match in self._short.finditer(text):
            end = self._parts(match, "b")
            expression = self._between((int(match["sd"]), end[1], end[2]), end)
            found.append((match.start(), match.end(), self._open(text[: match.start()], expression)))
        for match in self._too_late.finditer(text):
            day = self._day(match, "a", updated, last=True)
            found.extend([(*match.span(), Validity(end=day))] if day else [])
        for match in self._days_of.finditer(text):
            number = self._months[match["month"].rstrip(".")]
            found.append((*match.span(), self._between((None, number, None), (None, number, None))))
        for match in self._summer.finditer(text):
            months = self._named_months(match)
            if months and not any(start < match.end() and match.start() < end for start, end, _ in found):
                season = self._between((None, months[0], None), (None, months[1], None))
                found.append((*match.span(), self._open(text[: match.start()], season)))
        for match in self._opens.finditer(text):
            if not any(start < match.end() and match.start() < end for start, end, _ in found):
                opening = self._opening(match, updated)
                found.extend([(match.start(), match.end(), opening)] if opening else [])
        for match in self._since.finditer(text):
            day = self._day(match, "a", None, last=False)
            if day is not None:
                found.append((match.start(), match.end(), Validity(end=day - dt.timedelta(days=1))))
        for match in self._last.finditer(text):
            if not any(start < match.end() and match.start() < end for start, end, _ in found):
                found.append((match.start(), match.end(), self._until(match, updated)))
        return found

    def _named_months(self, match: re.Match[str]) -> tuple[int, int] | None:
        """« juillet-août », « (juin à septembre) », « l'été »; months apart from each other are no season."""
        first, last = match["first"] or match["from"], match["last"] or match["to"]
        if not first or not last:
            return self._summer_months
        months = self._months[first.rstrip(".")], self._months[last.rstrip(".")]
        return months if match["from"] or months[1] == months[0] + 1 else None

    def _open(self, before: str, expression: Expression) -> Expression:
        """« Fermé du 1er au 31 août »: open the rest of the year."""
        if not self._shut.search(before):
            return expression
        if not isinstance(expression, Season):
            return any_of(Not(expression), Stated("other", "dates"))
        first = dt.date(_LEAP_YEAR, *expression.start) - dt.timedelta(days=1)
        last = dt.date(_LEAP_YEAR, *expression.end) + dt.timedelta(days=1)
        # While it is shut nobody can say from here whether one may at least sign up.
        return any_of(Season((last.month, last.day), (first.month, first.day)), Stated("other", "dates"))

    def _opening(self, match: re.Match[str], updated: dt.date | None) -> Expression | None:
        """When a service opens (nobody enters before) or takes people again (full until then)."""
        early = self._day(match, "a", updated, last=False)
        late = self._day(match, "a", updated, last=True)
        if early is None or late is None:
            return None
        if match["new"] and not match["again"]:
            return Validity(start=early)
        return Full(early, early if early == late else late + dt.timedelta(days=1))

    def _between(self, start: Parts, end: Parts) -> Expression:
        if end[2] is not None:
            year = start[2] if start[2] is not None else end[2]
            opens, closes = _make(year, start, last=False), _make(end[2], end, last=True)
            if opens and closes and opens > closes and start[2] is None:
                opens = _make(year - 1, start, last=False)
            if opens and closes and opens <= closes:
                return Validity(opens, closes)
            return Stated("other", "dates")
        opens, closes = _make(_LEAP_YEAR, start, last=False), _make(_LEAP_YEAR, end, last=True)
        if opens is None or closes is None:
            return Stated("other", "dates")
        return Season((opens.month, opens.day), (closes.month, closes.day))

    def _until(self, match: re.Match[str], updated: dt.date | None) -> Expression:
        early = self._day(match, "a", updated, last=False)
        late = self._day(match, "a", updated, last=True)
        if match["full"] or match["closed"]:
            if early is None or late is None:
                return Stated("other", "complet")
            exact = early == late
            return Full(early, early if exact else late + dt.timedelta(days=1))
        dated = self._parts(match, "a")[2] is not None
        if late is None or not dated:
            # Without a year nobody can say whether the day has gone by or comes again.
            return Stated("other", "date limite")
        if match["edge"] in ("debut ", "mi-"):
            return Stated("other", "date limite")
        return Validity(end=late)

    def _day(self, match: re.Match[str], prefix: str, after: dt.date | None, *, last: bool) -> dt.date | None:
        parts = self._parts(match, prefix)
        if parts[2] is not None:
            return _make(parts[2], parts, last=last)
        if after is None:
            return None
        this_year = _make(after.year, parts, last=True)
        if this_year is None:
            return None
        year = after.year if this_year >= after else after.year + 1
        return _make(year, parts, last=last)

    def _parts(self, match: re.Match[str], prefix: str) -> Parts:
        if match[f"{prefix}nd"]:
            written = match[f"{prefix}ny"]
            year = int(written) + (2000 if len(written) == 2 else 0) if written else None
            return int(match[f"{prefix}nd"]), int(match[f"{prefix}nm"]), year
        day = match[f"{prefix}d"]
        year_text = match[f"{prefix}y"]
        month = self._months[match[f"{prefix}m"].rstrip(".")]
        return int(day) if day else None, month, int(year_text) if year_text else None


def _make(year: int, parts: Parts, *, last: bool) -> dt.date | None:
    day, month, _ = parts
    if not 1 <= month <= 12:
        return None
    length = calendar.monthrange(year, month)[1]
    if day is None:
        day = length if last else 1
    if not 1 <= day <= length:
        return None
    return dt.date(year, month, day)
