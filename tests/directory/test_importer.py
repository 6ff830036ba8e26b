from __future__ import annotations

import json
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from bot.directory import store
from bot.directory.importer import import_paths, load, load_bundled, version
from bot.directory.noticed import Refusal
from bot.directory.readers import BrokenFile, Row
from bot.directory.tables import Run, Service, Structure
from bot.settings import ROOT
from tests.directory.samples import service, structure


def _rows(*records: Any):
    return [("given", Row(number, None, record)) for number, record in enumerate(records, start=1)]


def _services(factory: sessionmaker[Session]):
    with factory() as session:
        return {row.id: row for row in session.scalars(select(Service))}


def test_what_is_loaded_is_what_was_given(factory: sessionmaker[Session]):
    given = service(longitude=-0.88, extra={"fin": None, "note": "à vérifier"}, publics=["jeunes", "actifs"])
    report = load(factory, _rows(given, structure()))
    assert report.as_dict()["added"] == {"service": 1, "structure": 1}
    with factory() as session:
        stored = store.records(session, "service", ["test--1"])["test--1"]
    column = _services(factory)["test--1"]
    for name, value in given.items():
        assert stored[name] == {"publics": ["actifs", "jeunes"]}.get(name, value), name
        assert str(getattr(column, name, stored[name])) == str(stored[name]), name


def test_the_same_again_writes_nothing(factory: sessionmaker[Session]):
    load(factory, _rows(service(), structure()))
    with factory() as session:
        before = (version(session), len(session.scalars(select(Run)).all()))
    report = load(factory, _rows(service(), structure()))
    assert not report.wrote
    assert report.unchanged == {"service": 1, "structure": 1}
    with factory() as session:
        assert (version(session), len(session.scalars(select(Run)).all())) == before == (1, 1)


def test_what_vanishes_is_withdrawn_then_restored_then_forgotten(factory: sessionmaker[Session], today: date):
    both = _rows(service("test--1"), service("test--2"))
    load(factory, both, today=today)
    report = load(factory, _rows(service("test--1")), today=today)
    assert report.withdrawn == {"service": 1}
    assert _services(factory)["test--2"].withdrawn_at == today
    report = load(factory, both, today=today)
    assert report.restored == {"service": 1}
    assert _services(factory)["test--2"].withdrawn_at is None
    load(factory, _rows(service("test--1")), today=today)
    load(factory, _rows(service("test--1", nom="Autre nom")), today=today + timedelta(days=400))
    assert list(_services(factory)) == ["test--1"]


def test_other_sources_are_left_alone(factory: sessionmaker[Session]):
    load(factory, _rows(service("a--1"), service("b--1")))
    report = load(factory, _rows(service("a--2")))
    assert report.withdrawn == {"service": 1}
    found = _services(factory)
    assert found["b--1"].withdrawn_at is None
    assert found["a--1"].withdrawn_at is not None


def test_partial_adds_and_changes_only(factory: sessionmaker[Session]):
    load(factory, _rows(service("a--1"), service("a--2")))
    report = load(factory, _rows(service("a--2", nom="Nouveau nom")), partial=True)
    assert report.as_dict()["changed"] == {"service": 1}
    assert not report.withdrawn
    assert _services(factory)["a--1"].withdrawn_at is None


def test_an_invalid_row_is_set_aside_and_its_last_valid_version_stays(factory: sessionmaker[Session]):
    load(factory, _rows(service("a--1"), service("a--2")))
    report = load(
        factory, _rows(service("a--1", nom="x"), service("a--2"), "nonsense", service("a--3", date_maj=None))
    )
    assert [(item.row, item.id, item.field) for item in report.set_aside] == [
        (1, "a--1", "nom"),
        (3, None, "-"),
        (4, "a--3", "date_maj"),
    ]
    assert not report.wrote
    assert _services(factory)["a--1"].nom == service()["nom"]


