"""The tamis inside the application: over the directory as it is, corrected by counsellors only."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI
from sqlalchemy.orm import Session, sessionmaker

from bot.database import connect, sessions
from bot.directory.importer import load
from bot.directory.readers import Row
from bot.migrations import upgrade
from bot.settings import ROOT, Settings
from bot.tamis import correcting
from bot.tamis.reader import Reader
from bot.tamis.routes import mount
from tests.tamis.client import Client

NAOLIB, SOLIDARITY = "relais--naolib", "relais--naolib-tarif-solidaire"
ONLY_RSA = {
    "expression": {"criterion": "Situation", "code": "rsa", "field": "statuses"},
    "text": "RSA uniquement",
}


@dataclass(frozen=True)
class Place:
    """As much of a house as the tamis needs."""

    sessions: sessionmaker[Session]
    settings: Settings


def records(*names: str) -> Iterator[tuple[str, Row]]:
    folder = ROOT / "data" / "directory"
    listed = json.loads((folder / "regional_services.json").read_text(encoding="utf-8"))
    wanted = [record for record in listed if record["id"] in names]
    for home in json.loads((folder / "regional_structures.json").read_text(encoding="utf-8")):
        if home["id"] in {record["structure_id"] for record in wanted}:
            yield "structures.json", Row(1, "structure", home)
    for record in wanted:
        yield "services.json", Row(1, "service", record)


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Place]:
    engine = connect(f"sqlite:///{tmp_path / 'relais.db'}")
    upgrade(engine)
    made = Place(sessions(engine), Settings(var=tmp_path))
    load(made.sessions, records(SOLIDARITY))
    yield made
    engine.dispose()


@pytest.fixture
def app(place: Place, reader: Reader, monkeypatch: pytest.MonkeyPatch) -> FastAPI:
    monkeypatch.setattr(Reader, "load", lambda data: reader)  # the same words, read once for all tests
    made = FastAPI()
    mount(made, place)
    return made


@pytest.fixture
def client(app: FastAPI) -> Client:
    return Client(app)


def sieve(client: Client, profile: dict[str, Any]) -> dict[str, str]:
    """Service id to status; what is blocked too."""
    answer = client.post("/api/tamis/v1/sieve", json={"profile": profile}).json()
    offers = [offer for level in answer["levels"] for offer in level["offers"]]
    return {offer["service_id"]: offer["status"] for offer in offers} | {
        offer["service_id"]: "blocked" for offer in answer["blocked"]
    }


def test_sieves_the_directory_and_follows_its_changes(client: Client, place: Place) -> None:
    nantes = {"origin": "44109", "household_quotient": 1200}
    assert sieve(client, nantes) == {SOLIDARITY: "to_check"}
    load(place.sessions, records(NAOLIB), partial=True)
    assert sieve(client, nantes) == {SOLIDARITY: "to_check", NAOLIB: "open"}
    shown = client.get(f"/api/tamis/v1/services/{NAOLIB}/criteria").json()
    assert [criterion["field"] for criterion in shown["criteria"]] == ["origin"]
    assert shown["source"] and shown["date_maj"]


def test_nobody_corrects_before_the_desk_is_wired(client: Client) -> None:
    path = f"/api/tamis/v1/services/{SOLIDARITY}/correction"
    assert client.get(path).status_code == 403
    assert client.post(path, json={"mark": "x", "criteria": None}).status_code == 403


def test_a_counsellor_corrects_and_takes_back(app: FastAPI, client: Client) -> None:
    app.dependency_overrides[correcting.counsellor] = lambda: "counsellor"
    path = f"/api/tamis/v1/services/{SOLIDARITY}/correction"
    person = {"origin": "35238", "statuses": ["rsa"]}
    assert sieve(client, person) == {SOLIDARITY: "blocked"}
    first = client.get(path).json()["mark"]
    made = client.post(path, json={"mark": first, "criteria": [ONLY_RSA]})
    assert (made.status_code, made.json()["version"]) == (201, 1)
    assert sieve(client, person) == {SOLIDARITY: "open"}
    shown = client.get(f"/api/tamis/v1/services/{SOLIDARITY}/criteria").json()
    assert shown["corrected_by"] == "counsellor"
    assert shown["criteria"] == [{"field": "statuses", **ONLY_RSA, "source_field": "correction"}]
    assert client.post(path, json={"mark": first, "criteria": None}).status_code == 409
    back = client.post(path, json={"mark": made.json()["mark"], "criteria": None})
    assert (back.status_code, back.json()["version"]) == (201, 2)
    assert sieve(client, person) == {SOLIDARITY: "blocked"}


@pytest.mark.parametrize(
    ("service", "body", "status"),
    [
        ("relais--nowhere", {"mark": "x", "criteria": None}, 404),
        (SOLIDARITY, {"mark": "x", "criteria": [{"text": "x"}]}, 422),
        (SOLIDARITY, {"mark": "x", "criteria": [{"text": "x", "expression": {"criterion": "Magic"}}]}, 422),
        (SOLIDARITY, {"criteria": None}, 422),
        (SOLIDARITY, {"mark": "old", "criteria": []}, 409),
    ],
)
def test_what_cannot_be_kept(
    app: FastAPI, client: Client, service: str, body: dict[str, Any], status: int
) -> None:
    app.dependency_overrides[correcting.counsellor] = lambda: "counsellor"
    assert client.post(f"/api/tamis/v1/services/{service}/correction", json=body).status_code == status
    if status == 404:
        assert client.get(f"/api/tamis/v1/services/{service}/correction").status_code == status
