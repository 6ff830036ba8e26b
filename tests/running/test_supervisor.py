"""A part steps back for the others as far as it is told, where Linux counts by session too."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from bot.running.parts import Part
from bot.running.supervisor import AUTOGROUP, BETWEEN_SESSIONS, Running

TELL = "import os, pathlib; print(os.nice(0), *pathlib.Path('/proc/self/autogroup').read_text().split()[-1:])"


@pytest.mark.skipif(not AUTOGROUP.exists(), reason="this kernel does not share cores out by session")
@pytest.mark.parametrize("yields", [0, 15], ids=["who receives", "who works"])
def test_how_far_a_part_steps_back(yields: int, tmp_path: Path) -> None:
    heard: list[str] = []
    part = Part(
        "one",
        [sys.executable, "-c", TELL],
        "http://127.0.0.1:1",
        environment=dict(os.environ),
        cwd=tmp_path,
        yields=yields,
    )
    running = Running(part, lambda _name, line: heard.append(line))
    running.process.wait(60)
    running.stop()
    base = os.nice(0)
    assert heard == [f"{min(19, base + yields)} {min(yields, BETWEEN_SESSIONS)}"]


def test_where_linux_refuses_it_works_all_the_same(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.running.supervisor.AUTOGROUP", tmp_path / "none" / "autogroup")
    heard: list[str] = []
    command = [sys.executable, "-c", "print('up')"]
    running = Running(
        Part("one", command, "http://127.0.0.1:1", yields=1), lambda _n, line: heard.append(line)
    )
    running.process.wait(60)
    running.stop()
    assert heard == ["up"]
