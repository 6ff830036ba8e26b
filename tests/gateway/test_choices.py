"""What a typed answer means among the choices offered."""

from __future__ import annotations

import pytest

from bot.gateway.choices import AnswerWords, Offered, meant
from bot.settings import ROOT
from bot.yaml_text import yaml_loads

WORDS = AnswerWords.load(ROOT / "data")
LANGUAGES = ("fr", "en", "ar", "fa", "ps", "uk", "ru", "ti", "es", "pt", "tr", "ro")


def choices(*labels: str) -> tuple[Offered, ...]:
    return tuple(Offered(str(at), label, {}) for at, label in enumerate(labels, 1))


ERASE = choices("oui, tout effacer", "non, garder")
PURPOSE = choices("aller au travail", "un entretien d'embauche", "autre chose")


@pytest.mark.parametrize(
    ("text", "offered", "wanted"),
    [
        ("oui", ERASE, "1"),
        ("Oui !", ERASE, "1"),
        ("d’accord", ERASE, "1"),
        ("non merci", ERASE, "2"),
        ("2", ERASE, "2"),
        ("deux", ERASE, "2"),
        ("٢", ERASE, "2"),
        ("non garder", ERASE, "2"),
        ("نعم", ERASE, "1"),
        ("oui mais je ne sais pas", ERASE, None),
        ("oui", PURPOSE, None),
        ("oui", (*ERASE, *choices("oui, en English")), None),
        ("autre chose", PURPOSE, "3"),
        ("4", PURPOSE, None),
        ("نه", choices("بله، همه پاک شود", "نه، بماند"), "2"),
        ("نه", choices(*"abcdefghi"), None),
        ("Plus tard", choices("dans le mois", "plus tard, ou pas de date"), "2"),
        ("vélo", choices("vélo, bus", "vélo, car"), None),
        ("", ERASE, None),
    ],
    ids=[
        "yes", "yes with a sign", "agreed", "no thanks", "a number", "a number word", "an Arabic digit", "the label",
        "yes in another language", "more than a yes", "no yes among the choices", "two that begin with yes",
        "a label in words", "a number too far", "no, which is also nine", "no is not the ninth",
        "a part of one label", "a part of two labels", "nothing",
    ],
)  # fmt: skip
def test_meant(text: str, offered: tuple[Offered, ...], wanted: str | None) -> None:
    found = meant(text, offered, WORDS)
    assert (found.id if found else None) == wanted


@pytest.mark.parametrize("language", LANGUAGES)
def test_yes_and_no_answer_our_own_question_in_every_language(language: str) -> None:
    labels = yaml_loads((ROOT / f"data/catalogues/gateway.{language}.yml").read_text(encoding="utf-8"))
    offered = choices(labels["erase.yes"], labels["erase.no"])
    words = yaml_loads((ROOT / "data/gateway/assent.yml").read_text(encoding="utf-8"))
    for word in words["yes"][language]:
        assert meant(word, offered, WORDS) == offered[0], word
    for word in words["no"][language]:
        assert meant(word, offered, WORDS) == offered[1], word
