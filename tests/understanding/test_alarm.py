from __future__ import annotations

from dataclasses import replace
from datetime import datetime

import pytest

from bot.understanding.reader import Understanding

DANGERS = [
    ("j'en peux plus je veux en finir", "suicide"),
    ("je veu mourir", "suicide"),
    ("ça sert a rien de vivre", "suicide"),
    ("mon mari me tape, il cache les clés", "violence"),
    ("je dors dans ma voiture", "sans-abri"),
    ("à la rue ce soir", "sans-abri"),
    ("accident je suis au bord de la route je saigne", "accident"),
    ("mon enfant est en danger", "enfant-en-danger"),
    ("I want to kill myself", "suicide"),
    ("my husband hits me", "violence"),
    ("زوجي يضربني", "violence"),
    ("می خواهم بمیرم", "suicide"),
    ("я хочу померти", "suicide"),
    ("муж меня бьет", "violence"),
    ("quiero morir", "suicide"),
    ("o meu marido bate em mim", "violence"),
    ("intihar etmek istiyorum", "suicide"),
    ("nu am unde să dorm", "sans-abri"),
]
LURES = [
    "je suis mort de rire",
    "cette voiture me tue",
    "je suis crevé",
    "le pneu est crevé",
    "je vais tuer mon patron lol",
    "la batterie est morte",
    "la voiture est morte",
    "la traversée me tape sur les nerfs",
    "j'ai fait un accident il y a 3 ans",
    "I am dying of laughter",
    "умираю от голода",
]
SIGNALS = [
    ("stop", "stop"),
    ("STOP svp", "stop"),
    ("ARRET", "stop"),
    ("stop sms", "stop"),
    ("efface tout", "erase"),
    ("je veux parler à quelqu'un", "human"),
    ("توقف", "stop"),
    ("стоп", "stop"),
    ("le bus ne s'arrête pas", None),
    ("stop au feu rouge", None),
    ("STOP le bus s'arrête à Vertou", None),
    ("je cherche un stage", None),
]


@pytest.mark.parametrize(("text", "code"), DANGERS)
def test_danger_is_heard(understanding: Understanding, text: str, code: str) -> None:
    assert understanding.danger(text) == code


@pytest.mark.parametrize("text", LURES)
def test_lures_are_let_be(understanding: Understanding, text: str) -> None:
    assert understanding.danger(text) is None


@pytest.mark.parametrize(("text", "code"), SIGNALS)
def test_signals(understanding: Understanding, text: str, code: str | None) -> None:
    assert understanding.signal(text) == code


@pytest.mark.parametrize(
    "text", [*(t for t, _ in DANGERS), *(t for t, _ in SIGNALS), "appelle au 06 12 34 56 78"]
)
def test_listening_hears_what_reading_hears(
    understanding: Understanding, monday: datetime, text: str
) -> None:
    read = understanding.read(text, now=monday, language="fr")
    heard = understanding.listen(text, now=monday, language="fr", asked=None)
    assert heard == replace(read, facts=())


def test_listening_knows_who_writes_for_another(understanding: Understanding, monday: datetime) -> None:
    heard = understanding.listen("j'accompagne une dame de 45 ans", now=monday, language="fr", asked=None)
    assert heard.about_other
    assert heard.facts == ()
