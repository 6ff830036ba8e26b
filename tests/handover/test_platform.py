from __future__ import annotations

from dataclasses import replace

import pytest
from opening_hours import ParserError

from bot.handover.platform import Platform, choose, load, read
from tests.handover.conftest import DATA, MONDAY, PLATFORMS, SUNDAY, SomePlaces


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
    found = choose(PLATFORMS, origin, destination, "fr", MONDAY, places=SomePlaces(), without=without)
    assert (found.id if found else None) == expected


def test_same_level_prefers_language_then_open_now() -> None:
    base = Platform(
        "a", "A", departements=frozenset({"49"}), hours="Tu 09:00-12:00", languages=frozenset({"fr"})
    )
    arabic = replace(base, id="b", languages=frozenset({"fr", "ar"}))
    open_now = replace(base, id="c", hours="Mo 09:00-12:00")
    teams = (base, arabic, open_now)
    assert choose(teams, "49099", None, "ar", MONDAY, places=SomePlaces()) == arabic
    assert choose(teams, "49099", None, "fr", MONDAY, places=SomePlaces()) == open_now
    assert choose(teams, "49099", None, "fr", SUNDAY, places=SomePlaces()) == open_now


def test_the_regions_file_covers_all_five_departements() -> None:
    teams = load(DATA / "handover" / "platforms.yml")
    for code in ("49099", "44131", "44109", "85191"):
        assert choose(teams, code, None, "fr", MONDAY, places=SomePlaces()) is not None
    assert choose(teams, "85191", None, "fr", MONDAY, places=SomePlaces()).level == "region"  # type: ignore[union-attr]
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
