from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pytest
from sqlalchemy.orm import Session, sessionmaker

from bot.directory import commands
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
    assert commands.search(loaded, commune="49099", as_json=True) == 0
    assert commands.search(loaded, "poney", commune="49099", as_json=True) == 0
    assert commands.search(loaded, commune="00000") == 1
    assert [json.loads(line)["total"] for line in capsys.readouterr().out.splitlines()] == [1, 1, 0]


def test_doctor_and_coverage_write_files(loaded: Factory, tmp_path: Path) -> None:
    letters, lines = tmp_path / "letters.md", tmp_path / "coverage.json"
    assert commands.doctor(loaded, out=letters, today=date(2026, 11, 22)) == 0
    assert letters.read_text("utf-8").startswith("# Fiches à corriger")
    assert commands.coverage(loaded, out=lines, today=date(2026, 11, 22)) == 0
    assert len(json.loads(lines.read_text("utf-8"))) == 72
