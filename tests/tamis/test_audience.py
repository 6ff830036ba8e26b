"""Whom the prose of a description names: sentences that restrict a service, and sentences that do not."""

from __future__ import annotations

import time

import pytest

from bot.settings import ROOT
from bot.tamis.audience import Audience
from bot.tamis.reader import Reader
from bot.tamis.text import fold

AUDIENCE = Audience.load(ROOT / "data")

RESTRICTING = [
    "Dispositif dédié aux aidants familiaux.",
    "Aide au permis pour les agents de la fonction publique hospitalière.",
    "Cours de vélo pour mamans isolées.",
    "Nous transportons les personnes qui ne peuvent plus conduire.",
    "Bénéficiaires : toute personne suivie par le service social.",
    "Vous êtes artisan : la location est possible au mois.",
    "Formation en direction des publics allophones.",
    "Le centre social prête un minibus à ses adhérents.",
    "Les bénévoles accompagnent les personnes âgées.",
    "Sous réserve d'un accord de la commission.",
    "Cette prestation nécessite l'accord du médecin conseil.",
]
DESCRIBING = [
    "Ouvert aux heures de bureau, accessible à pied depuis la gare.",
    "Un service pour tous vos déplacements du quotidien.",
    "L'aide est versée directement à l'auto-école.",
    "L'équipe est composée de conseillers, de moniteurs et de bénévoles.",
    "Nous accompagnons toutes les personnes qui souhaitent se déplacer autrement.",
    "Le véhicule est livré aux adhérents avec le plein.",
    "Réparation de vélos par des salariés en parcours d'insertion.",
    "Permet aux habitants de se déplacer à la demande.",
    "Un accueil pour les personnes sans solution de mobilité.",
    "Conseils aux cyclistes, marquage des vélos, bourse aux vélos.",
    "Location pour particuliers et professionnels.",
]


def _criteria(reader: Reader, text: str, field: str = "description") -> list[str]:
    service = {"id": "dora--one", "source": "dora", "code_insee": "49007", field: text}
    return [criterion.text for criterion in reader.read(service).criteria]


@pytest.mark.parametrize("text", RESTRICTING)
def test_unknown_people_are_left_to_read(reader: Reader, text: str) -> None:
    assert _criteria(reader, text)


@pytest.mark.parametrize("text", DESCRIBING)
def test_what_a_service_does_is_no_condition(reader: Reader, text: str) -> None:
    assert not _criteria(reader, text)


@pytest.mark.parametrize(
    ("word", "people"),
    [
        ("aidants", True),
        ("intermittents", True),
        ("frontaliers", True),
        ("quartiers", False),
        ("horaires", False),
    ],
)
def test_people_by_the_form_of_the_noun(word: str, people: bool) -> None:
    assert AUDIENCE.is_people(word) is people


@pytest.mark.parametrize(
    "text",
    [
        "Sous conditions",
        "Caution de 300 €, plus de 21 ans",
        "Se munir de sa carte, être majeur",
        "Aidants familiaux",
    ],
)
def test_a_condition_beside_information_stays(reader: Reader, text: str) -> None:
    assert _criteria(reader, text, "conditions_acces")


def test_everybody_said_elsewhere_in_the_prose(reader: Reader) -> None:
    assert not _criteria(reader, "Des tickets pour les personnes accueillies ici. Accueil inconditionnel.")


@pytest.mark.parametrize(
    "word",
    ["les ", "pour les ", "aux personnes ", "de ", "sont ", "et des ", "toute ", "a l'", "en ", "destine "],
)
def test_no_pattern_takes_long(word: str) -> None:
    text = fold(word * (1_200 // len(word)))
    started = time.process_time()
    AUDIENCE.restricts(text)
    AUDIENCE.qualifies(f" {text}")
    AUDIENCE.held(f" {text}")
    assert time.process_time() - started < 0.5
