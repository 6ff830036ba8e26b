"""How old and how trustworthy a record is: its age, the published quality score, ended and seasonal services."""

from __future__ import annotations

import functools
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Literal

import yaml

from bot.settings import ROOT

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
    loaded: Mapping[str, Any] = yaml.safe_load(PATH.read_text(encoding="utf-8"))
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
    if not patterns.hint.search(text):
        return None
    plain = _plain(text)
    verdict: Held | None = None
    for pattern in patterns.ends:
        for match in pattern.finditer(plain):
            end = _day(match)
            if end is None:
                continue
            if end >= today:
                return None  # one end still to come keeps the service: an older date beside it was renewed
            verdict = Held("ended", _words(text, match), end)
    if verdict:
        return verdict
    for pattern in patterns.seasons:
        for match in pattern.finditer(plain):
            months = patterns.months
            first, last = months[match["from"]], months[match["to"]]
            inside = first <= today.month <= last if first <= last else not last < today.month < first
            if not inside:
                start = date(today.year + (today.month > first), first, 1)
                return Held("season", _words(text, match), start - timedelta(days=1))
    return None


@dataclass(frozen=True)
class _Patterns:
    hint: re.Pattern[str]
    ends: tuple[re.Pattern[str], ...]
    seasons: tuple[re.Pattern[str], ...]
    months: Mapping[str, int]


@functools.cache
def _patterns() -> _Patterns:
    months = {_plain(name): number for name, number in rules()["months"].items()}
    names = "|".join(sorted(map(re.escape, months), key=len, reverse=True))
    pieces = {
        "DATE": rf"(?P<day>\d{{1,2}})(?:er)?\s*(?:[/.-]\s*(?P<nmonth>\d{{1,2}})\s*[/.-]|\s+(?P<month>{names})\s+)\s*"
        r"(?P<year>\d{4}|\d{2})\b",
        "MONTH_YEAR": rf"(?P<month>{names})\s+(?P<year>\d{{4}})\b",
        "YEAR": r"(?P<year>20\d{2})\b",
        "FROM": rf"(?P<from>{names})",
        "TO": rf"(?P<to>{names})(?!\s*\d{{4}})\b",
    }

    def compiled(kind: str) -> tuple[re.Pattern[str], ...]:
        # A phrase is stored with its words unaccented; {PIECE} stands for a date, a month or a year.
        return tuple(re.compile(r"(?<![a-z])" + phrase.format(**pieces)) for phrase in rules()[kind])

    # Nearly all texts hold no date at all: one quick look spares them the rest.
    written = {*rules()["months"], *months}
    hint = re.compile(rf"\d[/.-]\s*\d|20\d\d|\b(?:{'|'.join(sorted(written))})\b", re.IGNORECASE)
    return _Patterns(hint, compiled("ends"), compiled("seasons"), months)


def _day(match: re.Match[str]) -> date | None:
    parts = match.groupdict()
    year = int(parts["year"])
    year += 2000 if year < 100 else 0
    named = parts.get("month")
    month = _patterns().months[named] if named else int(parts.get("nmonth") or 12)
    try:
        if parts.get("day"):
            return date(year, month, int(parts["day"]))
        return date(year + month // 12, month % 12 + 1, 1) - timedelta(days=1)
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
