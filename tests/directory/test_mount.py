from __future__ import annotations

import asyncio
import json
from dataclasses import dataclass

import httpx
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


def test_pages_of_other_sites_may_read_it_and_answers_are_compressed(
    sqlite_factory: sessionmaker[Session],
) -> None:
    app = FastAPI()
    app.add_api_route("/other", lambda: "x" * 5000)
    mount(app, House(sqlite_factory))

    async def asked(method: str, path: str, **headers: str) -> httpx.Response:
        transport = httpx.ASGITransport(app)
        async with httpx.AsyncClient(transport=transport, base_url="http://directory") as client:
            return await client.request(method, path, headers={"Origin": "https://example.org", **headers})

    answer = asyncio.run(asked("GET", "/api/v1/doc/thematiques"))
    assert answer.headers["access-control-allow-origin"] == "*"
    assert answer.headers["content-encoding"] == "gzip"
    before = asyncio.run(
        asked(
            "OPTIONS",
            "/api/v1/services",
            **{"Access-Control-Request-Method": "GET", "Access-Control-Request-Headers": "Authorization"},
        )
    )
    assert before.status_code == 200
    other = asyncio.run(asked("GET", "/other"))
    assert not {"access-control-allow-origin", "content-encoding"} & set(other.headers)


def test_tokens_come_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RELAIS_DIRECTORY_API_TOKENS", '["first-token", "second-token"]')
    settings = DirectorySettings()
    assert settings.tokens() == ("first-token", "second-token")
    assert "first-token" not in repr(settings)
