"""STOP in twelve languages, as people write it, by the real lexicons; and what only looks like it."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from bot.gateway.choices import Keywords
from bot.settings import ROOT
from bot.speech.speech import Speech
from bot.understanding.reader import Understanding

UNDERSTANDING = Understanding.load(ROOT / "data")
KEYWORDS = Keywords.load(ROOT / "data")
SPEECH = Speech.load(ROOT / "data", lambda code: code)


def signal(text: str, language: str) -> str | None:
    """As the gateway hears it: the words our sentences promise, then the lexicons."""
    heard = UNDERSTANDING.listen(text, now=datetime.now(UTC), language=language, asked=None).signal
    return KEYWORDS.signal(text) or heard


SAID = {
    "fr": [
        "STOP",
        "Stop.",
        "stop svp",
        "ARRET",
        "Arrêt !",
        "arrêtez",
        "stopper",
        "STOP 36111",
        "S T O P",
        "désabonnement",
    ],
    "en": ["STOP", "stop please", "Unsubscribe", "STOPALL", "stop all", "stop texting me", "stop stop stop"],
    "ar": ["قف", "توقف", "أوقف", "إيقاف", "الغاء", "stop", "توقف من فضلك"],
    "fa": ["توقف", "لغو", "بس کن", "لطفا بس کنید", "متوقف کنید", "stop"],
    "ps": ["ودرېږه", "بند کړه", "stop"],
    "uk": ["стоп", "Зупинити", "припинити", "стоп будь ласка", "STOP"],
    "ru": ["СТОП", "остановить", "прекратить", "отписаться", "стоп пожалуйста"],
    "ti": ["ደው", "ደው በል", "ኣቋርጽ", "STOP"],
    "es": ["STOP", "parar", "basta", "detener", "darme de baja", "stop por favor"],
    "pt": ["STOP", "parar", "pare", "cancelar", "stop por favor"],
    "tr": ["STOP", "dur", "durdurun", "iptal", "stop lütfen"],
    "ro": ["STOP", "opriți", "oprește", "dezabonare", "stop vă rog"],
}
ROWS = [(language, text) for language, texts in SAID.items() for text in texts]


@pytest.mark.parametrize(("language", "text"), ROWS, ids=[f"{language} {text}" for language, text in ROWS])
def test_stop_as_people_write_it(language: str, text: str) -> None:
    assert signal(text, language) == "stop"


LIKE_IT = [
    ("fr", "il n'y a pas d'arrêt de bus"),
    ("fr", "je suis en arrêt maladie"),
    ("fr", "je veux arrêter de fumer"),
    ("fr", "je fais du stop"),
    ("fr", "ma voiture s'est arrêtée"),
    ("fr", "je quitte mon travail à 22h"),
    ("fr", "1 2 3"),
    ("fr", "36111"),
    ("en", "the bus stop is too far"),
    ("en", "cancel my appointment"),
    ("ar", "موقف الحافلة بعيد"),
    ("ar", "سيارتي توقفت في الطريق"),
    ("fa", "ایستگاه اتوبوس دور است"),
    ("uk", "зупинка дуже далеко"),
    ("ru", "остановка очень далеко"),
    ("es", "para ir al trabajo"),
    ("es", "estoy de baja laboral"),
    ("pt", "a paragem fica longe"),
    ("tr", "otobüs durağı çok uzak"),
    ("ro", "stația este departe"),
]


@pytest.mark.parametrize(
    ("language", "text"), LIKE_IT, ids=[f"{language} {text}" for language, text in LIKE_IT]
)
def test_what_only_looks_like_stop(language: str, text: str) -> None:
    assert signal(text, language) != "stop"


@pytest.mark.parametrize("language", SPEECH.languages())
@pytest.mark.parametrize("channel", ["web", "sms"])
def test_the_way_back_is_told_and_works(language: str, channel: str) -> None:
    told = SPEECH.say("stop.done", {}, language=language, channel=channel).text
    assert "START" in told
    assert signal("START", language) == "start"
