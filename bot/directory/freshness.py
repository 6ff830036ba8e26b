"""How old and how trustworthy a record is: its age, the published quality score, ended and seasonal services."""

from __future__ import annotations

import functools
import re
import unicodedata
from calendar import monthrange
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Literal

from bot.settings import ROOT
from bot.yaml_text import yaml_loads

PATH = ROOT / "data" / "directory" / "freshness.yml"

Record = Mapping[str, Any]


@dataclass(frozen=True)
class Held:
    """Why a service is not usable on a day: its form, the words it was read from, and the date that decides."""

    form: Literal["ended", "season", "full", "wrong"]
    evidence: str
    until: date | None = None


@functools.cache
def rules() -> Mapping[str, Any]:
    """The rules of freshness, from `data/directory/freshness.yml`."""
    loaded: Mapping[str, Any] = yaml_loads(PATH.read_text(encoding="utf-8"))
    return loaded


def age_days(date_maj: date | str | None, today: date) -> int | None:
    """Days since the record's last change at its producer; None when unknown; never negative."""
    if date_maj is None:
        return None
    changed = date.fromisoformat(date_maj[:10]) if isinstance(date_maj, str) else date_maj
    return max(0, (today - changed).days)


def is_stale(record: Record, today: date) -> bool:
    """Whether the record is past the time after which its producer's own rule advises an update."""
    age = age_days(record.get("date_maj"), today)
    limits: Mapping[str, int | None] = rules()["stale_after_days"]["sources"]
    limit = limits.get(record.get("source") or "", rules()["stale_after_days"]["default"])
    return limit is not None and (age is None or age > limit)


def score_parts(service: Record) -> tuple[float, int]:
    """Sum and number of the quality criteria that do not depend on the day (schema v1, `score_qualite`)."""
    modes = service.get("modes_accueil") or ()
    ways = service.get("modes_mobilisation")
    by = service.get("mobilisable_par")
    length = len(service["description"])
    values: list[float] = [
        0.5 * (ways is not None) + 0.5 * (by is not None),
        1.0 if service.get("publics") else 0.0,
        1.0 if service.get("thematiques") else 0.0,
        1.0 if any(service.get(name) for name in ("courriel", "lien_mobilisation", "telephone")) else 0.0,
        _price(service),
        0.0 if length < 50 else 1.0 if 200 <= length < 2000 else 0.5,
    ]
    if "en-presentiel" in modes or "se-presenter" in (ways or ()):
        values.append(1.0 if service.get("adresse") else 0.0)
    if "envoyer-un-courriel" in (ways or ()):
        values.append(1.0 if service.get("courriel") else 0.0)
    if "telephoner" in (ways or ()):
        values.append(1.0 if service.get("telephone") else 0.0)
    return sum(values), len(values)


def date_score(source: str, date_maj: date | str, today: date) -> float | None:
    """The criterion of recency: 1 under six months, down to 0 at two years; None for sources it does not judge."""
    if source in rules()["score"]["undated_sources"]:
        return None
    recent, old = int(rules()["score"]["recent_days"]), int(rules()["score"]["old_days"])
    age = age_days(date_maj, today) or 0
    return round(min(1.0, max(0.0, (old - age) / (old - recent))), 2)


def score_qualite(service: Record, today: date) -> float:
    """The quality score of a service, 0 to 1 with two decimals, by the published rules on this day."""
    total, count = score_parts(service)
    recency = date_score(service["source"], service["date_maj"], today)
    if recency is not None:
        total, count = total + recency, count + 1
    return round(total / count, 2)


def held(record: Record, today: date) -> Held | None:
    """Whether the record says itself that it is over, or out of season, on this day.

    A date stated apart (`extra.fin`, ISO) wins over the text. In the text only phrases that state the service's
    own end or season count (the phrases are data); a date without a year is a season, never an end.
    """
    extra = record.get("extra") or {}
    if stated := _iso(extra.get("fin")):
        evidence = str(extra.get("fin_motif") or f"fin : {stated.isoformat()}")
        return Held("ended", evidence, stated) if stated < today else None
    for name in rules()["text_fields"]:
        text = record.get(name)
        if text:
            found = _held_in(str(text), today)
            if found:
                return found
    return None


def _price(service: Record) -> float:
    match service.get("frais"):
        case "gratuit":
            return 1.0
        case "payant":
            return 1.0 if service.get("frais_precisions") else 0.5
        case _:
            return 0.0


def _held_in(text: str, today: date) -> Held | None:
    patterns = _patterns()
    if not patterns.hints(text):
        return None
    plain = _plain(text)
    verdict: Held | None = None
    for since in (False, True):
        for match in _found(patterns.phrases["since" if since else "ends"], plain):
            end = _day(match, first=since)
            if end is None:
                continue
            last = end - timedelta(days=1) if since else end
            if last >= today:
                if not since:
                    return (
                        None  # one end still to come keeps the service: an older date beside it was renewed
                    )
                continue
            verdict = verdict or Held("ended", _words(text, match), last)
    return verdict or _shut(text, plain, today) or _season(text, plain, today)


def _shut(text: str, plain: str, today: date) -> Held | None:
    for match in _found(_patterns().phrases["shut_until"], plain):
        last = _day(match, first=False)
        if last is not None and last >= today:
            return Held("season", _words(text, match), last)
    return None


def _season(text: str, plain: str, today: date) -> Held | None:
    phrases = _patterns().phrases
    for name in ("shut", "seasons"):
        for match in _found(phrases[name], plain):
            span = _span(match)
            if span is None:
                continue
            first, last = span
            day = (today.month, today.day)
            inside = first <= day <= last if first <= last else not last < day < first
            if name == "shut" and inside:
                return Held("season", _words(text, match), _next(today, last))
            if name == "seasons" and not inside:
                return Held("season", _words(text, match), _next(today, first) - timedelta(days=1))
            if name == "shut":
                return (
                    None  # open now: what the text says of its other months is the same season, turned round
                )
    return None


