from __future__ import annotations

import pytest

from bot.handover.desk.conditions import KINDS, build, described
from bot.handover.desk.pages import desk_words
from bot.handover.wording import wording
from bot.tamis import criteria as language
from bot.tamis.codec import from_data, to_data
from bot.tamis.criteria import Criterion, Expression
from tests.handover.conftest import DATA

WORDS, FRENCH = desk_words(DATA), wording(DATA).french


@pytest.mark.parametrize(
    ("kind", "value", "expression", "said"),
    [
        ("age", "16-25", language.Age(16, 25), "de 16 à 25 ans"),
        ("age", "18-", language.Age(18, 199), "à partir de 18 ans"),
        ("age", "-30", language.Age(0, 30), "jusqu’à 30 ans"),
        ("status", "rsa", language.Situation("rsa"), "RSA"),
        ("quotient", "900", language.Quotient(high=900.0), "quotient familial jusqu’à 900.0 €"),
        ("licence", "b", language.Licence("b"), "permis B"),
        (
            "residence",
            "6",
            language.Duration("residence_duration", 6),
            "durée de résidence : 6 mois au moins",
        ),
        (
            "registration",
            "12",
            language.Duration("registration_duration", 12),
            "durée d’inscription : 12 mois au moins",
        ),
        ("prescription", "", language.Stated("prescription"), "prescription d’un professionnel"),
        ("other", "", language.Stated("other"), "une condition à lire"),
    ],
)
def test_what_a_counsellor_writes_is_a_criterion_said_back_and_kept(
    kind: str, value: str, expression: Expression, said: str
) -> None:
    made = build(kind, value, "  selon   la responsable ")
    assert made == Criterion(expression, "selon la responsable", "correction")
    assert described(made, WORDS, FRENCH, str) == said
    assert from_data(to_data(made)) == made


@pytest.mark.parametrize(
    ("kind", "value", "text"),
    [
        ("age", "jeune", "a"),
        ("age", "30-16", "a"),
        ("age", "16-25", "  "),
        ("status", "riche", "a"),
        ("quotient", "-5", "a"),
        ("licence", "moto", "a"),
        ("residence", "", "a"),
        ("income", "1", "a"),
    ],
)
def test_what_is_no_condition_is_refused(kind: str, value: str, text: str) -> None:
    with pytest.raises(ValueError):
        build(kind, value, text)


@pytest.mark.parametrize(
    ("expression", "said"),
    [
        (
            language.AnyOf((language.Situation("rsa"), language.Situation("minima-sociaux"))),
            "RSA ou minima sociaux",
        ),
        (language.AllOf((language.Age(18, 199), language.Licence("b"))), "à partir de 18 ans et permis B"),
        (language.Not(language.Situation("etudiant")), "sauf : étudiant"),
        (
            language.Doubt(language.Age(16, 25), language.Age(16, 29)),
            "lecture incertaine : de 16 à 25 ans, ou de 16 à 29 ans",
        ),
        (language.Quotient(low=300), "quotient familial à partir de 300 €"),
        (language.Vehicle("broken"), "véhicule en panne"),
        (language.Purpose(("emploi",)), "motif : Aller au travail"),
        (language.Lives(tuple("abcdefgh")), "habite : a, b, c, d, e, f et 2 autres"),
        (language.Works(("49099",)), "travaille : 49099"),
        (
            language.Duration("licence_duration", 24, at_most=True),
            "ancienneté du permis : 24 mois au plus",
        ),
        (language.Access(("fauteuil",)), "access_needs"),
    ],
)
def test_every_reading_is_said_in_french(expression: Expression, said: str) -> None:
    words = described(Criterion(expression, "x", "conditions_acces"), WORDS, FRENCH, str)
    assert words == FRENCH["missing"].get(said, said)


def test_every_kind_has_words() -> None:
    assert [kind for kind in KINDS if not WORDS.has(f"kinds.{kind}")] == []
