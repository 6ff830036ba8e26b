"""The engine's client against a real HTTP server."""

from __future__ import annotations

import json
from typing import Any

import pytest
from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from bot.gateway.engine import EngineClient
from bot.gateway.ports import EngineFailure
from bot.settings import Settings

PATH = "/webhooks/rest/webhook"


def test_a_question_and_its_items(httpserver: HTTPServer) -> None:
    sent: list[Any] = []

    def handler(request: Request) -> Response:
        sent.append(request.get_json())
        return Response(json.dumps([{"custom": {"a": 1}}]), mimetype="application/json")

    httpserver.expect_request(PATH, method="POST").respond_with_handler(handler)
    client = EngineClient([httpserver.url_for("/")], 5)
    assert client.ask("c1", "bonjour", {"turn": 1}) == [{"custom": {"a": 1}}]
    assert sent == [{"sender": "c1", "message": "bonjour", "metadata": {"turn": 1}}]


FAILURES = [
    ("status", Response("no", status=503), "status-503"),
    ("not json", Response("<html>"), "not-json"),
]


@pytest.mark.parametrize(("label", "response", "code"), FAILURES, ids=[row[0] for row in FAILURES])
def test_failures(httpserver: HTTPServer, label: str, response: Response, code: str) -> None:
    httpserver.expect_request(PATH).respond_with_response(response)
    with pytest.raises(EngineFailure, match=code):
        EngineClient([httpserver.url_for("/")], 5).ask("c1", "bonjour", {})


def test_nobody_there() -> None:
    client = EngineClient(["http://127.0.0.1:9"], 1)
    with pytest.raises(EngineFailure, match="refused"):
        client.ask("c1", "bonjour", {})
    assert not client.healthy()


def test_every_engine_of_the_settings_is_asked() -> None:
    settings = Settings(engine_port=6000, engines=3, _env_file=None)  # type: ignore[call-arg]
    assert EngineClient.of(settings)._urls == tuple(f"http://127.0.0.1:{port}" for port in (6000, 6001, 6002))


def test_conversations_keep_to_their_process(monkeypatch: pytest.MonkeyPatch) -> None:
    client = EngineClient(["http://a", "http://b"], 1)
    posted: dict[str, set[str]] = {}

    def request(_method: str, url: str, json: Any, **_: Any) -> Any:
        posted.setdefault(json["sender"], set()).add(url)
        raise EngineFailure("seen")

    monkeypatch.setattr(client._pool, "request", request)
    for number in range(20):
        for _ in range(2):
            with pytest.raises(EngineFailure):
                client.ask(f"c{number}", "x", {})
    assert all(len(urls) == 1 for urls in posted.values())
    assert len(set.union(*posted.values())) == 2
