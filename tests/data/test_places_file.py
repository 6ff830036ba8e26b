"""The file of communes: the region's counts, codes that hold together, coordinates wherever we need them."""

from __future__ import annotations

import csv
import gzip
from collections import Counter, defaultdict
from pathlib import Path

import pytest

PATH = Path(__file__).parents[2] / "data" / "places" / "communes.csv.gz"
REGION = "52"

Row = dict[str, str]


@pytest.fixture(scope="module")
def rows() -> list[Row]:
    with gzip.open(PATH, "rt", encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.fixture(scope="module")
def current(rows: list[Row]) -> dict[str, Row]:
    return {row["code"]: row for row in rows if row["type"] == "commune"}


@pytest.fixture(scope="module")
def ours(current: dict[str, Row]) -> list[Row]:
    return [row for row in current.values() if row["region"] == REGION]


def test_columns_and_counts_by_type(rows: list[Row]) -> None:
    assert list(rows[0]) == [
        "code",
        "nom",
        "type",
        "chef_lieu",
        "departement",
        "region",
        "epci",
        "epci_nom",
        "postcodes",
        "population",
        "lon",
        "lat",
    ]
    kinds = Counter(row["type"] for row in rows)
    assert kinds == {"commune": 34969, "deleguee": 2105, "associee": 471, "arrondissement": 45}


def test_the_file_can_be_built_again_byte_for_byte() -> None:
    header = PATH.read_bytes()[:10]
    assert header[4:8] == b"\0\0\0\0", "the gzip header holds a date"


def test_code_and_type_are_unique_and_sorted(rows: list[Row]) -> None:
    order = {"commune": 0, "deleguee": 1, "associee": 2, "arrondissement": 3}
    keys = [(row["code"], order[row["type"]]) for row in rows]
    assert keys == sorted(set(keys))


def test_every_row_belongs_to_a_current_commune(rows: list[Row], current: dict[str, Row]) -> None:
    for row in rows:
        head = current[row["chef_lieu"]]
        assert (row["departement"], row["region"], row["epci"]) == (
            head["departement"],
            head["region"],
            head["epci"],
        )
        if row["type"] == "commune":
            assert row["chef_lieu"] == row["code"]


def test_communes_of_the_region_by_departement(ours: list[Row]) -> None:
    counts = Counter(row["departement"] for row in ours)
    assert counts == {"44": 207, "49": 176, "53": 240, "72": 352, "85": 253}
    assert len(ours) == 1228


def test_intercommunalities_of_the_region(ours: list[Row]) -> None:
    assert len({row["epci"] for row in ours} - {""}) == 71
    assert [row["code"] for row in ours if not row["epci"]] == ["85113"]
    assert all(len(row["epci"]) == 9 and row["epci_nom"] for row in ours if row["epci"])


def test_most_postcodes_of_the_region_name_several_communes(ours: list[Row]) -> None:
    communes = defaultdict(set)
    for row in ours:
        for postcode in row["postcodes"].split():
            communes[postcode].add(row["code"])
    assert len(communes) == 306
    assert sum(len(codes) > 1 for codes in communes.values()) == 223
    assert len(communes["72600"]) == 22


def test_old_communes_with_their_head_in_the_region(rows: list[Row], ours: list[Row]) -> None:
    heads = {row["code"] for row in ours}
    old = [row for row in rows if row["type"] in {"deleguee", "associee"} and row["chef_lieu"] in heads]
    assert len(old) == 363


def test_every_place_of_the_region_has_coordinates_inside_it(rows: list[Row]) -> None:
    placed = [row for row in rows if row["region"] == REGION]
    assert len(placed) == 1228 + 363
    for row in placed:
        assert -2.6 < float(row["lon"]) < 1.0, row
        assert 46.2 < float(row["lat"]) < 48.6, row


def test_only_overseas_collectivities_have_no_coordinates(rows: list[Row]) -> None:
    assert {row["departement"][:2] for row in rows if not row["lon"]} == {"97", "98"}
    assert all(
        row["departement"] in {"975", "977", "978"} for row in rows if not row["lon"] and row["code"] < "98"
    )


@pytest.mark.parametrize(
    ("code", "kind", "name", "head"),
    [
        ("49023", "commune", "Beaupréau-en-Mauges", "49023"),
        ("49023", "deleguee", "Beaupréau", "49023"),
        ("44005", "deleguee", "Arthon-en-Retz", "44005"),
        ("49069", "deleguee", "Champtoceaux", "49126"),
        ("75111", "arrondissement", "Paris 11e Arrondissement", "75056"),
        ("69387", "arrondissement", "Lyon 7e Arrondissement", "69123"),
        ("13201", "arrondissement", "Marseille 1er Arrondissement", "13055"),
    ],
)
def test_known_places(rows: list[Row], code: str, kind: str, name: str, head: str) -> None:
    found = [row for row in rows if (row["code"], row["type"]) == (code, kind)]
    assert [(row["nom"], row["chef_lieu"]) for row in found] == [(name, head)]


@pytest.mark.parametrize(
    ("code", "lon", "lat", "rule"),
    [
        ("49126", -1.1947, 47.2996, "the only old commune whose point is known"),
        ("85165", -1.2462, 46.7730, "the mean of the communes sharing its postcode"),
        ("85212", -1.2462, 46.7730, "the mean of the communes sharing its postcode"),
    ],
)
def test_points_filled_by_rule(current: dict[str, Row], code: str, lon: float, lat: float, rule: str) -> None:
    assert (float(current[code]["lon"]), float(current[code]["lat"])) == (lon, lat), rule
