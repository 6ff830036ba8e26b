from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.directory.records import Record, Refused, kind_of, read
from bot.directory.schema import CODES
from tests.directory.samples import service, structure

LISTS_AS_WRITTEN = [
    ("array", ["jeunes", "actifs"]),
    ("JSON text", '["jeunes", "actifs"]'),
    ("PostgreSQL array", "{jeunes,actifs}"),
    ("Python list", "['jeunes', 'actifs']"),
    ("numpy array", "['jeunes' 'actifs']"),
    ("commas", "jeunes, actifs"),
    ("bars", "jeunes|actifs"),
]


@pytest.mark.parametrize(("label", "written"), LISTS_AS_WRITTEN, ids=[label for label, _ in LISTS_AS_WRITTEN])
def test_a_list_is_read_however_it_was_written(label: str, written: Any):
    record = read(service(publics=written))
    assert isinstance(record, Record)
    assert record.values["publics"] == ["actifs", "jeunes"]


REFUSED = [
    ("no name", {"nom": None}, "nom"),
    ("name too short", {"nom": "ab"}, "nom"),
    ("date to come", {"date_maj": "2999-01-01"}, "date_maj"),
    ("date of another century", {"date_maj": "1999-12-31"}, "date_maj"),
    ("no date", {"date_maj": "hier"}, "date_maj"),
    ("a million characters", {"description": "x" * 1_000_000}, "description"),
    ("postcode", {"code_postal": "4930"}, "code_postal"),
    ("commune code", {"code_insee": "Cholet"}, "code_insee"),
    ("address of mail", {"courriel": "nobody"}, "courriel"),
    ("link", {"lien_source": "not a link"}, "lien_source"),
    ("everybody and somebody", {"publics": ["tous-publics", "jeunes"]}, "publics"),
    ("latitude in words", {"latitude": "north", "longitude": "1"}, "latitude"),
]


@pytest.mark.parametrize(("label", "changes", "field"), REFUSED, ids=[case[0] for case in REFUSED])
def test_a_row_the_schema_refuses_names_its_field_and_not_its_value(label: str, changes: Any, field: str):
    refused = read(service(**changes))
    assert isinstance(refused, Refused)
    assert (refused.id, refused.source, refused.field) == ("test--1", "test", field)
    assert len(refused.reason) <= 200


UNKNOWN = [
    ("theme", "thematiques", ["mobilite--acceder-a-un-vehicule", "mobilite--teleportation"],
     ["mobilite--acceder-a-un-vehicule"], ["mobilite--teleportation"]),
    ("only an unknown theme", "thematiques", ["mobilite--teleportation"], None, ["mobilite--teleportation"]),
    ("public", "publics", ["jeunes", "robots"], ["jeunes"], ["robots"]),
    ("zone", "zone_eligibilite", ["49", "R52"], ["49"], ["R52"]),
    ("type", "type", "rituel", None, ["rituel"]),
    ("price", "frais", "pass-numerique", None, ["pass-numerique"]),
]  # fmt: skip


@pytest.mark.parametrize(
    ("label", "field", "given", "kept", "apart"), UNKNOWN, ids=[case[0] for case in UNKNOWN]
)
def test_unknown_codes_are_kept_apart_and_reported(label: str, field: str, given: Any, kept: Any, apart: Any):
    record = read(service(**{field: given}))
    assert isinstance(record, Record)
    assert record.values[field] == kept
    assert record.values["codes_inconnus"] == {field: apart}
    assert any(name == field and apart[0] in reason for name, reason in record.warnings)


COORDINATES = [
    ("latitude alone", 47.0, None),
    ("longitude alone", None, -0.9),
    ("not a number beside a latitude", 47.0, float("nan")),
    ("outside the globe", 470.0, -0.9),
]


@pytest.mark.parametrize(("label", "lat", "lon"), COORDINATES, ids=[case[0] for case in COORDINATES])
def test_half_a_point_is_no_point(label: str, lat: Any, lon: Any):
    record = read(service(latitude=lat, longitude=lon))
    assert isinstance(record, Record)
    assert record.values["latitude"] is None
    assert record.values["longitude"] is None
    assert record.warnings


def test_what_the_schema_has_no_field_for_goes_to_extra():
    record = read(
        {
            **service(),
            "extra": {"fin": "2026-12-31"},
            "saison": "été",
            "_cluster_id": "x",
            "score_qualite": 0.1,
        }
    )
    assert isinstance(record, Record)
    assert record.values["extra"] == {"fin": "2026-12-31", "saison": "été"}


def test_links_stay_as_they_were_given():
    record = read(service(lien_source="https://exemple.org"))
    assert isinstance(record, Record)
    assert record.values["lien_source"] == "https://exemple.org"


def test_the_digest_does_not_depend_on_order_nor_on_how_lists_are_written():
    one = read(service(publics=["jeunes", "actifs"]))
    other = read(dict(reversed(service(publics="{actifs,jeunes}").items())))
    assert isinstance(one, Record)
    assert isinstance(other, Record)
    assert one.digest == other.digest


def test_kinds_are_told_apart():
    assert kind_of(service()) == "service"
    assert kind_of(structure()) == "structure"


_anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=30),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)


@given(field=st.sampled_from([*service(), *CODES, "extra", "zone_eligibilite", "siret"]), value=_anything)
def test_no_value_of_any_field_breaks_the_reading(field: str, value: Any):
    result = read({**service(), field: value}, "service")
    if isinstance(result, Record):
        json.dumps(result.values, allow_nan=False, default=str)