def _found(patterns: tuple[re.Pattern[str], ...], plain: str) -> Iterator[re.Match[str]]:
    others = _patterns().others
    for pattern in patterns:
        for match in pattern.finditer(plain):
            before = plain[max(0, match.start() - 60) : match.start()]
            if not others.search(re.split(r"[.;\n]", before)[-1] + match[0]):
                yield match


def _next(today: date, day: tuple[int, int]) -> date:
    """The next day of this month and day, today included."""
    year = today.year + (day < (today.month, today.day))
    return date(year, day[0], min(day[1], monthrange(year, day[0])[1]))


def _span(match: re.Match[str]) -> tuple[tuple[int, int], tuple[int, int]] | None:
    """First and last (month, day) of a season or a closure."""
    parts, months = match.groupdict(), _patterns().months
    if named := parts.get("season"):
        begin, end = (_plain(name) for name in rules()["named_seasons"][named])
    else:
        begin, end = parts["from"], parts.get("to") or parts["from"]
    first = (months[begin], int(parts.get("from_day") or 1))
    last = (months[end], int(parts.get("to_day") or 31))
    return (first, last) if first[1] <= 31 and last[1] <= 31 else None


@dataclass(frozen=True)
class _Patterns:
    names: tuple[str, ...]
    hint: re.Pattern[str]
    phrases: Mapping[str, tuple[re.Pattern[str], ...]]
    others: re.Pattern[str]
    months: Mapping[str, int]

    def hints(self, text: str) -> bool:
        """Whether a date may stand in a text: nearly all hold none, and one quick look spares them the rest."""
        low = text.lower()
        if not any(name in low for name in self.names) and not _NUMERIC.search(low):
            return False
        return self.hint.search(low) is not None


_NUMERIC = re.compile(r"\d[/.-]\s*\d|20\d\d")
_KINDS = ("ends", "since", "shut_until", "seasons", "shut")


@functools.cache
def _patterns() -> _Patterns:
    months = {_plain(name): number for name, number in rules()["months"].items()}
    names = "|".join(sorted(map(re.escape, months), key=len, reverse=True))
    numbered = r"(?P<day>\d{1,2})(?:er)?\s*(?:[/.-]\s*(?P<nmonth>\d{1,2})\s*[/.-]\s*(?P<year>\d{4}|\d{2})"
    amount = rf"\s*(?:{rules()['units']})"  # « de 50 à 2025 euros » holds no year
    pieces = {
        # A day with its year; else a month with its year; else a year alone.
        "WHEN": r"(?:(?:fin|debut|mi|courant|l'annee|du mois|de|d'|le)[\s-]*)*"
        rf"(?:{numbered}|\s+(?P<month>{names})\s+(?P<year2>\d{{4}}))"
        rf"|(?:(?P<month3>{names})\s+|(?P<nmonth3>\d{{1,2}})\s*/\s*)?(?P<year3>20[1-5]\d))(?![\d/]|{amount})",
        "FROM": rf"(?:(?P<from_day>\d{{1,2}})(?:er)?\s+)?(?P<from>{names})",
        "TO": rf"(?:(?P<to_day>\d{{1,2}})(?:er)?\s+)?(?P<to>{names})(?!\s*\d{{4}})\b",
        "MONTH": f"(?:{names})",
        "SEASON": f"(?P<season>{'|'.join(rules()['named_seasons'])})",
        "THING": rules()["thing"],
        "SAID": rules()["said"],
    }

    def compiled(kind: str) -> tuple[re.Pattern[str], ...]:
        # A phrase is stored with its words unaccented; {PIECE} stands for a date, a month or a word of its kind.
        return tuple(re.compile(r"(?<![a-z])" + phrase.format(**pieces)) for phrase in rules()[kind])

    written = {name.lower() for name in (*rules()["months"], *months, *rules()["named_seasons"], "été")}
    hint = re.compile(rf"{_NUMERIC.pattern}|\b(?:{'|'.join(sorted(written))})\b")
    others = re.compile(rf"\b{rules()['not_the_service']}\b")
    return _Patterns(tuple(sorted(written)), hint, {kind: compiled(kind) for kind in _KINDS}, others, months)


def _day(match: re.Match[str], *, first: bool) -> date | None:
    """The day a date means; of a month or a year alone, its first or its last."""
    parts = match.groupdict()
    year = int(parts["year"] or parts["year2"] or parts["year3"])
    year += 2000 if year < 100 else 0
    named = parts["month"] or parts["month3"]
    number = parts["nmonth"] or parts["nmonth3"]
    month = _patterns().months[named] if named else int(number) if number else 1 if first else 12
    try:
        day = int(parts["day"]) if parts["day"] else 1 if first else monthrange(year, month)[1]
        return date(year, month, day)
    except ValueError:
        return None


def _plain(text: str) -> str:
    """Lower case without accents, character for character, so that positions stay those of the text."""
    return "".join(
        (unicodedata.normalize("NFD", char)[0] if char not in "’‘" else "'").lower()[:1] or char
        for char in text
    )


def _words(text: str, match: re.Match[str]) -> str:
    return " ".join(text[match.start() : match.end()].split())


def _iso(value: Any) -> date | None:
    if isinstance(value, date):
        return value
    try:
        return date.fromisoformat(str(value)[:10]) if value else None
    except ValueError:
        return None
