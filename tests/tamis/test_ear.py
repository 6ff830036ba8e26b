"""The ear for conditions: what it learns from, and what the rules made of a sentence as it hears it."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.learnt import weights
from bot.settings import ROOT
from bot.tamis.combine import Statement
from bot.tamis.criteria import Age, Expression, Full, Licence, Stated, all_of
from bot.tamis.ear import EXAMPLES, FULL, LEARNT, Ear, Read, Side, cues_of, read_of, words_of
from bot.tamis.reader import READ_FIELDS
from bot.tamis.text import fold

LINES = weights.lines(ROOT / "data" / EXAMPLES)


def test_the_weights_were_made_of_the_examples_beside_them() -> None:
    arrays = weights.read(ROOT / "data" / LEARNT)
    assert arrays is not None
    assert str(arrays["fingerprint"]) == weights.fingerprint(LINES), "make learn"


def test_every_example_stands_in_a_field_and_on_one_side() -> None:
    sides: dict[tuple[str, str], str] = {}
    for line in LINES:
        field, side = line.side.split()
        assert field in READ_FIELDS
        assert side in set(Side)
        assert line.text.strip() == line.text
        assert sides.setdefault((field, line.text), side) == side, line.text


def test_nothing_learnt_is_no_ear(tmp_path: Path) -> None:
    assert Ear.load(tmp_path) is None


@pytest.mark.parametrize(
    ("folded", "words"),
    [
        ("avoir 18 ans", ["avoir", "99", "ans"]),
        ("1 200 € max !", ["9", "999", "€", "max", "!"]),
        ("l'aide : rfr < 15400", ["l", "aide", ":", "rfr", "9999"]),
        ("", []),
    ],
)
def test_of_a_number_only_its_length_is_learnt(folded: str, words: list[str]) -> None:
    assert words_of(folded) == words


def _statement(expression: Expression) -> Statement:
    return Statement(expression, "", "description", people=False, verb=False, strong=True)


@pytest.mark.parametrize(
    ("statement", "welcome", "read"),
    [
        (None, False, Read.NOTHING),
        (None, True, Read.WELCOME),
        (_statement(Stated("other")), False, Read.UNREAD),
        (_statement(all_of(Licence("b"), Stated("other"))), False, Read.PARTLY),
        (_statement(Age(18, 25)), False, Read.WHOLE),
        (_statement(FULL), False, Read.FULL),
        (_statement(Full()), False, Read.SHUT),
    ],
)
def test_what_the_rules_made_of_a_sentence(statement: Statement | None, welcome: bool, read: Read) -> None:
    assert read_of(statement, welcome) is read


@pytest.mark.parametrize(
    ("field", "folded", "side"),
    [
        ("conditions_acces", "etre orientee par un travailleur social du secteur", Side.RESTRICTS),
        ("publics_precisions", "femmes sortant de maternite", Side.RESTRICTS),
        ("description", "la navette ne roule plus faute de chauffeur", Side.SHUT),
        ("description", "nos mecaniciens vous attendent le mardi et le jeudi", Side.INFORMS),
        ("frais_precisions", "10 euros l'heure, 6 euros pour les etudiants", Side.INFORMS),
    ],
)
def test_sentences_it_was_not_taught_are_weighed(field: str, folded: str, side: Side) -> None:
    ear = Ear.load(ROOT / "data")
    assert ear is not None
    taught = {" ".join(words_of(fold(line.text))) for line in LINES}
    assert " ".join(words_of(folded)) not in taught
    scores = ear.hear(folded, field, Read.NOTHING if side is not Side.RESTRICTS else Read.UNREAD)
    assert max(scores, key=lambda each: scores[each]) is side
    assert cues_of(field, Read.NOTHING)[0] == field
