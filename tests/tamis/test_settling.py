"""The rules' reading settled with the ear: what is kept, added, dropped, by field and by how sure the ear is."""

from __future__ import annotations

from typing import cast

import pytest

from bot.tamis.combine import Statement
from bot.tamis.criteria import Expression, Full, Licence, Stated, all_of
from bot.tamis.ear import FULL, Ear, Read, Side
from bot.tamis.settling import settled
from bot.tamis.text import Sentence

SURE, UNSURE = 9.0, -9.0
OTHER = Stated("other")
PARTLY = all_of(Licence("b"), OTHER)


class OneSided:
    """Hears one side for sure, the others not at all."""

    def __init__(self, side: Side | None, score: float = SURE) -> None:
        self._side, self._score = side, score

    def hear(self, folded: str, field: str, read: Read) -> dict[Side, float]:
        return {side: self._score if side is self._side else UNSURE for side in Side}


def _settled(
    side: Side | None,
    expression: Expression | None,
    *,
    field: str = "description",
    score: float = SURE,
    dated: bool = False,
    people: bool = False,
    header: str = "",
    welcome: bool = False,
) -> tuple[Statement | None, bool]:
    ear = cast("Ear", OneSided(side, score))
    words = Sentence("Les mots", "les mots")
    read = None
    if expression is not None:
        read = Statement(expression, "Les mots", field, people=people, verb=False, strong=True)
    return settled(words, field, header, read, welcome, ear, dated=dated)


@pytest.mark.parametrize(
    ("case", "side", "expression", "field", "kept"),
    [
        ("what the rules passed over", Side.RESTRICTS, None, "description", OTHER),
        ("what they passed over among prices", Side.RESTRICTS, None, "frais_precisions", OTHER),
        ("what informs", Side.INFORMS, None, "description", None),
        ("nobody enters", Side.SHUT, None, "conditions_acces", Full()),
        ("nobody enters, in words kept unread", Side.SHUT, OTHER, "description", all_of(OTHER, Full())),
        ("kept only because it was not read", Side.INFORMS, OTHER, "conditions_acces", None),
        ("partly read, and asks nothing", Side.INFORMS, PARTLY, "description", None),
        ("partly read, and asks", Side.RESTRICTS, PARTLY, "description", PARTLY),
        ("read whole: the rules' to say", Side.INFORMS, Licence("b"), "conditions_acces", Licence("b")),
        ("full: the rules' to say", Side.INFORMS, FULL, "description", FULL),
        ("nothing sure", None, OTHER, "conditions_acces", OTHER),
    ],
)
def test_settled(
    case: str, side: Side | None, expression: Expression | None, field: str, kept: Expression | None
) -> None:
    statement, _ = _settled(side, expression, field=field)
    assert (statement.expression if statement else None) == kept, case


def test_a_kind_of_people_that_nobody_knows_takes_more_to_drop() -> None:
    assert _settled(Side.INFORMS, OTHER, field="conditions_acces", score=1.5)[0] is None
    assert _settled(Side.INFORMS, OTHER, field="publics_precisions", score=1.5)[0] is not None


def test_when_a_dated_service_is_shut_is_the_rules_to_say() -> None:
    statement, _ = _settled(Side.SHUT, None, dated=True)
    assert statement is not None
    assert statement.expression == FULL
    kept, _ = _settled(Side.SHUT, OTHER, dated=True)
    assert kept is not None
    assert kept.expression == OTHER


def test_prose_that_repeats_other_fields_counts_no_more() -> None:
    prose, _ = _settled(Side.RESTRICTS, None)
    firm, _ = _settled(Side.RESTRICTS, None, field="conditions_acces")
    assert prose is not None
    assert firm is not None
    assert (prose.strong, prose.hinted) == (False, True)
    assert (firm.strong, firm.hinted) == (True, False)
    assert prose.text == "Les mots"


@pytest.mark.parametrize("side", Side)
def test_a_plain_welcome_is_the_rules_to_say(side: Side) -> None:
    assert _settled(side, None, welcome=True) == (None, True)


def test_nobody_is_welcome_where_nobody_enters() -> None:
    shut, welcome = _settled(Side.SHUT, OTHER, welcome=True)
    assert shut is not None
    assert not welcome


@pytest.mark.parametrize(
    ("field", "people"),
    [("publics_precisions", True), ("conditions_acces", False), ("frais_precisions", False)],
)
def test_what_is_kept_stays_in_its_list(field: str, people: bool) -> None:
    kept, _ = _settled(Side.RESTRICTS, None, field=field, header="any")
    assert kept is not None
    assert (kept.header, kept.people) == ("any", people)


def test_shut_is_no_line_of_a_list() -> None:
    shut, _ = _settled(Side.SHUT, OTHER, people=True, header="any")
    assert shut is not None
    assert (shut.header, shut.people, shut.also) == ("", False, False)


def test_without_an_ear_the_rules_stand_alone() -> None:
    assert settled(Sentence("x", "x"), "description", "", None, False, None, dated=False) == (None, False)