def test_nothing_valid_changes_nothing(factory: sessionmaker[Session]):
    load(factory, _rows(service()))
    with pytest.raises(Refusal, match="no valid row"):
        load(factory, _rows({"error": "unauthorized"}))
    assert len(_services(factory)) == 1


def test_losing_most_of_a_source_needs_a_word(factory: sessionmaker[Session]):
    many = _rows(*(service(f"a--{number}") for number in range(150)))
    load(factory, many)
    with pytest.raises(Refusal, match="149 of the 150 services of a would vanish"):
        load(factory, many[:1])
    assert all(row.withdrawn_at is None for row in _services(factory).values())
    assert load(factory, many[:1], force=True).withdrawn == {"service": 149}


def test_the_last_of_two_rows_with_one_id_wins(factory: sessionmaker[Session]):
    first, last = service(nom="Premier nom"), service(nom="Dernier nom")
    report = load(factory, _rows(first, last))
    assert report.as_dict()["added"] == {"service": 1}
    assert report.repeated == {"service": 1}
    assert _services(factory)["test--1"].nom == "Dernier nom"
    assert not load(factory, _rows(first, last)).wrote


def test_a_broken_file_after_a_whole_one_changes_nothing(factory: sessionmaker[Session], tmp_path: Path):
    load(factory, _rows(service("a--1")))
    whole, broken = tmp_path / "whole.json", tmp_path / "broken.json"
    whole.write_text(json.dumps([service("a--2")]))
    broken.write_text(json.dumps([service("b--1"), service("b--2")])[:-30])
    with pytest.raises(BrokenFile, match=r"broken\.json, row 2"):
        import_paths(factory, [whole, broken])
    assert [(id_, row.withdrawn_at) for id_, row in _services(factory).items()] == [("a--1", None)]


def test_unknown_codes_and_communes_are_reported(factory: sessionmaker[Session]):
    report = load(
        factory,
        _rows(service(code_insee="00000", zone_eligibilite=["49", "00001", "123456789"], publics=["elfes"])),
    )
    assert set(report.warnings) == {
        "service.publics: unknown code 'elfes'",
        "service.code_insee: unknown commune '00000'",
        "service.zone_eligibilite: unknown code '00001'",
        "service.zone_eligibilite: unknown code '123456789'",
    }
    assert _services(factory)["test--1"].zone_eligibilite == ["00001", "123456789", "49"]


def test_what_no_database_stores_is_left_out(factory: sessionmaker[Session]):
    load(
        factory,
        _rows(
            service(
                nom="Prêt\x00 de vélo", conditions_acces="\ud800 ok", extra={"a\x00": ["\x00b", float("nan")]}
            )
        ),
    )
    with factory() as session:
        stored = store.records(session, "service", ["test--1"])["test--1"]
    assert (stored["nom"], stored["conditions_acces"]) == ("Prêt de vélo", "? ok")
    assert stored["extra"] == {"a": ["b", None]}


def test_progress_ends_on_the_number_of_rows(factory: sessionmaker[Session]):
    seen: list[int] = []
    load(factory, _rows(*(service(f"a--{number}") for number in range(1200))), seen.append)
    assert seen == [500, 1000, 1200]


def test_our_own_records_load_once(sqlite_factory: sessionmaker[Session]):
    folder = ROOT / "data" / "directory"
    report = load_bundled(sqlite_factory, folder)
    assert report is not None
    assert not report.set_aside
    assert report.added["service"] >= 70
    assert report.added["structure"] >= 30
    assert load_bundled(sqlite_factory, folder) is None
    with sqlite_factory() as session:
        homes = set(session.scalars(select(Structure.id)))
        assert {row.structure_id for row in session.scalars(select(Service))} <= homes


def test_no_bundled_file_is_nothing_to_load(sqlite_factory: sessionmaker[Session], tmp_path: Path):
    assert load_bundled(sqlite_factory, tmp_path) is None
