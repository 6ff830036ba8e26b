"""Which processes there are, and where each listens."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot import serve
from bot.running import model, parts
from bot.settings import Settings


@pytest.fixture
def settings(monkeypatch: pytest.MonkeyPatch) -> Settings:
    monkeypatch.setattr(model, "engine_python", lambda: Path("python"))
    return Settings(engine_port=6000, engines=3, _env_file=None)  # type: ignore[call-arg]


def test_several_engines_listen_on_ports_in_a_row_and_share_their_store(settings: Settings) -> None:
    found = [part for part in parts.all_parts(settings, Path("m.tar.gz")) if part.name.startswith("engine")]
    assert [part.name for part in found] == ["engine", "engine-2", "engine-3"]
    assert [part.health for part in found] == [f"http://127.0.0.1:{port}/" for port in (6000, 6001, 6002)]
    assert all(str(port) in part.command for port, part in zip((6000, 6001, 6002), found, strict=True))
    assert len({part.environment["RELAIS_TRACKER_URL"] for part in found}) == 1


def test_on_postgresql_turns_are_played_by_a_process_of_their_own_on_sqlite_by_the_application(
    settings: Settings,
) -> None:
    server = settings.model_copy(update={"database_url": "postgresql+psycopg://h/d", "player_port": 7000})
    assert parts.players(settings) == []
    assert "RELAIS_PLAYERS" not in parts.application(settings).environment
    assert [part.name for part in parts.players(server)] == ["player"]
    assert parts.application(server).environment["RELAIS_PLAYERS"] == "1"
    three = server.model_copy(update={"players": 3})
    assert [part.health for part in parts.players(three)] == [
        f"http://127.0.0.1:{port}/health" for port in (7000, 7001, 7002)
    ]
    assert parts.players(server.model_copy(update={"players": 0})) == []
    assert settings.model_copy(update={"players": 2}).player_ports() == []


def test_who_works_steps_back_for_who_receives(settings: Settings) -> None:
    server = settings.model_copy(update={"database_url": "postgresql+psycopg://h/d"})
    yielding = {part.name: part.yields for part in parts.all_parts(server, Path("m.tar.gz"))}
    assert yielding["app"] == 0
    assert all(yielding[name] > 0 for name in ("engine", "player", "actions"))


def test_an_open_stream_does_not_hold_up_a_stop(settings: Settings) -> None:
    assert "bot.serve" in parts.application(settings).command
    assert serve.GOODBYE_SECONDS <= 3


def test_a_part_reads_the_settings_of_its_parent(settings: Settings) -> None:
    assert parts.application(settings).environment["RELAIS_ENGINES"] == "3"
