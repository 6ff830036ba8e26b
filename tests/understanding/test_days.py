"""Days as people say them, against a Monday morning: one table, read straight through `find_days`."""

from __future__ import annotations

from datetime import date

import pytest

from bot.understanding.clock import find_times
from bot.understanding.days import find_days
from bot.understanding.reader import Understanding
from bot.understanding.spelling import read_stream

MONDAY = date(2026, 11, 23)

# label, language, message, the day meant; None when no day of a trip is named
DAYS = [
    ("today", "fr", "c'est pour aujourd'hui", "2026-11-23"),
    ("tonight", "fr", "mission dès ce soir", "2026-11-23"),
    ("tomorrow", "fr", "demain", "2026-11-24"),
    ("tomorrow, as typed", "fr", "2main mat1", "2026-11-24"),
    ("tomorrow glued to an hour", "fr", "demain9h", "2026-11-24"),
    ("the day after tomorrow", "fr", "après-demain matin", "2026-11-25"),
    ("a weekday", "fr", "rdv vendredi", "2026-11-27"),
    ("today's weekday is next week's", "fr", "lundi", "2026-11-30"),
    ("tomorrow's weekday", "fr", "mardi", "2026-11-24"),
    ("next, never tomorrow", "fr", "mardi prochain", "2026-12-01"),
    ("a week from Friday", "fr", "vendredi en huit", "2026-12-04"),
    ("two weeks from Friday", "fr", "vendredi en quinze", "2026-12-11"),
    ("a weekday of next week", "fr", "mercredi de la semaine prochaine", "2026-12-02"),
    ("in days", "fr", "dans 3 jours", "2026-11-26"),
    ("in weeks", "fr", "dans 3 semaines", "2026-12-14"),
    ("in weeks, in letters", "fr", "dans trois semaines", "2026-12-14"),
    ("in months", "fr", "dans 2 mois", "2027-01-23"),
    ("a date", "fr", "le 2 décembre", "2026-12-02"),
    ("the first", "fr", "le 1er décembre", "2026-12-01"),
    ("a weekday and its date", "fr", "jeudi 3 décembre", "2026-12-03"),
    ("figures", "fr", "le 2/12", "2026-12-02"),
    ("figures and the year", "fr", "02/12/2026", "2026-12-02"),
    ("a month gone by is next year's", "fr", "le 5 mars", "2027-03-05"),
    ("a day of the month", "fr", "pour le 30", "2026-11-30"),
    ("gone by", "fr", "le 15 novembre", None),
    ("yesterday", "fr", "hier", None),
    ("every week", "fr", "tous les lundis", None),
    ("since", "fr", "depuis lundi", None),
    ("within the month", "fr", "dans le mois", None),
    ("this week", "fr", "cette semaine", None),
    ("soon", "fr", "bientôt", None),
    ("an age is no date", "fr", "18-25 ans", None),
    ("a fraction is no date", "fr", "2/3 fois par semaine", None),
    ("no such day", "fr", "le 31/02", None),
    ("English", "en", "tomorrow", "2026-11-24"),
    ("English weekday", "en", "on Friday", "2026-11-27"),
    ("Spanish, the first of the month", "es", "el primero de enero", "2027-01-01"),
    ("Romanian, the first of the month", "ro", "pe întâi ianuarie", "2027-01-01"),
    ("Russian", "ru", "завтра", "2026-11-24"),
    ("Ukrainian", "uk", "завтра", "2026-11-24"),
    ("Turkish, from a day on", "tr", "cumadan itibaren çalışıyorum", "2026-11-27"),
    ("Turkish, from tomorrow on", "tr", "yarından itibaren", "2026-11-24"),
    ("Turkish, since", "tr", "cumadan beri", None),
    ("Ukrainian, in weeks", "uk", "через 3 тижні", "2026-12-14"),
]


# language, message, whether a Saturday or Sunday comes back in it
WEEKENDS = [
    ("ru", "по субботам", True),
    ("uk", "суботу і неділю", True),
    ("ar", "السبت والأحد", True),
    ("fa", "شنبه و یکشنبه", True),
    ("ru", "в субботу", False),
    ("ru", "по вторникам", False),
    ("ru", "прошлую субботу", False),
]


@pytest.mark.parametrize(("language", "text", "back"), WEEKENDS)
def test_weekends_that_come_back(understanding: Understanding, language: str, text: str, back: bool) -> None:
    lexicon = understanding.lexicons[language]
    stream = read_stream(understanding.tokeniser.tokens(text), lexicon)
    hits = [h for h in stream.hits(stream.candidates(lexicon.early)) if h.rule.kind == "dates"]
    assert [d.weekend for d in find_days(stream, lexicon, hits, MONDAY)] == [back]


@pytest.mark.parametrize(("label", "language", "text", "day"), DAYS, ids=[case[0] for case in DAYS])
def test_days(understanding: Understanding, label: str, language: str, text: str, day: str | None) -> None:
    lexicon = understanding.lexicons[language]
    stream = read_stream(understanding.tokeniser.tokens(text), lexicon)
    hits = stream.hits(stream.candidates(lexicon.early))
    times = find_times(stream, [h for h in hits if h.rule.kind == "times"], lexicon.numbers)
    found = find_days(
        stream,
        lexicon,
        [h for h in hits if h.rule.kind == "dates"],
        MONDAY,
        [(t.start, t.end) for t in times],
    )
    assert [d.value.isoformat() for d in found if d.value] == ([day] if day else [])
