"""A dozen invented people, one a language, through the real pipeline: nobody left without an answer."""

from __future__ import annotations

from collections import Counter

import pytest

from bot.diagnostic.acting import Talk
from bot.diagnostic.bench import converse, figures, fixed
from bot.diagnostic.persona import Persona, Population
from bot.replay.play import FrozenClock
from bot.replay.stage import Stage
from bot.settings import ROOT

POPULATION = Population.load(ROOT / "data")
PEOPLE = POPULATION.draw(120)
QUESTIONS = POPULATION.spec["fixed"]


def one_a_language() -> list[Persona]:
    """The first of each language, and of the behaviours the least seen so far."""
    chosen: list[Persona] = []
    seen: Counter[str] = Counter()
    for language in POPULATION.spec["languages"]:
        own = [persona for persona in PEOPLE if persona.language == language]
        chosen.append(min(own, key=lambda persona: (seen[persona.behaviour], persona.id)))
        seen[chosen[-1].behaviour] += 1
    return chosen


@pytest.fixture(scope="module")
def talks(played: Stage, clock: FrozenClock) -> list[Talk]:
    return converse(played, clock, POPULATION, one_a_language())


@pytest.mark.engine
def test_everybody_comes_to_an_answer(talks: list[Talk]) -> None:
    assert len(talks) == 12
    assert len({talk.persona.behaviour for talk in talks}) >= 6
    assert {talk.persona.id: talk.lines for talk in talks if not talk.ended} == {}


@pytest.mark.engine
def test_nothing_is_asked_twice_and_nothing_left_unanswered(talks: list[Talk]) -> None:
    assert {talk.persona.id: (talk.repeated, talk.lines) for talk in talks if talk.repeated} == {}
    assert {talk.persona.id: (talk.unanswered, talk.lines) for talk in talks if talk.unanswered} == {}


@pytest.mark.engine
def test_fewer_questions_than_the_fixed_order(talks: list[Talk]) -> None:
    for talk in talks:
        assert len(talk.asked) < fixed(talk.persona, QUESTIONS) - 1


@pytest.mark.engine
def test_the_figures_tell_what_happened(talks: list[Talk]) -> None:
    class Agreeing:
        def first(self, persona: Persona) -> list[str]:
            return next(talk.offers for talk in talks if talk.persona is persona)

    told = figures(talks, Agreeing(), QUESTIONS)
    assert told["personas"] == 12
    assert told["same_first_three"] == 1.0
    assert (told["dead_ends"], told["repeated"], told["unanswered"]) == (0, 0, 0)
    assert told["saved"] >= 0.4
    assert sum(row["personas"] for row in told["by_language"].values()) == 12


@pytest.mark.parametrize(
    ("opening", "means", "expected"),
    [
        ((), ["velo"], 14),
        ((), ["voiture"], 15),
        (("purpose", "deadline"), ["velo"], 12),
        (("origin",), ["velo"], 14),
        (("origin", "destination"), ["velo"], 13),
        (("means",), ["voiture"], 13),
    ],
    ids=["nothing said", "a vehicle", "two said", "half a place", "both places", "the vehicle's state said"],
)
def test_the_fixed_order(opening: tuple[str, ...], means: list[str], expected: int) -> None:
    persona = Persona("x", "fr", True, "web", "terse", PEOPLE[0].now, {"means": means}, opening=opening)
    assert fixed(persona, QUESTIONS) == expected
