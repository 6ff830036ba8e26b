"""An application that receives and a player that plays, two real processes over one PostgreSQL."""

from __future__ import annotations

import json
import os
import signal
import time
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests

from bot.directory.cluster import cluster
from bot.replay.stage import free_port
from bot.running.parts import application, players
from bot.running.prepare import prepare
from bot.running.supervisor import Supervisor
from bot.settings import Settings
from tests import postgres

PATIENCE = 90.0
COUNTED = 'relais_turn_seconds_count{part="whole",player="1"} 1.0'
pytestmark = pytest.mark.postgres


@pytest.fixture
def house(tmp_path: Path) -> Iterator[tuple[str, Supervisor]]:
    """The address of the application, and who keeps both up. No engine: what needs none is answered all the same."""
    if said := postgres.missing():
        pytest.skip(said)
    with cluster() as url:
        settings = Settings(
            var=tmp_path, database_url=url, port=free_port(), player_port=free_port(), engine_port=free_port()
        )
        prepare(settings)
        supervisor = Supervisor([*players(settings), application(settings)], lambda _part, _line: None)
        supervisor.start()
        yield f"http://127.0.0.1:{settings.port}", supervisor
        supervisor.stop()


def _opened(address: str) -> dict[str, str]:
    """Somebody opens the chat; how they are known."""
    opened = requests.post(f"{address}/api/channels/web/sessions", json={"language": "fr"}, timeout=PATIENCE)
    return {"Authorization": f"Bearer {opened.json()['token']}"}


def _says(address: str, headers: dict[str, str], text: str) -> None:
    message = {"text": text, "id": str(uuid.uuid4())}
    sent = requests.post(
        f"{address}/api/channels/web/messages", json=message, headers=headers, timeout=PATIENCE
    )
    assert sent.status_code == 202


def _event(events: Iterator[bytes]) -> dict[str, Any]:
    """The next message of ours on an open stream."""
    for line in events:
        if line.startswith(b"data:"):
            found: dict[str, Any] = json.loads(line[5:])
            if found.get("from") == "relais":
                return found
    raise AssertionError("the stream ended")


def test_what_one_stores_the_other_answers_on_the_open_stream(house: tuple[str, Supervisor]) -> None:
    address, supervisor = house
    health = requests.get(f"{address}/health", timeout=PATIENCE).json()
    assert health["parts"]["worker"] is True
    headers = _opened(address)
    with requests.get(
        f"{address}/api/channels/web/events", headers=headers, stream=True, timeout=PATIENCE
    ) as stream:
        events = stream.iter_lines()
        _says(address, headers, "je veux mourir")
        assert "3114" in _event(events)["text"]
    # The stream answers as soon as the turn is stored; the player counts it a moment later.
    measured, until = "", time.monotonic() + PATIENCE
    while COUNTED not in measured and time.monotonic() < until:
        measured = requests.get(f"{address}/metrics", timeout=PATIENCE).text
    assert COUNTED in measured
    # A player killed in the middle of its life: what came meanwhile is answered by the one that is started again.
    player = next(running for running in supervisor.running if running.part.name == "player")
    os.killpg(player.process.pid, signal.SIGKILL)
    player.process.wait()
    down = requests.get(f"{address}/health", timeout=PATIENCE)
    assert (down.status_code, down.json()["parts"]["worker"]) == (503, False)
    _says(address, headers, "STOP")
    player.start()
    until = time.monotonic() + PATIENCE
    while len(_answers(address, headers)) < 2 and time.monotonic() < until:
        time.sleep(0.2)
    assert [one["key"] for one in _answers(address, headers)] == ["danger.suicide", "stop.done"]


def _answers(address: str, headers: dict[str, str]) -> list[dict[str, Any]]:
    url = f"{address}/api/channels/web/history"
    found: list[dict[str, Any]] = requests.get(url, headers=headers, timeout=PATIENCE).json()["messages"]
    return [one for one in found if one["from"] == "relais"]
