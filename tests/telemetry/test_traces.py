from __future__ import annotations

import asyncio
import gzip
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from pytest_httpserver import HTTPServer
from rasa_sdk.executor import ActionExecutor
from werkzeug import Request, Response

from actions.serve import TracedExecutor
from bot.telemetry import logs, traces
from tests.gateway.conftest import House, house, postgres_url

__all__ = ["house", "postgres_url"]
SAID = "je m'appelle Amina, je vais à Cholet"


@pytest.fixture
def spans() -> Iterator[InMemorySpanExporter]:
    exporter = InMemorySpanExporter()
    traces.start("test", exporter=exporter)
    yield exporter
    traces.stop()


def test_a_turn_is_one_trace_of_its_parts_without_a_word_of_anybody(
    house: House, spans: InMemorySpanExporter
) -> None:
    house.say(SAID)
    told = spans.get_finished_spans()
    assert [one.name for one in told] == ["read", "engine", "write"]
    assert {one.context.trace_id for one in told} == {traces.numbers(1)[0]}
    assert "Amina" not in "".join(one.to_json() for one in told)


def test_the_action_server_joins_the_same_trace(
    spans: InMemorySpanExporter, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen = []

    async def run(_self: ActionExecutor, call: dict[str, Any]) -> None:
        seen.append(logs.request.get())
        raise ValueError(call["tracker"]["latest_message"]["text"])

    monkeypatch.setattr(ActionExecutor, "run", run)
    message = {"text": SAID, "metadata": {"turn": 7}}
    call = {"next_action": "action_ask_means", "tracker": {"latest_message": message}}
    with pytest.raises(ValueError, match="Amina"):
        asyncio.run(TracedExecutor().run(call))
    (told,) = spans.get_finished_spans()
    assert (told.name, told.context.trace_id) == ("action_ask_means", traces.numbers(7)[0])
    assert seen == ["turn-7"]
    assert "Amina" not in told.to_json(), "an exception's words may quote the person"


def test_they_leave_by_otlp(httpserver: HTTPServer) -> None:
    got: list[ExportTraceServiceRequest] = []

    def take(request: Request) -> Response:
        got.append(ExportTraceServiceRequest.FromString(_plain(request)))
        return Response(status=200)

    httpserver.expect_request("/v1/traces", method="POST").respond_with_handler(take)
    traces.start("relais", httpserver.url_for("/v1/traces"))
    with traces.span("engine", 12):
        pass
    traces.stop()
    (sent,) = [span for one in got for r in one.resource_spans for s in r.scope_spans for span in s.spans]
    assert int.from_bytes(sent.trace_id) == traces.numbers(12)[0]


def test_nothing_is_traced_nor_loaded_without_an_address() -> None:
    code = (
        "import sys; from bot.telemetry import traces; traces.start('relais', '')\n"
        "with traces.span('engine', 1): pass\n"
        "sys.exit(any(name.startswith('opentelemetry') for name in sys.modules))"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def _plain(request: Request) -> bytes:
    data = request.get_data()
    return gzip.decompress(data) if request.headers.get("Content-Encoding") == "gzip" else data
