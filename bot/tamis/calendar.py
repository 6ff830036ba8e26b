"""Dates in conditions: when a service ends, in which months it is open, until when it is full."""

from __future__ import annotations

import calendar
import datetime as dt
import re

from bot.tamis.criteria import Expression, Full, Season, Stated, Validity

_MONTHS = {
    name: number
    for number, names in enumerate(
        "janvier janv|fevrier fevr|mars|avril avr|mai|juin|juillet juil|aout|septembre sept|octobre oct|"
        "novembre nov|decembre dec".split("|"),
        start=1,
    )
    for name in names.split()
}
_MONTH = "(?:" + "|".join(sorted(_MONTHS, key=len, reverse=True)) + r")\b\.?"
_DAY = (
    rf"(?:(?:le |au )?(?P<{{p}}d>\d{{{{1,2}}}})(?:er)? )?(?:le )?(?:fin |debut |mi-)?"
    rf"(?P<{{p}}m>{_MONTH})(?: (?P<{{p}}y>20\d\d))?"
    r"|(?:le |au )?(?P<{p}nd>\d{{1,2}})[/.](?P<{p}nm>\d{{1,2}})(?:[/.](?P<{p}ny>20\d\d|\d\d))?"
)


def _date(prefix: str) -> str:
    return "(?:" + _DAY.format(p=prefix) + ")"


_RANGE = re.compile(rf"\b(?:de|du|d'|entre|ouverte?s? (?:de|du)) ?(?:le )?{_date('a')} ?(?:a|au|et|jusqu'au|jusqu'en|-) ?(?:le )?{_date('b')}")
_UNTIL = re.compile(
    r"(?:(?P<full>(?:service |dispositif |actuellement |action |planning |parc )*complete?s?|liste d'attente|plus de places?|sature)"
    r"(?: [a-z']+){0,3} |(?P<closed>(?:fermee?s?|suspendue?s?|interrompue?s?)) |(?P<cue>[a-z']+ ){0,2}?)"
    rf"(?:jusqu'(?:au|en|a)|avant(?: le| fin)?|au plus tard(?: le)?|(?:date limite|cloture|fin)[a-z' ]{{0,30}}:?(?: le| au| en)?) ?(?:la )?(?P<edge>fin |debut |mi-)?{_date('a')}"
)
_SINCE = re.compile(
    rf"(?:termine|supprime|cloture|arrete|ferme|suspendu|abrog)(?:e|s|es)? (?:depuis|au|le|en|a compter du)(?: le)? ?{_date('a')}"
)
_FROM = re.compile(rf"(?:a partir d|a compter d|des |ouverture )(?:u|e)?(?: le)? ?{_date('a')}")


def read(text: str, updated: dt.date | None) -> list[tuple[int, int, Expression]]:
    """Spans of a folded sentence that speak of dates, with what they mean.

    `updated` is the day the text was last changed; a month without a year is the next one after it.
    """
    found: list[tuple[int, int, Expression]] = []
    for match in _RANGE.finditer(text):
        found.append((match.start(), match.end(), _between(match)))
    for match in _SINCE.finditer(text):
        day = _day(match, "a", None, last=False)
        if day is not None:
            found.append((match.start(), match.end(), Validity(end=day - dt.timedelta(days=1))))
    for match in _UNTIL.finditer(text):
        if any(start < match.end() and match.start() < end for start, end, _ in found):
            continue
        found.append((match.start(), match.end(), _until(match, updated)))
    return found


def _between(match: re.Match[str]) -> Expression:
    start, end = _parts(match, "a"), _parts(match, "b")
    if end[2] is not None:
        year = start[2] if start[2] is not None else end[2]
        opens, closes = _make(year, start, last=False), _make(end[2], end, last=True)
        if opens and closes and opens > closes and start[2] is None:
            opens = _make(year - 1, start, last=False)
        if opens and closes and opens <= closes:
            return Validity(opens, closes)
        return Stated("other", "dates")
    opens, closes = _make(2024, start, last=False), _make(2024, end, last=True)
    if opens is None or closes is None:
        return Stated("other", "dates")
    return Season((opens.month, opens.day), (closes.month, closes.day))


def _until(match: re.Match[str], updated: dt.date | None) -> Expression:
    early = _day(match, "a", updated, last=False)
    late = _day(match, "a", updated, last=True)
    if match["full"] or match["closed"]:
        if early is None or late is None:
            return Stated("other", "complet")
        exact = early == late
        return Full(early, early if exact else late + dt.timedelta(days=1))
    dated = _parts(match, "a")[2] is not None
    if late is None or not dated:
        # Without a year nobody can say whether the day has gone by or comes again.
        return Stated("other", "date limite")
    if match["edge"] in ("debut ", "mi-"):
        return Stated("other", "date limite")
    return Validity(end=late)


def _day(match: re.Match[str], prefix: str, after: dt.date | None, *, last: bool) -> dt.date | None:
    parts = _parts(match, prefix)
    if parts[2] is not None:
        return _make(parts[2], parts, last=last)
    if after is None:
        return None
    this_year = _make(after.year, parts, last=True)
    if this_year is None:
        return None
    year = after.year if this_year >= after else after.year + 1
    return _make(year, parts, last=last)


def _parts(match: re.Match[str], prefix: str) -> tuple[int | None, int, int | None]:
    if match[f"{prefix}nd"]:
        written = match[f"{prefix}ny"]
        year = int(written) + (2000 if len(written) == 2 else 0) if written else None
        return int(match[f"{prefix}nd"]), int(match[f"{prefix}nm"]), year
    day = match[f"{prefix}d"]
    year_text = match[f"{prefix}y"]
    month = _MONTHS[match[f"{prefix}m"].rstrip(".")]
    return int(day) if day else None, month, int(year_text) if year_text else None


def _make(year: int, parts: tuple[int | None, int, int | None], *, last: bool) -> dt.date | None:
    day, month, _ = parts
    if not 1 <= month <= 12:
        return None
    length = calendar.monthrange(year, month)[1]
    if day is None:
        day = length if last else 1
    if not 1 <= day <= length:
        return None
    return dt.date(year, month, day)
