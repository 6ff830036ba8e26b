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


def test_an_open_stream_does_not_hold_up_a_stop(settings: Settings) -> None:
    assert "bot.serve" in parts.application(settings).command
    assert serve.GOODBYE_SECONDS <= 3


def test_a_part_reads_the_settings_of_its_parent(settings: Settings) -> None:
    assert parts.application(settings).environment["RELAIS_ENGINES"] == "3"
