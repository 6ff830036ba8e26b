"""The age of somebody who says when they were born: « née le 4 mars 2001 », « born 14/06/1998 »."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from bot.understanding.lexicon import Lexicon
from bot.understanding.stream import Hit, Stream

# Tokens looked at on either side of the words that speak of a birth.
REACH = 7
# Tokens of a date, signs and small words counted.
LONGEST = 6
OLDEST = 110
YOUNGEST = 10


def age_at(stream: Stream, hit: Hit, lexicon: Lexicon, today: date) -> tuple[int, int, int] | None:
    """(age in years, first token, token after the last) where a day, a month and a year stand near a birth's words.

    None without all three: with the year alone the age may be one of two.
    """
    first, last = max(0, hit.start - REACH), min(len(stream), hit.end + REACH)
    words = [token.text for token in stream.tokens[first:last]]
    for at in range(len(words)):
        born, length = _day_at(words[at:], lexicon)
        if born is None:
            continue
        age = today.year - born.year - ((today.month, today.day) < (born.month, born.day))
        if YOUNGEST <= age <= OLDEST:
            return age, min(hit.start, first + at), max(hit.end, first + at + length)
    return None


def _day_at(words: Sequence[str], lexicon: Lexicon) -> tuple[date | None, int]:
    """A whole date that begins with the first of these words, and how many it takes; small words may stand between."""
    figures = [
        (at, word) for at, word in enumerate(words[:LONGEST]) if word.isdigit() or word in lexicon.months
    ]
    if len(figures) < 3 or figures[0][0] != 0:
        return None, 0
    (_, day), (_, month), (last, year) = figures[:3]
    if not (day.isdigit() and len(day) < 3 and len(year) == 4 and year.isdigit()):
        return None, 0
    number = int(month) if month.isdigit() and len(month) < 3 else int(lexicon.months.get(month, "0"))
    try:
        return date(int(year), number, int(day)), last + 1
    except ValueError:
        return None, 0
