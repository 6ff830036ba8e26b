"""The application on a loopback port, around a house of plain parts."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import requests
import uvicorn
from fastapi import FastAPI

import bot.gateway.tables
import bot.handover.tables
from bot.app import create_app
from bot.database import Base, connect, sessions
from bot.gateway.gateway import Gateway
from bot.sealing import Sealer, seal
from bot.settings import Settings
from tests.gateway.conftest import house, postgres_url
from tests.gateway.house import Detector, Effects, Engine, Speech, Understanding

assert bot.gateway.tables
assert bot.handover.tables
__all__ = ["house", "postgres_url"]


@dataclass
class Site:
    url: str
    house: Any
    engine: Engine

    def open(self, **more: Any) -> requests.Session:
        """A session opened as the page's script does."""
        session = requests.Session()
        session.trust_env = False
        answer = session.post(f"{self.url}/api/channels/web/sessions", json=more or None, timeout=60)
        assert answer.status_code == 201
        return session


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def serve(app: FastAPI, port: int | None = None) -> Iterator[str]:
    """The application on the loopback, answering, until the block ends."""
    port = port or free_port()
    config = uvicorn.Config(app, port=port, log_level="critical", timeout_graceful_shutdown=1, ws="none")
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run)
    thread.start()
    until = time.monotonic() + 90
    while not server.started and time.monotonic() < until:
        time.sleep(0.02)
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        server.should_exit = True
        thread.join()


@pytest.fixture
def environment() -> dict[str, str]:
    """Settings of the channels for `site`; a test module may bring its own."""
    return {}


@pytest.fixture
def site(tmp_path: Path, environment: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> Iterator[Site]:
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    database = seal(connect(f"sqlite:///{tmp_path / 'relais.db'}"), Sealer("k" * 32))
    Base.metadata.create_all(database)
    port = free_port()
    settings = Settings(var=tmp_path, port=port, engine_port=9, _env_file=None)  # type: ignore[call-arg]
    engine, speech, factory = Engine(), Speech(), sessions(database)
    gateway = Gateway(settings, factory, Understanding(), Detector(), speech, engine, Effects())
    around: Any = SimpleNamespace(
        settings=settings, database=database, sessions=factory, gateway=gateway, speech=speech, places=None
    )
    with serve(create_app(settings, around), port) as url:
        yield Site(url, around, engine)
    database.dispose()
