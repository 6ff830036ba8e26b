"""The ear for roles: gives a place the part that the rules missed, doubts a bare « à X », and else keeps silent."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import pytest

from bot.learnt import weights
from bot.settings import ROOT
from bot.understanding.cases import load_cases
from bot.understanding.reader import Understanding
from bot.understanding.role_examples import examples, place
from bot.understanding.roles import EXAMPLES, HERE, LEARNT, NONE, Place, Roles, pieces
from bot.understanding.trip import ROLES

LINES = weights.lines(ROOT / "data" / EXAMPLES)
# Of wordings that no rule knows: language, text, what is told, what must not be.
SAID = [
    (
        "the destination beside an origin",
        "fr",
        "jhabite trignac, demain 5h30 entrepot carquefou",
        {"origin": "44210", "destination": "44026"},
    ),
    (
        "the origin beside a destination",
        "fr",
        "C'est un CDD à Ancenis, en journée. Je viens toujours d'Oudon.",
        {"origin": "44115", "destination": "44003"},
    ),
    (
        "a bare « en X » left for the better one",
        "es",
        "Soy de Venezuela, en Les Herbiers con mis dos niños. Conseguí limpieza en un hotel de Mouchamps",
        {"destination": "85153"},
    ),
    ("good food somewhere", "fr", "on mange bien à Pornic", {}),
    ("the weather somewhere", "en", "we had snow in Laval", {}),
    ("a town alone after a verb of going", "fr", "je vais à Pornic", {"destination": "44131"}),
]

# After a message that told where the person lives: what a bare « à X » says, of a trip that lacks its other half.
LATER = [
    ("the half that was open", "à Angers, ma cousine m'attend", None, {"destination": "49007"}),
    ("another question put", "à Angers, ma cousine m'attend", "means", {"destination": "49007"}),
    ("the weather", "il a neigé à Angers", None, {}),
]


@pytest.fixture(scope="module")
def roles() -> Roles:
    found = Roles.load(ROOT / "data")
    assert found is not None
    return found


@pytest.mark.parametrize(("label", "language", "text", "expected"), SAID, ids=[case[0] for case in SAID])
def test_heard(
    understanding: Understanding,
    monday: datetime,
    label: str,
    language: str,
    text: str,
    expected: dict[str, str],
) -> None:
    reading = understanding.read(text, now=monday, language=language)
    assert {fact.field: fact.value for fact in reading.facts if fact.field in ROLES} == expected


@pytest.mark.parametrize(("label", "text", "asked", "expected"), LATER, ids=[case[0] for case in LATER])
def test_heard_later(
    understanding: Understanding,
    monday: datetime,
    label: str,
    text: str,
    asked: str | None,
    expected: dict[str, str],
) -> None:
    reading = understanding.read(text, now=monday, language="fr", asked=asked, profile={"origin": "49099"})
    assert {fact.field: fact.value for fact in reading.facts if fact.field in ROLES} == expected


def test_what_the_ear_gives_shows_the_words_it_came_from(
    understanding: Understanding, monday: datetime
) -> None:
    text = SAID[0][2]
    facts = understanding.read(text, now=monday, language="fr").facts
    heard = next(fact for fact in facts if fact.field == "destination")
    assert heard.evidence == text[heard.start : heard.end] == "carquefou"
    assert heard.confidence < 1.0


def test_an_answer_is_not_doubted(understanding: Understanding, monday: datetime) -> None:
    facts = understanding.read("à Pornic", now=monday, language="fr", asked="destination").facts
    assert [(fact.field, fact.value) for fact in facts] == [("destination", "44131")]


def test_chances_are_shares_of_one(roles: Roles) -> None:
    chances = roles.chances(Place(["je", "travaille", "a", "§p0"], 3, [], None, "fr"))
    assert set(chances) == {*ROLES, NONE}
    assert sum(chances.values()) == pytest.approx(1.0)
    assert max(chances, key=lambda role: chances[role]) == "destination"


@pytest.mark.parametrize(
    "tokens", [["§p0"], ["§p0", "§p1"], ["|", "§p0", "|"], ["x"] * 300 + ["§p0"] + ["x"] * 300, ["", "§p0"]]
)
def test_any_words_are_weighed(roles: Roles, tokens: list[str]) -> None:
    found = roles.chances(Place(tokens, tokens.index("§p0"), ["origin"], "origin", "tr"))
    assert all(0.0 <= chance <= 1.0 for chance in found.values())


def test_what_is_weighed_has_one_length_and_one_order() -> None:
    found = pieces(Place(["je", "vis", "a", "§p0"], 3, [], None, "fr"))
    assert float(found.weights @ found.weights) == pytest.approx(1.0)
    assert found.numbers.tolist() == sorted(set(found.numbers.tolist()))


def test_nothing_learnt_leaves_the_rules_alone(tmp_path: Path) -> None:
    assert Roles.load(tmp_path) is None


def test_the_weights_are_of_these_examples() -> None:
    arrays = weights.read(ROOT / "data" / LEARNT)
    assert arrays is not None
    assert str(arrays["fingerprint"]) == weights.fingerprint(LINES), "make learn"


def test_each_example_holds_its_place() -> None:
    assert len(LINES) > 5000
    for line in LINES:
        assert line.side in (*ROLES, NONE)
        assert place(line.text).tokens[place(line.text).at] == HERE


def test_examples_of_a_case(understanding: Understanding, tmp_path: Path) -> None:
    path = tmp_path / "cases.yml"
    head = "language: fr\n  style: plain\n  now: 2026-11-30T09:00:00+01:00\n  asked: null\n"
    path.write_text(
        f"- id: a-1\n  {head}  held: false\n  text: j'habite Cholet et je travaille à Laval\n"
        '  expect: {"origin": "49099", "destination": "53130"}\n  absent: []\n'
        f"- id: a-2\n  {head}  held: true\n  text: je vis à Laval\n  expect: {{}}\n  absent: [origin]\n"
        f"- id: a-3\n  {head}  held: false\n  text: il pleut à Laval\n  expect: {{}}\n  absent: [destination]\n",
        encoding="utf-8",
    )
    found = [line for case in load_cases([path]) for line in examples(understanding, case)]
    assert found == [
        "origin\tfr - destination je habite §§ et je travaille a §p",
        "origin\tfr - - je habite §§ et je travaille a §p",
        "destination\tfr - origin je habite §p et je travaille a §§",
        "destination\tfr - - je habite §p et je travaille a §§",
        "none\tfr - - il pleut a §§",
    ]
