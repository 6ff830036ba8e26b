"""The laws of the sieve, on made-up criteria and people: plain and compiled say the same, learning never reopens."""

from __future__ import annotations

import datetime as dt
from typing import Any

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.profile import codes
from bot.settings import ROOT
from bot.tamis.compiled import Compiled
from bot.tamis.criteria import (
    Access,
    Age,
    AllOf,
    AnyOf,
    Criterion,
    Doubt,
    Duration,
    Full,
    Licence,
    Lives,
    Not,
    Purpose,
    Quotient,
    Season,
    Stated,
    Validity,
    Vehicle,
    Works,
)
from bot.tamis.person import Person, person
from bot.tamis.places import Commune, Register
from bot.tamis.questions import askable, questions
from bot.tamis.reader import Reading
from bot.tamis.sieve import STATUSES, decide
from bot.tamis.situations import Situations

SITUATIONS = Situations.load(ROOT / "data")
TOWNS = ("49023", "49099", "44109", "85113")
REGISTER = Register(
    {
        "49023": Commune("49023", "Beaupréau-en-Mauges", "49023", "49", "52", "200060010"),
        "49024": Commune("49024", "Beausse", "49023", "49", "52", "200060010"),
        "49099": Commune("49099", "Cholet", "49099", "49", "52", "200071678"),
        "44109": Commune("44109", "Nantes", "44109", "44", "52", "244400404"),
        "85113": Commune("85113", "L'Île-d'Yeu", "85113", "85", "52", ""),
    },
    {},
)
NOW = dt.date(2026, 11, 23)
FORMS = {"Full": "saturation"}

spans = st.tuples(st.integers(14, 30), st.integers(16, 70)).map(sorted)
days = st.dates(dt.date(2026, 9, 1), dt.date(2027, 3, 1))
month_days = st.tuples(st.integers(1, 12), st.integers(1, 28))
areas = st.lists(st.sampled_from([*TOWNS, "49024", "49", "44", "200060010"]), min_size=1, max_size=3).map(
    tuple
)
atoms = st.one_of(
    spans.map(lambda pair: Age(pair[0], pair[1])),
    st.just(SITUATIONS.publics["jeunes"]),
    st.just(SITUATIONS.publics["seniors"]),
    st.sampled_from(sorted(SITUATIONS.definitions)).map(SITUATIONS.atom),
    st.integers(100, 1500).map(Quotient),
    st.integers(100, 1500).map(lambda value: Quotient(None, value, value)),
    st.sampled_from(["b", "any", "am", "code", "none"]).map(Licence),
    st.just(Purpose(("emploi", "entretien"), ("formation",))),
    st.sampled_from(["owned", "none", "broken"]).map(Vehicle),
    areas.map(Lives),
    areas.map(Works),
    st.builds(
        Duration, st.sampled_from(["registration_duration", "licence_duration"]), st.sampled_from([6, 12, 24])
    ),
    st.sampled_from(["contract", "prescription", "resources", "other"]).map(Stated),
    st.just(Access(("fauteuil-roulant",), ("mobilite-reduite",))),
    days.map(lambda day: Validity(end=day)),
    st.tuples(month_days, month_days).map(lambda pair: Season(*pair)),
    days.map(lambda day: Full(day, day + dt.timedelta(days=20))),
    st.just(Full()),
)
expressions = st.recursive(
    atoms,
    lambda inner: st.one_of(
        st.lists(inner, min_size=1, max_size=3).map(lambda members: AllOf(tuple(members))),
        st.lists(inner, min_size=1, max_size=3).map(lambda members: AnyOf(tuple(members))),
        inner.map(Not),
        st.tuples(inner, inner).map(lambda pair: Doubt(*pair)),
    ),
    max_leaves=6,
)
criteria = st.builds(
    Criterion, expressions, st.just("mots"), st.sampled_from(["conditions_acces", "publics_precisions"])
)
zones = st.one_of(st.none(), areas.map(lambda codes: Criterion(Lives(codes), "zone", "zone_eligibilite")))
readings = st.lists(
    st.tuples(zones, st.lists(criteria, max_size=4)).map(
        lambda parts: Reading("x", (*([parts[0]] if parts[0] else []), *parts[1]))
    ),
    min_size=1,
    max_size=8,
)


def consistent(profile: dict[str, Any]) -> bool:
    """No two statuses that exclude each other, no age against a status: nobody is both."""
    held = profile.get("statuses") or []
    if any(rival in held for status in held for rival in SITUATIONS.rivals(status)):
        return False
    age = profile.get("age")
    return age is None or not (("retraite" in held and age < 50) or ("mission-locale" in held and age > 25))


profiles = st.fixed_dictionaries(
    {
        "age": st.integers(10, 80),
        "statuses": st.lists(st.sampled_from(codes.codes("statuses")), unique=True, max_size=4),
        "household_quotient": st.integers(0, 1600),
        "licence": st.sampled_from(codes.codes("licence")),
        "purpose": st.sampled_from(codes.codes("purpose")),
        "means": st.lists(st.sampled_from(["voiture", "velo", "marche"]), unique=True, max_size=2),
        "access_needs": st.lists(st.sampled_from(codes.codes("access_needs")), unique=True, max_size=2),
        "origin": st.sampled_from(TOWNS),
        "destination": st.sampled_from(TOWNS),
        "deadline": days.map(str),
    }
).filter(consistent)
subsets = st.sets(st.sampled_from(["age", "statuses", "household_quotient", "licence", "purpose", "means",
                                   "access_needs", "origin", "destination", "deadline"]))  # fmt: skip


