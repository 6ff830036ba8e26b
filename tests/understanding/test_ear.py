"""The ear: hears in words nobody wrote a rule for, doubts a rule where the words say otherwise."""

from __future__ import annotations

from pathlib import Path

import numpy
import pytest

from bot.learnt import weights
from bot.learnt.grams import SIZE, pieces
from bot.learnt.weights import Weights
from bot.settings import ROOT
from bot.understanding.ear import LEARNT, LIMIT, LIMIT_RULED, PART, STEP, Ear, parts
from bot.understanding.reader import Understanding

# Of unlike words, none of them in the examples as they stand here.
UNRULED = [
    ("depuis qu'il a bu il casse tout et il dit que la prochaine c'est moi", "violence"),
    ("the guy who gave me work keeps my passport and won't let me go", "violence"),
    ("هو كل ليلة يرجع سكران ويكسر كل شي وانا اختبي بالحمام", "violence"),
]
LURES = [
    "je suis mort de rire",
    "cette voiture me tue",
    "le pneu est crevé",
    "je suis crevé après la nuit à l'usine",
    "mon contrat se termine demain, je cherche un bus pour Cholet",
    "j'ai peur de conduire sur la rocade",
    "le bus m'est passé sous le nez",
    "bonjour, j'habite à Saumur et je n'ai pas le permis",
]


def made(speaks: dict[str, float], offset: float, rule: float = 0.0) -> Weights:
    row = numpy.zeros(SIZE)
    for word, weight in speaks.items():
        for number in pieces([word]).numbers:
            row[number] = weight
    arrays = weights.packed("x", row if row.any() else row + 1e-9, offset, {"rule": rule})
    return weights.unpacked("x", arrays)


@pytest.fixture
def small(understanding: Understanding) -> Ear:
    """An ear that knows one word of danger, and that a rule counts for something."""
    kinds = {"suicide": made({"pont": 5.0}, 0.0), "accident": made({"pont": -5.0}, 0.0)}
    # By itself a rule comes to between the two limits: not enough for a danger nobody stated, enough for one.
    rule = (LIMIT + LIMIT_RULED) / 2 + 2.5
    return Ear(made({"pont": 9.0}, -2.5, rule=rule), kinds)


def test_it_hears_without_a_rule(small: Ear) -> None:
    assert small.hear(["le", "pont"], None) == "suicide"
    assert small.hear(["le", "bus"], None) is None


def test_where_a_rule_speaks_less_is_needed_and_the_rule_names_it(small: Ear) -> None:
    assert small.hear(["le", "bus"], "violence") == "violence"


def test_a_rule_is_put_aside_where_everything_speaks_against_it(understanding: Understanding) -> None:
    deaf = Ear(made({}, -9.0, rule=1.0), {"suicide": made({}, 0.0)})
    assert deaf.hear(["le", "bus"], "violence") is None


def test_no_words_leave_the_rule_alone(small: Ear) -> None:
    assert small.hear([], "accident") == "accident"
    assert small.hear([], None) is None


def test_a_cry_in_the_middle_of_a_long_message_is_heard(small: Ear) -> None:
    assert small.hear(["bla"] * 300 + ["pont"] * 3 + ["bla"] * 300, None) is not None


@pytest.mark.parametrize("count", [0, 1, PART, PART + 1, PART + STEP, 3 * PART + 7])
def test_parts_leave_no_word_out(count: int) -> None:
    words = [str(number) for number in range(count)]
    found = list(parts(words))
    assert {word for part in found for word in part} == set(words)
    assert all(len(part) <= PART for part in found)


def test_nothing_learnt_leaves_the_rules_alone(tmp_path: Path, understanding: Understanding) -> None:
    assert Ear.load(tmp_path) is None


def test_the_file_is_there() -> None:
    assert (ROOT / "data" / LEARNT).exists()


@pytest.mark.parametrize(("text", "code"), UNRULED)
def test_what_no_rule_says_is_heard(understanding: Understanding, text: str, code: str) -> None:
    assert understanding.ruled_danger(text) is None
    assert understanding.danger(text) == code


@pytest.mark.parametrize("text", LURES)
def test_lures_are_let_be(understanding: Understanding, text: str) -> None:
    assert understanding.danger(text) is None


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("je dors dehors, quel bus pour le 115 ?", "sans-abri"),
        ("Quel bus pour un centre d'hébergement ? je suis à la rue depuis hier", "sans-abri"),
        ("how do I get to Laval on Monday? my husband hits me", "violence"),
        ("c'est quoi les horaires du car pour Ancenis ? je veux mourir", "suicide"),
    ],
)
def test_a_cry_beside_a_question_about_a_bus_is_heard(
    understanding: Understanding, text: str, code: str
) -> None:
    assert understanding.danger(text) == code


def test_a_clause_counts_only_when_it_is_sure() -> None:
    ear = Ear(made({"pont": 9.0, "bus": -9.0}, -9.0, rule=4.0), {"suicide": made({}, 0.0)})
    whole, sure, unsure = ["le", "pont", "bus", "bus"], ["pont"], ["bus"]
    assert ear.hear(whole, "suicide") is None
    assert ear.sure(sure)
    assert not ear.sure(unsure)


@pytest.mark.parametrize(
    "beside",
    [" J'ai une mission d'intérim à Carquefou", " Je travaille à Cholet de 8h à 16h", " Mon bus est à 7h"],
)
def test_a_clause_of_danger_is_heard_beside_work(understanding: Understanding, beside: str) -> None:
    text = "je dors dans ma voiture depuis 3 semaines, sur un parking."
    assert understanding.danger(text + beside) == "sans-abri"
