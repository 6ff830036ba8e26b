from __future__ import annotations

import csv
import gzip
import json
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.directory import readers
from bot.directory.readers import BrokenFile, rows
from tests.directory.samples import service, structure


def _csv(path: Path, records: Any, **options: Any):
    with path.open("w", encoding=options.pop("encoding", "utf-8"), newline="") as file:
        writer = csv.DictWriter(file, fieldnames=list(records[0]), **options)
        writer.writeheader()
        writer.writerows(records)


def _written(path: Path, records: Any, how: str):
    if how == "json array":
        path = path.with_suffix(".json")
        path.write_text(json.dumps(records), "utf-8")
    elif how == "json lines":
        path = path.with_suffix(".jsonl")
        path.write_text("\n".join(json.dumps(record) for record in records), "utf-8")
    elif how == "json object":
        path = path.with_suffix(".json")
        path.write_text(json.dumps({"structures": [structure()], "services": records}, indent=2), "utf-8")
    elif how == "json object with a header":
        path = path.with_suffix(".json")
        path.write_text(json.dumps({"source": "x", "date": "2026", "services": records}), "utf-8")
    elif how == "api page":
        path = path.with_suffix(".json")
        path.write_text(json.dumps({"items": records, "total": 3, "page": 1}), "utf-8")
    elif how == "csv":
        path = path.with_suffix(".csv")
        _csv(path, [{**record, "publics": json.dumps(record["publics"])} for record in records])
    elif how == "parquet":
        path = path.with_suffix(".parquet")
        pq.write_table(pa.Table.from_pylist(records), path)
    elif how == "geojson":
        path = path.with_suffix(".geojson")
        features = [{"type": "Feature", "geometry": None, "properties": record} for record in records]
        path.write_text(json.dumps({"type": "FeatureCollection", "crs": {}, "features": features}), "utf-8")
    elif "gzip" in how:
        path = path.with_suffix(".json" if "without saying" in how else ".json.gz")
        path.write_bytes(gzip.compress(json.dumps(records).encode()))
    elif how == "plain under a packed name":
        path = path.with_suffix(".json.gz")
        path.write_text(json.dumps(records), "utf-8")
    return path


WAYS = [
    "json array",
    "json lines",
    "json object",
    "json object with a header",
    "api page",
    "csv",
    "parquet",
    "geojson",
    "gzip",
    "gzip without saying so",
    "plain under a packed name",
]


@pytest.mark.parametrize("how", WAYS)
def test_every_kind_of_dump_gives_the_same_services(tmp_path: Path, how: str):
    records = [service(f"test--{number}") for number in range(3)]
    path = _written(tmp_path / "dump", records, how)
    found = [row.values for row in rows(path) if row.values.get("structure_id")]
    assert [values["id"] for values in found] == ["test--0", "test--1", "test--2"]
    assert {values["nom"] for values in found} == {records[0]["nom"]}


def test_a_row_longer_than_a_block_is_read_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(readers, "_CHUNK", 64)
    records = [service(f"test--{number}", description='é\\" } ] ' * 50) for number in range(3)]
    path = _written(tmp_path / "dump", records, "json array")
    assert [row.values for row in rows(path)] == records


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    value=st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(max_size=40),
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3),
        max_leaves=10,
    ),
    chunk=st.integers(1, 50),
    indent=st.sampled_from([None, 1]),
)
def test_blocks_of_any_size_give_the_same_rows(tmp_path: Path, value: Any, chunk: Any, indent: Any):
    path = tmp_path / "dump.json"
    listed = [{"id": "a", "value": value}, {"id": "b"}]
    path.write_text(json.dumps(listed, indent=indent), "utf-8")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(readers, "_CHUNK", chunk)
        assert [row.values for row in rows(path)] == listed


def _bytes(name: str, content: Any):
    def make(folder: Path):
        path = folder / name
        path.write_bytes(content)
        return path

    return make


def _wrong_separator(folder: Path):
    path = folder / "services.csv"
    _csv(path, [service()], delimiter=";")
    return path


def _latin(folder: Path):
    path = folder / "services.csv"
    _csv(path, [service(nom="Vélo à prêter")], encoding="cp1252")
    return path


def _short_parquet(folder: Path):
    path = folder / "services.parquet"
    pq.write_table(pa.Table.from_pylist([{"id": "a", "structure_id": "b", "thematiques": ["x"]}]), path)
    return path


def _cut_row(folder: Path):
    path = folder / "services.csv"
    _csv(path, [service(), service("test--2")])
    path.write_text(path.read_text("utf-8")[:-60], "utf-8")
    return path


_ARRAY = json.dumps([service(), service("test--2")]).encode()
BROKEN = [
    ("cut inside a row", _bytes("a.json", _ARRAY[:-40]), "stops in the middle of a row", 2),
    ("cut between rows", _bytes("a.json", json.dumps([service()]).encode()[:-1] + b","), "before the end", 1),
    ("cut gzip", _bytes("a.json.gz", gzip.compress(_ARRAY)[:-20]), "cut short", None),
    ("damaged gzip", _bytes("a.json.gz", b"\x1f\x8b" + _ARRAY), "cut short or damaged", None),
    ("HTML as JSON", _bytes("a.json", b"<!doctype html><title>503</title>"), "HTML", 0),
    ("HTML as CSV", _bytes("a.csv", b"\xef\xbb\xbf\n<html>"), "HTML", 0),
    ("HTML as Parquet", _bytes("a.parquet", b"<html>"), "HTML", 0),
    ("packed HTML", _bytes("a.json.gz", gzip.compress(b"<html>")), "HTML", 0),
    (
        "cut GeoJSON",
        _bytes("a.geojson", b'{"type": "FeatureCollection", "features": [{"id'),
        "middle of a row",
        1,
    ),
    ("empty", _bytes("a.json", b""), "empty", None),
    ("prose", _bytes("a.json", b"internal error"), "neither a JSON array", 0),
    ("a comma too many keys", _bytes("a.json", b'[{"id" "b"}]'), "not readable as JSON", 1),
    ("after the end", _bytes("a.json", b'[{"id": "b"}] oops'), "follows the end", None),
    ("too deep", _bytes("a.json", b"[" * 100_000), "not readable as JSON", 1),
    ("wrong separator", _wrong_separator, "separated by ';'", 0),
    ("wrong encoding", _latin, "not UTF-8", None),
    ("missing columns", _short_parquet, "missing columns for services: source, nom", 0),
    ("cut CSV row", _cut_row, "cells where the header has", 2),
    ("not Parquet", _bytes("a.parquet", b"PAR1 nothing"), "not readable as Parquet", None),
    ("other kind", _bytes("a.xlsx", b"PK"), "unknown kind of file", None),
    ("no such file", lambda folder: folder / "gone.json", "no such file", None),
]


@pytest.mark.parametrize(("label", "make", "said", "row"), BROKEN, ids=[case[0] for case in BROKEN])
def test_a_broken_file_is_told_with_its_row(tmp_path: Path, label: str, make: Any, said: str, row: Any):
    with pytest.raises(BrokenFile) as caught:
        list(rows(make(tmp_path)))
    assert said in str(caught.value)
    assert caught.value.row == row
