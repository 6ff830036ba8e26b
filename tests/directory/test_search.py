from __future__ import annotations

from datetime import date
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.directory import freshness
from bot.directory.communes import communes
from bot.directory.distance import NEAR_KM, box, chords, geodesic_km, near_km
from bot.directory.index import Index
from bot.directory.search import Query, UnknownCommune, search
from tests.directory.samples import service

TODAY = date(2026, 11, 22)
CHOLET, ANGERS, NANTES = "49099", "49007", "44109"
ON_SITE, REMOTE, BOTH = ["en-presentiel"], ["a-distance"], ["a-distance", "en-presentiel"]
NOWHERE = {"longitude": None, "latitude": None, "code_insee": None}
STRASBOURG = {"longitude": 7.75, "latitude": 48.58}


def _index(*services: dict[str, Any]) -> Index:
    rows = []
    for record in services:
        total, count = freshness.score_parts(record)
        rows.append({**record, "score_sum": total, "score_count": count})
    return Index.build(rows, communes(), TODAY)


def _found(index: Index, **query: Any) -> list[str]:
    hits = search(index, communes(), Query(**query))
    return [str(index.ids[at]) for at in hits.positions]


ZONES = [
    # label, zone of the service, commune of the person, in reach, in reach of the strict search
    ("nothing said", None, CHOLET, True, True),
    ("the country", ["france"], CHOLET, True, True),
    ("the country by its code", ["99100"], CHOLET, True, True),
    ("own commune", [CHOLET], CHOLET, True, True),
    ("another commune", [ANGERS], CHOLET, False, False),
    ("own département", ["49"], CHOLET, True, True),
    ("another département", ["44"], CHOLET, False, False),
    ("the region as its départements", ["44", "49", "53", "72", "85"], CHOLET, True, True),
    ("own EPCI", ["200071678"], CHOLET, True, True),
    ("another EPCI", ["244400404"], CHOLET, False, False),
    ("old commune of the person, zone of the new one", ["44005"], "44005", True, True),
    ("zone of an old commune, person in the new one", ["44004"], "44163", True, False),
    ("zone of the new commune, person in the old one", ["44163"], "44004", True, False),
    ("zone of another old commune", ["44004"], "44205", False, False),
    ("zone of Paris, person in an arrondissement", ["75056"], "75111", True, False),
    ("zone of an arrondissement, person in Paris", ["75111"], "75056", True, False),
    ("zone of another arrondissement", ["75112"], "75111", False, False),
    ("island without EPCI", ["85"], "85113", True, True),
]


@pytest.mark.parametrize(
    ("label", "zone", "commune", "kept", "strict"), ZONES, ids=[case[0] for case in ZONES]
)
def test_the_zone_decides(label: str, zone: Any, commune: str, kept: bool, strict: bool) -> None:
    index = _index(service(zone_eligibilite=zone, modes_accueil=REMOTE))
    assert bool(_found(index, code_commune=commune)) is kept
    assert bool(_found(index, code_commune=commune, strict=True)) is strict


PLACES = [
    ("on site, near", {}, True, True),
    ("on site, 55 km away", {"longitude": -0.8796, "latitude": 47.0587 + 55 / 111.2}, False, False),
    ("on site, 45 km away", {"longitude": -0.8796, "latitude": 47.0587 + 45 / 111.2}, True, True),
    ("on site, placed by its commune", {"longitude": None, "latitude": None}, True, False),
    ("on site, nowhere but in one's zone", NOWHERE, True, False),
    ("on site, nowhere in the country", {**NOWHERE, "zone_eligibilite": ["france"]}, False, False),
    ("on site, nowhere and no zone", {**NOWHERE, "zone_eligibilite": None}, False, False),
    ("on site, nowhere in another zone", {**NOWHERE, "zone_eligibilite": ["44"]}, False, False),
    (
        "remote, nowhere",
        {**NOWHERE, "modes_accueil": REMOTE},
        True,
        True,
    ),
    (
        "both, far away",
        {**STRASBOURG, "modes_accueil": BOTH},
        True,
        True,
    ),
    ("not said, near", {"modes_accueil": None}, True, True),
    ("not said, far", {**STRASBOURG, "modes_accueil": None}, False, False),
]


