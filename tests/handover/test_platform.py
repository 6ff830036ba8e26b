from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Any

import pytest
from opening_hours import ParserError
from sqlalchemy import select

from bot.handover.platform import Person, Platform, choose, load, read
from bot.handover.staffing import Staffing, staffing
from bot.handover.tables import Counsellor
from tests.handover.conftest import DATA, MONDAY, PLATFORMS, SUNDAY, SomePlaces
from tests.handover.desk.conftest import House
from tests.handover.desk.conftest import house as house


@pytest.mark.parametrize(
    ("origin", "destination", "without", "expected"),
    [
        pytest.param("49023", "49099", (), "p49", id="the departement's"),
        pytest.param("44131", "44109", (), "retz", id="the EPCI's before the departement's"),
        pytest.param("44131", "44109", ("retz",), "p44", id="next team when the first was tried"),
        pytest.param("44131", None, ("retz", "p44", "pdl"), None, id="nobody left"),
        pytest.param("85191", None, (), "pdl", id="no team there: the region's"),
        pytest.param("75056", "49099", (), "p49", id="lives elsewhere, goes here"),
        pytest.param("44109", "49099", (), "p44", id="home before destination"),
        pytest.param("75056", None, (), None, id="outside the region"),
        pytest.param(None, None, (), "pdl", id="no place known"),
        pytest.param("99999", None, (), "pdl", id="unknown place"),
    ],
)
def test_choose(
    origin: str | None, destination: str | None, without: tuple[str, ...], expected: str | None
) -> None:
    found = choose(
        PLATFORMS,
        Person(origin, destination, "fr"),
        MONDAY,
        places=SomePlaces(),
        standing=Staffing(),
        without=without,
    )
    assert (found.id if found else None) == expected


def pick(
    teams: tuple[Platform, ...], origin: str, language: str, now: datetime, **standing: Any
) -> Platform | None:
    person = Person(origin, None, language)
    return choose(teams, person, now, places=SomePlaces(), standing=Staffing(**standing))


def test_same_level_prefers_language_then_open_now() -> None:
    base = Platform(
        "a", "A", departements=frozenset({"49"}), hours="Tu 09:00-12:00", languages=frozenset({"fr"})
    )
    arabic = replace(base, id="b", languages=frozenset({"fr", "ar"}))
    open_now = replace(base, id="c", hours="Mo 09:00-12:00")
    teams = (base, arabic, open_now)
    assert pick(teams, "49099", "ar", MONDAY) == arabic
    assert pick(teams, "49099", "fr", MONDAY) == open_now
    assert pick(teams, "49099", "fr", SUNDAY) == open_now


def test_overlapping_teams_share_the_load_and_those_away_come_last() -> None:
    one = Platform("one", "One", departements=frozenset({"49"}), hours="Mo 09:00-12:00")
    two = replace(one, id="two")
    wide = replace(one, id="wide", level="region")
    teams = (one, two, wide)
    assert pick(teams, "49099", "fr", MONDAY) == one
    assert pick(teams, "49099", "fr", MONDAY, waiting={"one": 3, "two": 1}) == two
    assert pick(teams, "49099", "fr", MONDAY, away=frozenset({"one"})) == two
    assert pick(teams, "49099", "fr", MONDAY, away=frozenset({"one", "two"})) == wide
    assert pick(teams, "49099", "fr", MONDAY, away=frozenset({"one", "two", "wide"})) == one


def test_needs_and_access_decide_between_teams() -> None:
    cars = frozenset({"mobilite--acceder-a-un-vehicule"})
    lessons = frozenset({"mobilite--preparer-un-permis"})
    near = Platform("near", "Near", level="epci", epci=frozenset({"200071678"}), needs=cars)
    wide = Platform("wide", "Wide", departements=frozenset({"49"}))
    signed = replace(near, id="signed", access=frozenset({"interprete"}))

    def found(teams: tuple[Platform, ...], **said: frozenset[str]) -> str | None:
        person = Person("49099", None, "fr", **said)
        chosen = choose(teams, person, MONDAY, places=SomePlaces(), standing=Staffing())
        return chosen.id if chosen else None

    assert found((near, wide), needs=cars) == "near"
    assert found((near, wide), needs=lessons) == "wide"
    assert found((near, wide)) == "near", "nothing said shuts nobody out"
    assert found((near,), needs=lessons) == "near", "somebody rather than nobody"
    assert found((near, signed), needs=cars, access=frozenset({"interprete"})) == "signed"


def test_who_is_on_duty_and_what_waits(house: House) -> None:
    house.person("Ana", "p49")
    house.person("Bob", "p49", "p44")
    house.person("Zoe", "*", role="administrator")
    house.person("Olga", "retz", role="observer")
    house.handover()
    house.handover(profile={"origin": "44109"})
    with house.make.begin() as session:
        assert staffing(session) == Staffing(frozenset(), {"p49": 1, "p44": 1})
        for who in session.scalars(select(Counsellor)):
            who.on_duty = who.name == "Ana"
        session.flush()
        assert staffing(session).away == {"p44", "*"}


def test_the_regions_file_covers_all_five_departements() -> None:
    teams = load(DATA / "handover" / "platforms.yml")
    for code in ("49099", "44131", "44109", "85191"):
        assert pick(teams, code, "fr", MONDAY) is not None
    assert pick(teams, "85191", "fr", MONDAY).level == "region"  # type: ignore[union-attr]
    assert all(team.hours for team in teams)


@pytest.mark.parametrize(
    ("entry", "error"),
    [
        pytest.param({"id": "x", "name": "X", "level": "pays", "territories": {}}, ValueError, id="level"),
        pytest.param({"id": "x", "level": "epci", "territories": {}}, KeyError, id="no name"),
        pytest.param(
            {"id": "x", "name": "X", "level": "epci", "territories": {}, "hours": "lundi"},
            ParserError,
            id="hours",
        ),
    ],
)
def test_a_wrong_entry_is_refused(entry: dict[str, object], error: type[Exception]) -> None:
    with pytest.raises(error):
        read(entry)


def test_hours_of_the_file_are_supposed_and_those_of_a_team_are_not() -> None:
    entry = {"id": "x", "name": "X", "level": "epci", "territories": {}}
    assert read(entry, "Mo-Fr 09:00-12:00").supposed_hours
    assert not read({**entry, "hours": "Mo 09:00-12:00"}, "Mo-Fr 09:00-12:00").supposed_hours
    assert not read(entry).supposed_hours
