"""The word lists are made beside other work, for both Pythons, and only when something changed."""

from __future__ import annotations

import sys
import time
from pathlib import Path

import psutil
import pytest

from bot.running.steps import StepFailed
from bot.running.word_lists import ENGINE, made_meanwhile
from bot.understanding.made import mark

HERE = str(sys.implementation.cache_tag)
# In the place of the program that makes them: it says that it began, waits for a word, and tells how it ended.
PROGRAM = """
import os, sys, time
from pathlib import Path
name = os.environ.get("PART", "application")
Path(f"began-{name}").touch()
while not Path("go").exists():
    time.sleep(0.01)
if Path("mistaken").exists():
    sys.exit("Line 12 of fr.yml: no pattern")
Path(f"made-{name}").touch()
"""


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A checkout with lists, both Pythons and that program."""
    for folder in ("models", "data/lexicons", "data/places", "engine/.venv/bin", "bot/understanding"):
        (tmp_path / folder).mkdir(parents=True)
    (tmp_path / "data" / "lexicons" / "fr.yml").write_text("words: []\n")
    for name in ("bot/__init__.py", "bot/understanding/__init__.py"):
        (tmp_path / name).touch()
    (tmp_path / "bot" / "understanding" / "made.py").write_text(PROGRAM)
    python = tmp_path / "engine" / ".venv" / "bin" / "python"
    python.write_text(f'#!/bin/sh\nPART=engine exec {sys.executable} "$@"\n')
    python.chmod(0o755)
    return tmp_path


def _until(path: Path) -> None:
    limit = time.monotonic() + 30
    while not path.exists():
        assert time.monotonic() < limit, path.name
        time.sleep(0.01)


def test_they_are_made_while_other_work_is_done_and_waited_for(root: Path) -> None:
    with made_meanwhile(root):
        for name in ("began-application", "began-engine"):
            _until(root / name)
        assert not list(root.glob("made-*"))
        (root / "go").touch()
    assert sorted(path.name for path in root.glob("made-*")) == ["made-application", "made-engine"]


@pytest.mark.parametrize(
    "tags, left", [((HERE, ENGINE), []), ((HERE,), ["engine"]), ((ENGINE,), ["application"])]
)
def test_what_was_made_of_the_same_lists_is_not_made_again(
    root: Path, tags: tuple[str, ...], left: list[str]
) -> None:
    (root / "go").touch()
    for tag in tags:
        mark(root / "data", tag).touch()
    with made_meanwhile(root):
        pass
    assert [path.name for path in root.glob("made-*")] == [f"made-{name}" for name in left]


def test_a_changed_list_is_made_anew(root: Path) -> None:
    (root / "go").touch()
    mark(root / "data", HERE).touch()
    (root / "data" / "lexicons" / "fr.yml").write_text("words: [bus]\n")
    with made_meanwhile(root):
        pass
    assert (root / "made-application").exists()


def test_a_mistaken_list_stops_the_set_up_and_says_where(root: Path) -> None:
    (root / "mistaken").touch()
    (root / "go").touch()
    with (
        pytest.raises(StepFailed, match=r"Line 12 of fr\.yml: no pattern\n→ Look at data/lexicons"),
        made_meanwhile(root),
    ):
        pass


def test_nobody_goes_on_when_the_work_beside_it_failed(root: Path) -> None:
    with pytest.raises(ValueError, match="no database"), made_meanwhile(root):
        _until(root / "began-application")
        _until(root / "began-engine")
        raise ValueError("no database")
    children = psutil.Process().children(recursive=True)
    assert not [one for one in children if "bot.understanding.made" in one.cmdline()]
