from __future__ import annotations

import json
from dataclasses import dataclass

import pytest
from fastapi import FastAPI
from sqlalchemy.orm import Session, sessionmaker

from bot.directory.mount import mount
from bot.directory.parameters import REFERENCE
from bot.directory.settings import DirectorySettings


@dataclass(frozen=True)
class House:
    sessions: sessionmaker[Session]


def test_the_application_gets_every_published_path(sqlite_factory: sessionmaker[Session]) -> None:
    app = FastAPI()
    mount(app, House(sqlite_factory))
    published = json.loads((REFERENCE / "openapi-v1.json").read_text("utf-8"))
    assert set(published["paths"]) <= set(app.openapi()["paths"])


def test_tokens_come_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RELAIS_DIRECTORY_API_TOKENS", '["first-token", "second-token"]')
    settings = DirectorySettings()
    assert settings.tokens() == ("first-token", "second-token")
    assert "first-token" not in repr(settings)
