"""Times of day: how they are read (`find_times`) and what they are for (arrival, end of a shift, neither)."""

from __future__ import annotations

from datetime import datetime

import pytest

from bot.profile.merge import merge
from bot.understanding.clock import find_times
from bot.understanding.reader import Understanding
from bot.understanding.spelling import read_stream

# label, language, message, times of day; a duration gives none
TIMES = [
    ("hour", "fr", "à 9h", ["09:00"]),
    ("hour and minutes", "fr", "à 9h30", ["09:30"]),
    ("colon", "fr", "14:05", ["14:05"]),
    ("colon within a message", "fr", "rdv demain à 14:05", ["14:05"]),
    ("in letters", "fr", "à neuf heures", ["09:00"]),
    ("half past", "fr", "sept heures et demie", ["07:30"]),
    ("quarter past", "fr", "huit heures et quart", ["08:15"]),
    ("quarter to", "fr", "8 heures moins le quart", ["07:45"]),
    ("small hours", "fr", "à 5h du mat", ["05:00"]),
    ("evening", "fr", "à 8h du soir", ["20:00"]),
    ("noon", "fr", "à midi", ["12:00"]),
    ("midnight", "fr", "jusqu'à minuit", ["00:00"]),
    ("glued to the day", "fr", "demain9h", ["09:00"]),
    ("two times", "fr", "de 5h à 13h", ["05:00", "13:00"]),
    ("two hours in a row", "fr", "8h-16h", ["08:00", "16:00"]),
    ("a duration", "fr", "2h de route", []),
    ("hours a week", "fr", "20 heures par semaine", []),
    ("in two hours", "fr", "dans 2 heures", []),
    ("Arabic digits", "fr", "à ٩h٣٠", ["09:30"]),
    ("English", "en", "at 7 pm", ["19:00"]),
    ("a small word before an hour of the evening", "en", "around 9 pm", ["21:00"]),
    ("minutes after a point", "en", "at 2.15pm", ["14:15"]),
    ("both hours of an evening", "en", "from 6 to 8 pm", ["18:00", "20:00"]),
    ("midnight in words that hold no hour", "es", "salgo a las doce de la noche", ["00:00"]),
    ("quarter to, in the morning", "en", "around quarter to 7 in the morning", ["06:45"]),
    ("Russian", "ru", "в 5 утра", ["05:00"]),
    ("Ukrainian", "uk", "о 9 ранку", ["09:00"]),
]


@pytest.mark.parametrize(("label", "language", "text", "times"), TIMES, ids=[case[0] for case in TIMES])
def test_times(understanding: Understanding, label: str, language: str, text: str, times: list[str]) -> None:
    lexicon = understanding.lexicons[language]
    stream = read_stream(understanding.tokeniser.tokens(text), lexicon)
    hits = [h for h in stream.hits(stream.candidates(lexicon.early)) if h.rule.kind == "times"]
    assert [t.value for t in find_times(stream, hits, lexicon.numbers) if t.value] == times


# label, message, arrival, hours
USES = [
    ("start of work", "je commence à 7h", "07:00", None),
    ("before six", "j'embauche à 4h30", "04:30", ["avant-6h"]),
    ("late start", "je commence à 21h", "21:00", ["apres-20h"]),
    ("interview", "entretien vendredi 14h30", "14:30", None),
    ("end of a shift", "je finis à 22h", None, ["apres-20h"]),
    ("end by day", "je finis à 16h", None, None),
    ("both", "je bosse de 5h à 13h", "05:00", ["avant-6h"]),
    ("night to morning", "je finis à 5h du mat", None, ["apres-20h"]),
    ("a bus's time", "le bus passe à 7h", None, None),
    ("a school's time", "la crèche ouvre à 7h30", None, None),
    ("shifts", "équipe en 3x8", None, ["irreguliers"]),
    ("week-ends", "je travaille le week-end", None, ["week-end"]),
    ("nights", "équipe de nuit", None, ["apres-20h"]),
    ("a corrected time", "à 9h, non pardon à 10h", "10:00", None),
]


@pytest.mark.parametrize(("label", "text", "arrival", "hours"), USES, ids=[case[0] for case in USES])
def test_what_a_time_is_for(
    understanding: Understanding,
    monday: datetime,
    label: str,
    text: str,
    arrival: str | None,
    hours: list[str] | None,
) -> None:
    profile = merge({}, understanding.read(text, now=monday, language="fr").facts).profile
    assert (profile.get("arrival"), profile.get("hours")) == (arrival, hours)


# label, language, message, arrival, hours: an hour said without the half of the day
BARE = [
    ("an interview at three", "en", "interview at 3", "15:00", None),
    ("said to be in the morning", "en", "interview at 3 am", "03:00", ["avant-6h"]),
    ("an appointment by the clock", "es", "cita a las 4 y media", "16:30", None),
    ("a start may be early", "en", "i start at 5", "05:00", ["avant-6h"]),
    ("an end may be by day", "en", "i finish at 5", None, None),
    ("the end of a night", "en", "from 9 pm to 5", "21:00", ["apres-20h"]),
    ("this evening", "en", "i must be there this evening at 6", "18:00", None),
    ("an hour before its evening", "en", "at 3 tomorrow afternoon", "15:00", None),
    ("a word that the day and the hour share", "es", "esta noche a las 8", "20:00", ["apres-20h"]),
    ("tomorrow morning", "es", "mañana por la mañana a las 8", "08:00", None),
    ("both ends with one sign of hours", "es", "de 8 a 17h", "08:00", ["journee"]),
    ("both ends before noon", "en", "work 5 to 8 am", "05:00", ["avant-6h"]),
    ("no hours", "es", "tengo de 2 a 3 hijos", None, None),
]


@pytest.mark.parametrize(
    ("label", "language", "text", "arrival", "hours"), BARE, ids=[case[0] for case in BARE]
)
def test_a_bare_hour(
    understanding: Understanding,
    monday: datetime,
    label: str,
    language: str,
    text: str,
    arrival: str | None,
    hours: list[str] | None,
) -> None:
    profile = merge({}, understanding.read(text, now=monday, language=language).facts).profile
    assert (profile.get("arrival"), profile.get("hours")) == (arrival, hours)
