from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy.orm import Session, sessionmaker

from bot.directory import commands
from bot.directory.search import Query
from tests.directory.samples import service, structure

Factory = sessionmaker[Session]


@pytest.fixture
def loaded(sqlite_factory: Factory, tmp_path: Path) -> Factory:
    dump = tmp_path / "dump.json"
    dump.write_text(json.dumps([service(), service("test--2", courriel="nobody"), structure()]), "utf-8")
    assert commands.import_(sqlite_factory, [dump]) == 0
    return sqlite_factory


def test_import_tells_what_was_set_aside(capsys: pytest.CaptureFixture[str], loaded: Factory) -> None:
    said = capsys.readouterr()
    assert json.loads(said.out)["added"] == {"service": 1, "structure": 1}
    assert "set aside: dump.json, row 2, test--2, field courriel" in said.err


def test_a_broken_import_says_that_nothing_changed(
    loaded: Factory, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    broken = tmp_path / "broken.json"
    broken.write_text("[{", "utf-8")
    assert commands.import_(loaded, [broken]) == 1
    assert "Nothing was changed." in capsys.readouterr().err
    assert commands.stats(loaded)["services"] == 1


def test_search_by_words_and_by_commune(loaded: Factory, capsys: pytest.CaptureFixture[str]) -> None:
    capsys.readouterr()
    assert commands.search(loaded, "voitures", as_json=True) == 0
    assert commands.search(loaded, place="49099", as_json=True) == 0
    assert commands.search(loaded, place="cholet", as_json=True) == 0
    assert commands.search(loaded, "poney", place="49300", as_json=True) == 0
    assert [json.loads(line)["total"] for line in capsys.readouterr().out.splitlines()] == [1, 1, 1, 0]


WRONG = [
    ("no such commune", {"place": "00000"}, "unknown commune: 00000"),
    ("a postcode of several communes", {"place": "72600"}, "which one?"),
    ("no such theme", {"query": Query(thematiques=["velo"])}, "thematiques: velo unknown; known: "),
    ("no such public", {"query": Query(publics=["elfes"])}, "publics: elfes unknown"),
]


@pytest.mark.parametrize(("label", "asked", "said"), WRONG, ids=[case[0] for case in WRONG])
def test_what_is_not_known_is_told(
    loaded: Factory, capsys: pytest.CaptureFixture[str], label: str, asked: Any, said: str
) -> None:
    assert commands.search(loaded, **asked) == 1
    assert said in capsys.readouterr().err


def test_the_same_offer_is_shown_once_and_what_is_over_with_its_reason(
    sqlite_factory: Factory, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    dump = tmp_path / "dump.json"
    agencies = [service(f"ft--{number}", latitude=47.0 + number / 20) for number in range(5)]
    over = service("ft--over", nom="Aide finie", conditions_acces="Aide ouverte jusqu'au 31/10/2020.")
    away = service("ft--away", nom="Navette", description="Navette de la plage, ouverte jusqu'en 2019." * 2)
    dump.write_text(json.dumps([*agencies, over, away]), "utf-8")
    assert commands.import_(sqlite_factory, [dump], report_to=tmp_path / "report.json") == 0
    assert json.loads((tmp_path / "report.json").read_text("utf-8"))["added"] == {"service": 7}
    capsys.readouterr()
    assert commands.search(sqlite_factory, place="49099", as_json=True) == 0
    answer = json.loads(capsys.readouterr().out)
    assert answer["total"] == 5
    (offer,) = answer["services"]
    assert (offer["id"], offer["copies"]) == ("ft--1", 4)
    assert offer["km"] < offer["road_km"] <= offer["km"] * 1.4
    assert [(one["id"], one["form"]) for one in answer["held"]] == [
        ("ft--away", "ended"),
        ("ft--over", "ended"),
    ]
    assert commands.search(sqlite_factory, "finie") == 0
    assert "held back: Aide finie (ft--over), ended: ouverte jusqu'au 31/10/2020" in capsys.readouterr().err


def test_doctor_and_coverage_write_files(loaded: Factory, tmp_path: Path) -> None:
    letters, lines = tmp_path / "letters.md", tmp_path / "coverage.json"
    assert commands.doctor(loaded, out=letters, today=date(2026, 11, 22)) == 0
    assert letters.read_text("utf-8").startswith("# Fiches à corriger")
    assert commands.coverage(loaded, out=lines, today=date(2026, 11, 22)) == 0
    assert len(json.loads(lines.read_text("utf-8"))) == 72
