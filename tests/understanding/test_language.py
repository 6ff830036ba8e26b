from __future__ import annotations

import pytest

from bot.understanding.language import LanguageDetector
from bot.understanding.reader import Understanding
from tests.understanding.conftest import DATA


@pytest.fixture(scope="module")
def detector(understanding: Understanding) -> LanguageDetector:
    return LanguageDetector.load(DATA, understanding.gazetteer)


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("slt c pr savoir kel aide pr se deplacer", "fr"),
        ("j'ai pas de voiture et pas de bus chez moi", "fr"),
        ("I have job interview tomorrow, no bus from my village", "en"),
        ("ليس عندي سيارة وأحتاج الذهاب إلى العمل", "ar"),
        ("موتر ندارم، چطور به کار بروم؟", "fa"),
        ("زه موټر نه لرم", "ps"),
        ("У мене немає машини, як дістатися до роботи?", "uk"),
        ("Мне нужны права, но нет денег", "ru"),
        ("መኪና የብለይን", "ti"),
        ("se me rompió el coche y entro a las 5 de la mañana", "es"),
        ("não tenho carro e começo a trabalhar segunda", "pt"),
        ("arabam yok işe nasıl giderim", "tr"),
        ("nu am mașină și încep luni la lucru", "ro"),
    ],
)
def test_tells_the_language(detector: LanguageDetector, text: str, language: str) -> None:
    guess = detector.detect(text)
    assert (guess.language, guess.sure) == (language, True)


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("need to renew my titre de séjour at the prefecture", "en"),
        ("lost all my points, permis annulé", "en"),
        ("RSA and CAF please", "en"),
        ("my adviser at the mission locale told me", "en"),
        ("necesito renovar el titre de séjour en la préfecture", "es"),
        ("inscrita en France Travail y en la mission locale", "es"),
        ("el TER de Ancenis no pasa", "es"),
        ("recebo RSA e tenho RQTH", "pt"),
        ("carta de condução, auto-école, code de la route", "pt"),
        ("am RSA și CAF, quotient familial 412", "ro"),
        ("ehliyet için auto-école lazım", "tr"),
        ("mon permis est suspendu", "fr"),
        ("je suis au RSA", "fr"),
        ("g rdv a la caf jeudi", "fr"),
        ("je suis en CDI", "fr"),
    ],
)
def test_french_loan_words_do_not_decide(detector: LanguageDetector, text: str, language: str) -> None:
    guess = detector.detect(text)
    assert (guess.language, guess.sure) == (language, True)


@pytest.mark.parametrize(
    "text",
    [
        "mission locale",
        "titre de séjour",
        "permis B, RSA, CAF",
        "quotient familial 534",
        "quotient familial is 534",
        "mission locale beni gönderdi",
        "vreau permis de conduire",
    ],
)
def test_loan_words_alone_are_no_language(detector: LanguageDetector, text: str) -> None:
    assert not detector.detect(text).sure


@pytest.mark.parametrize(
    "text",
    ["", "2", "Cholet", "06 12 34 56 78", "3andi entretien ghodwa w ma 3andich", "😀", "A"],
)
def test_abstains(detector: LanguageDetector, text: str) -> None:
    assert not detector.detect(text, "fr").sure
