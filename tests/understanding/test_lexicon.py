"""What a lexicon's file must hold for its entries to be understood: said when it is read, not to who writes."""

from __future__ import annotations

from typing import Any

import pytest

from bot.understanding.lexicon import Lexicon
from bot.understanding.text import Letters
from bot.understanding.written import LexiconError

BASE = {"weekdays": {"monday": ["lundi"]}, "months": {1: ["janvier"]}, "numbers": {"un": 1}}

# label, section, entry, what is missing
LAME = [
    ("an hour without its number", "times", {"say": ["douze heures"], "half": "am"}, "{h}"),
    ("two times, one number", "times", {"say": ["de {h} a dix"], "range": True}, "{n}"),
    ("a weekday that is not told", "dates", {"say": ["le jour du marche"], "weekday": 0}, "{weekday}"),
    ("a month without a day", "dates", {"say": ["premier {month}"], "month": True}, "{n}"),
    ("so many days, without how many", "dates", {"say": ["dans des jours"], "each": "day"}, "{n}"),
]
SOUND = [
    ("noon", "times", {"say": ["a midi"], "at": "12:00"}),
    ("no time", "times", {"say": ["des heures"], "never": True}),
    ("an hour", "times", {"say": ["{h} heures"]}),
    ("a month and its day", "dates", {"say": ["premier {month}"], "month": True, "day": 1}),
    ("no day to come", "dates", {"say": ["l autre jour"], "never": True, "weekday": 0}),
]


def _lexicon(section: str, entry: dict[str, Any]) -> Lexicon:
    return Lexicon({**BASE, section: [entry]}, Letters({}), "fr")


@pytest.mark.parametrize(("label", "section", "entry", "missing"), LAME, ids=[case[0] for case in LAME])
def test_an_entry_that_could_not_be_understood_is_refused(
    label: str, section: str, entry: dict[str, Any], missing: str
) -> None:
    with pytest.raises(LexiconError, match=r"lexicon fr: .* holds no ") as refused:
        _lexicon(section, entry)
    assert missing in str(refused.value), label


@pytest.mark.parametrize(("label", "section", "entry"), SOUND, ids=[case[0] for case in SOUND])
def test_an_entry_that_holds_what_it_needs_is_read(label: str, section: str, entry: dict[str, Any]) -> None:
    assert len(_lexicon(section, entry).early.entries) == 1, label
