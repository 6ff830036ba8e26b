"""A small speech of two languages, in strict form and in the form that serves."""

from __future__ import annotations

import datetime
from typing import Any
from zoneinfo import ZoneInfo

from bot.speech import Speech
from bot.speech.catalogue import Catalogue, entry
from tests.speech.conftest import DATA, PLACES

NOW = datetime.datetime(2026, 11, 23, 9, 0, tzinfo=ZoneInfo("Europe/Paris"))
FRENCH: dict[str, Any] = {
    "v": "{v}",
    "hello": {
        "text": "Bonjour à tous.",
        "sms": "Bjr.",
        "plain": "Bonjour.",
        "telegram": "Salut.",
    },
    "left": {"one": "Il reste {n} place.", "other": "Il reste {n} places.", "on": "n"},
    "at": "À {place}, appelez {phone} ou voyez {link}.",
    "only-french": "Seulement en français.",
    "said": "Vous avez dit : « {words} ».",
    "two": "{a} puis {b} !",
    "long": "L’être humain qui vous a répondu n’est plus là, mais {place} reste joignable… Écrivez « OK » !",
    "code.means.velo": "vélo",
    "code.means.voiture": "voiture",
    "word.today": {"text": "aujourd'hui {date}", "sms": "aujourd'hui"},
    "word.tomorrow": {"text": "demain {date}", "sms": "demain"},
    "word.yesterday": "hier {date}",
    "word.none": "aucun",
    "unit.km": "{number} km",
    "unit.days": {"one": "{number} jour", "other": "{number} jours", "on": "number"},
    "unit.money": "{number} €",
}
ARABIC: dict[str, Any] = {
    "v": "{v}",
    "hello": "مرحبا.",
    "left": {
        "zero": "لا مكان.",
        "one": "مكان واحد.",
        "two": "مكانان.",
        "few": "{n} أماكن.",
        "many": "{n} مكانًا.",
        "other": "{n} مكان.",
        "on": "n",
    },
    "at": "في {place}، اتصل على {phone} أو انظر {link}.",
    "said": "قلت: {words}.",
    "code.means.velo": "دراجة",
}


def build(strict: bool = True, **languages: dict[str, Any]) -> Speech:
    real = Speech.load(DATA)
    catalogues = {
        language: Catalogue(language, {key: entry(key, key, text) for key, text in content.items()}, {}, {})
        for language, content in languages.items()
    }
    return Speech(catalogues, real.formats, real.alphabet, PLACES.__getitem__, strict)


SMALL = build(fr=FRENCH, ar=ARABIC)
ROBUST = build(strict=False, fr=FRENCH, ar=ARABIC)