@pytest.mark.parametrize(("label", "changes", "kept", "strict"), PLACES, ids=[case[0] for case in PLACES])
def test_the_distance_decides(label: str, changes: dict[str, Any], kept: bool, strict: bool) -> None:
    index = _index(service(**changes))
    assert bool(_found(index, code_commune=CHOLET)) is kept
    assert bool(_found(index, code_commune=CHOLET, strict=True)) is strict


def _jeunes() -> Index:
    return _index(
        service("a--tous", publics=["tous-publics"]),
        service("b--jeunes", publics=["jeunes"]),
        service("c--seniors", publics=["seniors"]),
        service("d--inconnu", publics=None, frais=None, type=None, modes_accueil=None),
    )


FILTERS = [
    ("a public", {"publics": ["jeunes"]}, "abd", "ab"),
    ("all publics", {"publics": ["tous-publics"]}, "abcd", "abcd"),
    ("all publics beside one", {"publics": ["jeunes", "tous-publics"]}, "abcd", "abcd"),
    ("price", {"frais": ["payant"]}, "abc", "abc"),
    ("another price", {"frais": ["gratuit"]}, "", ""),
    ("type", {"types": ["aide-materielle", "atelier"]}, "abc", "abc"),
    ("mode", {"modes_accueil": ON_SITE}, "abc", "abc"),
    ("source", {"sources": ["b", "zz"]}, "b", "b"),
    ("theme", {"thematiques": ["mobilite--acceder-a-un-vehicule"]}, "abcd", "abcd"),
    ("category", {"thematiques": ["mobilite"]}, "abcd", "abcd"),
    ("two categories", {"thematiques": ["sante", "mobilite"]}, "abcd", "abcd"),
    ("another category", {"thematiques": ["sante"]}, "", ""),
    ("score", {"score_minimum": 0.9}, "abc", "abc"),
    ("fresh enough", {"max_age_days": 82}, "abcd", "abcd"),
    ("too old", {"max_age_days": 81}, "", ""),
]


@pytest.mark.parametrize(("label", "query", "kept", "strict"), FILTERS, ids=[case[0] for case in FILTERS])
def test_filters(label: str, query: dict[str, Any], kept: str, strict: str) -> None:
    index = _jeunes()
    for commune in (None, CHOLET):
        assert "".join(sorted(id_[0] for id_ in _found(index, code_commune=commune, **query))) == kept
        found = _found(index, code_commune=commune, strict=True, **query)
        assert "".join(sorted(id_[0] for id_ in found)) == strict


def test_remote_services_take_their_turn_the_nearest_zone_first() -> None:
    def remote(id: str, zone: Any) -> dict[str, Any]:
        return service(id, modes_accueil=REMOTE, zone_eligibilite=zone, longitude=None, latitude=None)

    index = _index(
        *(service(f"site--{number}", latitude=47.0587 + number / 100) for number in range(5)),
        remote("far--national", ["france"]),
        remote("far--departement", ["49"]),
        remote("far--epci", ["200071678"]),
        remote("far--commune", [CHOLET]),
        remote("far--silent", None),
    )
    assert _found(index, code_commune=CHOLET) == [
        "site--0", "site--1", "far--commune", "site--2", "site--3", "far--epci", "site--4",
        "far--departement", "far--national", "far--silent",
    ]  # fmt: skip
    strict = _found(index, code_commune=CHOLET, strict=True)
    assert strict[:5] == [f"site--{number}" for number in range(5)]
    assert strict[5:] == sorted(strict[5:])


