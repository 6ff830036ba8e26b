"""Who works steps back behind other sessions once it is well; who receives is let in sooner; refused, all goes on."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.replay.stage import free_port
from bot.running import shares
from bot.running.parts import Part
from bot.running.supervisor import Running, Supervisor

SHARED = Path("/proc/self/autogroup").exists()
SLICED = Path("/proc/self/sched")
TURNS = SLICED.exists() and "se.slice" in SLICED.read_text()


@pytest.fixture
def port() -> int:
    return free_port()


def part(port: int, yields: int) -> Part:
    """A process that answers 200."""
    return Part(
        "one",
        [sys.executable, "-m", "http.server", "--bind", "127.0.0.1", str(port)],
        f"http://127.0.0.1:{port}/",
        environment=dict(os.environ),
        yields=yields,
    )


@pytest.fixture
def up(port: int, request: pytest.FixtureRequest) -> Iterator[Running]:
    supervisor = Supervisor([part(port, request.param)], lambda _name, _line: None)
    supervisor.start()
    yield supervisor.running[0]
    supervisor.stop()


def _share(process: int) -> int:
    return int(Path(f"/proc/{process}/autogroup").read_text().split()[-1])


def _turn(process: int) -> int:
    found = re.search(r"se\.slice\s*:\s*(\d+)", Path(f"/proc/{process}/sched").read_text())
    assert found is not None
    return int(found[1])


@pytest.mark.skipif(not SHARED, reason="this kernel does not share cores out by session")
@pytest.mark.parametrize("up", [0, 15], indirect=True, ids=["who receives", "who works"])
def test_how_far_a_part_steps_back(up: Running) -> None:
    assert (_share(up.process.pid), os.getpriority(os.PRIO_PROCESS, up.process.pid) - os.nice(0)) == (
        up.part.yields,
        min(up.part.yields, 19 - os.nice(0)),
    )


@pytest.mark.skipif(not SHARED, reason="this kernel does not share cores out by session")
def test_it_does_not_before_it_is_well(port: int) -> None:
    running = Running(part(port, 15), lambda _name, _line: None)
    try:
        assert _share(running.process.pid) == 0
    finally:
        running.stop()


@pytest.mark.skipif(not TURNS, reason="this kernel tells no length of turns")
@pytest.mark.parametrize("up", [0, 15], indirect=True, ids=["who receives", "who works"])
def test_who_receives_is_let_in_sooner(up: Running) -> None:
    assert (_turn(up.process.pid) == shares.TURN) is (up.part.yields == 0)


def test_where_linux_refuses_it_works_all_the_same(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shares, "PROCESSES", tmp_path)
    assert not shares.step_back(1, 15)


def test_it_asks_again_where_another_share_was_just_moved(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    refused = iter([BlockingIOError(), BlockingIOError()])

    def write(_path: Path, text: str) -> int:
        error = next(refused, None)
        if error is not None:
            raise error
        return len(text)

    monkeypatch.setattr(Path, "write_text", write)
    monkeypatch.setattr(shares, "PAUSE", 0.0)
    monkeypatch.setattr(shares, "PROCESSES", tmp_path)
    assert shares.step_back(1, 15)
    assert next(refused, None) is None


def test_an_unknown_machine_keeps_its_turns(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shares, "SETATTR", {})
    assert not shares.take_short_turns()