def someone(profile: dict[str, Any]) -> Person:
    return person(profile, now=NOW, situations=SITUATIONS, places=REGISTER)


@settings(max_examples=150, deadline=None)
@given(readings, profiles, subsets)
def test_compiled_says_what_the_plain_one_says(
    directory: list[Reading], profile: dict[str, Any], known: set[str]
) -> None:
    who = someone({field: value for field, value in profile.items() if field in known})
    verdicts = Compiled(directory).sieve(who)
    for index, reading in enumerate(directory):
        plain = decide(reading, who, FORMS)
        assert (STATUSES[verdicts.states[index]], verdicts.missing(index)) == (plain.status, plain.missing)
        assert verdicts.decision(index, FORMS) == plain


@settings(max_examples=300, deadline=None)
@given(readings, profiles, subsets, subsets)
def test_learning_never_reopens_nor_unsettles(
    directory: list[Reading], profile: dict[str, Any], known: set[str], more: set[str]
) -> None:
    before = someone({field: value for field, value in profile.items() if field in known})
    after = someone({field: value for field, value in profile.items() if field in known | more})
    for reading in directory:
        first, then = decide(reading, before, FORMS).status, decide(reading, after, FORMS).status
        assert first != "blocked" or then == "blocked"
        assert first != "open" or then == "open"


@settings(max_examples=200, deadline=None)
@given(readings, profiles, st.data())
def test_naming_one_more_status_is_learning(
    directory: list[Reading], profile: dict[str, Any], data: Any
) -> None:
    held = profile["statuses"]
    if not held:
        return
    fewer = data.draw(st.lists(st.sampled_from(held), unique=True, min_size=1))
    before, after = someone({**profile, "statuses": fewer}), someone(profile)
    for reading in directory:
        first, then = decide(reading, before, FORMS).status, decide(reading, after, FORMS).status
        assert first == "to_check" or then == first


@settings(max_examples=100, deadline=None)
@given(readings, profiles, st.randoms(use_true_random=False))
def test_order_never_changes_the_answer(
    directory: list[Reading], profile: dict[str, Any], shuffled: Any
) -> None:
    who = someone(profile)
    order = list(range(len(directory)))
    shuffled.shuffle(order)
    straight = Compiled(directory).sieve(who)
    mixed = Compiled([directory[index] for index in order]).sieve(who)
    assert [straight.states[index] for index in order] == list(mixed.states)


@settings(max_examples=150, deadline=None)
@given(readings, profiles)
def test_nothing_contradicted_is_open(directory: list[Reading], profile: dict[str, Any]) -> None:
    who = someone(profile)
    for reading in directory:
        decision = decide(reading, who, FORMS)
        states = {judged.state for judged in decision.criteria}
        assert (decision.status == "blocked") == ("contradicted" in states)
        assert (decision.status == "to_check") == ("unknown" in states and "contradicted" not in states)
        assert bool(decision.missing) == (decision.status == "to_check")


@settings(max_examples=100, deadline=None)
@given(readings, profiles, subsets)
def test_declined_is_unknown(directory: list[Reading], profile: dict[str, Any], refused: set[str]) -> None:
    silent = someone({field: value for field, value in profile.items() if field not in refused})
    declined = someone({**profile, "declined": sorted(refused)})
    for reading in directory:
        assert decide(reading, silent, FORMS).status == decide(reading, declined, FORMS).status


@settings(max_examples=150, deadline=None)
@given(readings, profiles, subsets, st.data())
def test_questions_count_what_the_plain_one_misses(
    directory: list[Reading], profile: dict[str, Any], known: set[str], data: Any
) -> None:
    who = someone({field: value for field, value in profile.items() if field in known})
    ids = [f"offer-{index}" for index in range(len(directory))]
    weights = data.draw(
        st.lists(st.sampled_from([0.25, 0.5, 1.0, 3.0]), min_size=len(ids), max_size=len(ids))
    )
    within = data.draw(st.none() | st.sets(st.integers(0, len(ids) - 1)).map(sorted))
    asked = questions(
        who,
        Compiled(directory).sieve(who),
        np.array(weights),
        ids,
        None if within is None else np.array(within, np.intp),
    )
    missing = {index: decide(reading, who, FORMS).missing for index, reading in enumerate(directory)}
    offers = range(len(ids)) if within is None else within
    expected = {}
    for field in {field for index in offers for field in missing[index]}:
        waiting = [index for index in offers if field in missing[index]]
        shares = {index: weights[index] / len(missing[index]) for index in waiting}
        heaviest = sorted(waiting, key=lambda index: (-shares[index], index))[:3]
        expected[field] = (
            round(sum(shares.values()), 6),
            tuple(ids[index] for index in heaviest) if askable(field, who) else (),
            len(waiting),
            sum(len(missing[index]) == 1 for index in waiting),
        )
    assert {each.field: (each.weight, each.because, each.offers, each.alone) for each in asked} == expected
    assert [each.weight for each in asked] == sorted((each.weight for each in asked), reverse=True)