def test_a_point_without_commune_is_a_place_and_checks_no_zone() -> None:
    index = _index(service("a--1", zone_eligibilite=["44"]), service("a--2", latitude=44.0))
    assert _found(index, point=(-0.88, 47.06)) == ["a--1"]
    assert _found(index, point=(-0.88, 47.06), strict=True) == ["a--1", "a--2"]


def test_an_unknown_commune_is_refused() -> None:
    with pytest.raises(UnknownCommune):
        _found(_index(service()), code_commune="00000")


def test_an_empty_directory_answers_nothing() -> None:
    index = _index()
    assert _found(index, code_commune=CHOLET, thematiques=["mobilite"]) == []
    assert _found(index) == []


DISTANCES = [
    # Known lengths on WGS 84, published with GeographicLib and by arithmetic.
    ("a degree of the equator", (0.0, 0.0), (1.0, 0.0), 111.319490793),
    ("a degree of meridian", (0.0, 0.0), (0.0, 1.0), 110.574388557),
    ("New York to London", (-73.8, 40.6), (-0.5, 51.6), 5551.759400),
    ("nowhere further", (2.0, 48.0), (2.0, 48.0), 0.0),
]


@pytest.mark.parametrize(("label", "start", "end", "km"), DISTANCES, ids=[case[0] for case in DISTANCES])
def test_distances(label: str, start: tuple[float, float], end: tuple[float, float], km: float) -> None:
    assert geodesic_km(*start, np.array([end[0]]), np.array([end[1]]))[0] == pytest.approx(km, abs=1e-5)


_lon, _lat = st.floats(-180, 180), st.floats(-90, 90)


@given(lon=_lon, lat=_lat, other=st.tuples(_lon, _lat), radius=st.floats(1, 500))
def test_the_box_holds_whatever_is_within_the_radius(
    lon: float, lat: float, other: tuple[float, float], radius: float
) -> None:
    km = float(geodesic_km(lon, lat, np.array([other[0]]), np.array([other[1]]))[0])
    assert km >= 0
    west, south, east, north = box(lon, lat, radius)
    if km <= radius:
        assert west <= other[0] <= east
        assert south <= other[1] <= north


@given(lon=_lon, lat=_lat, along=st.floats(-1, 1), across=st.floats(-1, 1))
def test_the_quick_distance_is_right_to_a_centimetre(
    lon: float, lat: float, along: float, across: float
) -> None:
    others = np.array([lon + along]), np.array([lat + across])
    km = float(geodesic_km(lon, lat, *others)[0])
    if km <= NEAR_KM:
        assert float(near_km(lon, lat, chords(*others))[0]) == pytest.approx(km, abs=1e-5)


_records = st.lists(
    st.builds(
        lambda number, lon, lat, modes, zone, publics: service(
            f"s--{number}",
            longitude=lon,
            latitude=lat,
            modes_accueil=modes,
            zone_eligibilite=zone,
            publics=publics,
        ),
        st.integers(0, 10_000),
        st.floats(-2, 0),
        st.floats(46.5, 48),
        st.sampled_from([None, ON_SITE, REMOTE, BOTH]),
        st.sampled_from([None, ["france"], ["49"], ["44"], [CHOLET], ["200071678"]]),
        st.sampled_from([None, ["jeunes"], ["tous-publics"]]),
    ),
    max_size=25,
    unique_by=lambda record: record["id"],
)


@given(
    records=_records,
    seed=st.randoms(use_true_random=False),
    commune=st.sampled_from([CHOLET, ANGERS, NANTES]),
)
def test_laws_of_search(records: list[dict[str, Any]], seed: Any, commune: str) -> None:
    asked: dict[str, Any] = {"code_commune": commune, "thematiques": ["mobilite"], "publics": ["jeunes"]}
    found = _found(_index(*records), **asked)
    assert len(found) == len(set(found))  # each service once
    shuffled = list(records)
    seed.shuffle(shuffled)
    assert _found(_index(*shuffled), **asked) == found  # the order of the store never changes the answer
    assert set(_found(_index(*records), strict=True, **asked)) <= set(found)  # mending only adds
