from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from pathlib import Path

import pytest

from bot.understanding.reader import Understanding
from bot.yaml_text import yaml_loads

TABLES = sorted(Path(__file__).with_name("alarms").glob("*.yml"))
LEAST_HEARD = 0.98
MOST_FALSE = 0.02

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
    ("mon mec ma frapé hier", "violence"),
    ("j'ai plus envie d'être en vie", "suicide"),
    ("on dort à quatre dans la voiture depuis dimanche", "sans-abri"),
    ("my partner is violent with me", "violence"),
    ("I don't want to be here anymore, I took all the pills", "suicide"),
    ("we slept at the train station with the kids", "sans-abri"),
    ("the car crashed and my friend is not moving", "accident"),
    ("لا أريد أن أعيش", "suicide"),
    ("طردوني من البيت", "sans-abri"),
    ("نمشي نبات في الزنقة", "sans-abri"),
    ("خودم را می کشم", "suicide"),
    ("امشب جای خواب ندارم", "sans-abri"),
    ("مېړه مې وهي", "violence"),
    ("نن شپه په سړک ویده کېږم", "sans-abri"),
    ("чоловік мене побив", "violence"),
    ("ми ночуємо на вокзалі", "sans-abri"),
    ("мы попали в аварию, он без сознания", "accident"),
    ("не хочу больше жить", "suicide"),
    ("ሰብኣየይ ይሃርመኒ", "violence"),
    ("መሕደሪ የብለይን", "sans-abri"),
    ("mi ex me amenaza y me persigue", "violence"),
    ("nos echaron de casa y no tenemos donde dormir", "sans-abri"),
    ("o pai bate no meu filho", "enfant-en-danger"),
    ("tivemos um acidente, há feridos", "accident"),
    ("kocam bana vurdu", "violence"),
    ("bu gece kalacak yerimiz yok", "sans-abri"),
    ("mă bate soțul", "violence"),
    ("am avut acum un accident, curge sânge", "accident"),
]
LURES = [
    "carro avariado. moro em Sainte-Radégonde-des-Noyers",
    "bsr. aller au travail. j'habite à Savigné-l'Évêque",
    "تجاوز هذا السؤال",
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
    "ce taf me tue",
    "la voiture dort dehors, elle gèle",
    "je dors mal avant les entretiens",
    "mon patron m'a viré de la boîte",
    "plus de place pour garer le vélo",
    "le frein ne répond plus",
    "my phone died this morning",
    "I was hit by the bill",
    "the bus is killing me",
    "I live on Main Street",
    "my car needs new brakes",
    "I am insured but the car has a flat tyre",
    "أسكن في أنجيه وسيارتي معطلة",
    "لم أعد أسكن هنا",
    "باتری موتر مرده",
    "негде припарковаться",
    "выгнали с работы",
    "немає де поставити машину",
    "me muero de frío en la parada",
    "o carro morreu na estrada",
    "estou morto de cansaço",
    "gülmekten öldüm",
    "arabanın aküsü öldü",
    "mor de foame după tură",
    "stau pe strada Victor Hugo la numărul 3",
    "ብጥምየት ሞይተ",
]
SIGNALS = [
    ("ሰብ ኣሎ ዶ?", None),
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


@pytest.mark.parametrize("path", TABLES, ids=lambda path: path.stem)
def test_tables_of_dangers_and_lures(understanding: Understanding, path: Path) -> None:
    table = yaml_loads(path.read_text(encoding="utf-8"))
    said = [(code, text) for parts in table.values() for code, texts in parts.items() for text in texts]
    missed = [text for code, text in said if code != "lures" and understanding.danger(text) is None]
    false = [text for code, text in said if code == "lures" and understanding.danger(text)]
    lures = sum(code == "lures" for code, _ in said)
    assert len(missed) <= (1 - LEAST_HEARD) * (len(said) - lures), missed
    assert len(false) <= MOST_FALSE * lures, false
