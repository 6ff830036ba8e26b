"""`/metrics`: what it tells, to whom, and that every name is documented."""

from __future__ import annotations

import asyncio
import json
import re
import uuid

import httpx
import pytest
import requests
from fastapi import FastAPI
from prometheus_client.parser import text_string_to_metric_families

from bot import metrics
from bot.settings import ROOT, Settings
from tests.channels.conftest import Site, environment, site

__all__ = ["environment", "site"]


def values(text: str) -> dict[str, float]:
    return {
        sample.name + "".join(f" {value}" for value in sample.labels.values()): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
        if not sample.name.endswith(("_bucket", "_created"))
    }


def read(site: Site, **headers: str) -> requests.Response:
    return requests.get(f"{site.url}/metrics", headers=headers, timeout=60)


def test_queues_turns_and_conversations(site: Site) -> None:
    before = values(read(site).text).get("relais_turn_seconds_count whole", 0.0)
    session = site.open()
    said = {"id": str(uuid.uuid4()), "text": "je vais à Cholet demain"}
    session.post(f"{site.url}/api/channels/web/messages", json=said, timeout=60)
    conversation = site.house.gateway.conversation_of(1)
    while site.house.gateway.pending(conversation):
        pass
    now = values(read(site).text)
    assert now["relais_turn_seconds_count whole"] == before + 1
    assert now["relais_inbox_pending"] == 0
    assert now["relais_outbox_queued web"] == 1
    assert now["relais_conversations bot"] == 1
    assert now["relais_handovers_waiting"] == 0
    assert "Cholet" not in read(site).text


def test_an_unanswered_message_shows_with_its_age(site: Site) -> None:
    site.engine.down = True
    session = site.open()
    said = {"id": str(uuid.uuid4()), "text": "je vais à Cholet demain"}
    session.post(f"{site.url}/api/channels/web/messages", json=said, timeout=60)
    now = values(read(site).text)
    assert now["relais_inbox_pending"] == 1
    assert now["relais_unanswered_seconds"] > 0


def app(site: Site, monkeypatch: pytest.MonkeyPatch, token: str | None, public: str) -> FastAPI:
    if token:
        monkeypatch.setenv("RELAIS_METRICS_TOKEN", token)
    made = FastAPI()
    settings = Settings(public_url=public, _env_file=None)  # type: ignore[call-arg]
    made.include_router(metrics.router(site.house.sessions, site.house.gateway.clock, settings))
    return made


DOORS = [
    ("this machine", None, "", "127.0.0.1", {}, 200),
    ("another machine", None, "", "192.0.2.1", {}, 404),
    ("behind a proxy that says so", None, "", "127.0.0.1", {"X-Forwarded-For": "192.0.2.1"}, 404),
    ("behind a proxy that does not", None, "https://relais.example", "127.0.0.1", {}, 404),
    ("the token", "t0ken", "https://relais.example", "192.0.2.1", {"Authorization": "Bearer t0ken"}, 200),
    ("another token", "t0ken", "", "127.0.0.1", {"Authorization": "Bearer token"}, 404),
    ("no token", "t0ken", "", "127.0.0.1", {}, 404),
]


@pytest.mark.parametrize(
    ("label", "token", "public", "host", "headers", "status"), DOORS, ids=[d[0] for d in DOORS]
)
def test_who_may_read(
    site: Site,
    monkeypatch: pytest.MonkeyPatch,
    label: str,
    token: str | None,
    public: str,
    host: str,
    headers: dict[str, str],
    status: int,
) -> None:
    transport = httpx.ASGITransport(app(site, monkeypatch, token, public), client=(host, 1))

    async def ask() -> int:
        async with httpx.AsyncClient(transport=transport, base_url="http://relais") as client:
            return (await client.get("/metrics", headers=headers)).status_code

    assert asyncio.run(ask()) == status


def test_every_name_is_documented(site: Site) -> None:
    page = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")
    told = {family.name for family in text_string_to_metric_families(read(site).text)}
    documented = set(re.findall(r"`(relais_\w+)`", page))
    assert told <= documented
    # Shown only once a directory was loaded, and where our own supervisor runs.
    assert documented - told == {"relais_directory_age_seconds", "relais_part_restarts_total"}
    board = (ROOT / "deploy" / "grafana" / "relais.json").read_text(encoding="utf-8")
    shown = {re.sub("_(bucket|count)$", "", name) for name in re.findall(r"relais_\w+", board)}
    assert shown == documented, "the dashboard shows every figure, and none that does not exist"


def test_what_the_supervisor_started_again_is_told(site: Site) -> None:
    state = {"pid": 1, "restarts": {"engine": 2, "app": 0}}
    site.house.settings.var.joinpath("run.json").write_text(json.dumps(state), encoding="utf-8")
    now = values(read(site).text)
    assert now["relais_part_restarts_total engine"] == 2
    assert now["relais_part_restarts_total app"] == 0
