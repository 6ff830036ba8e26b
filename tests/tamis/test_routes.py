from __future__ import annotations

from typing import Any

import pytest
from fastapi import FastAPI

from bot.tamis.reader import Reader
from bot.tamis.routes import router
from bot.tamis.tamis import Tamis
from tests.tamis.client import Client

SERVICES: list[dict[str, Any]] = [
    {"id": "a", "conditions_acces": "Permis B"},
    {"id": "b", "zone_eligibilite": ["49"]},
    {"id": "c", "conditions_acces": "Être bénéficiaire du RSA"},
    {"id": "d"},
]


@pytest.fixture(scope="module")
def client(reader: Reader) -> Client:
    tamis = Tamis.over(SERVICES, reader)
    app = FastAPI()
    app.include_router(router(lambda: tamis))
    return Client(app)


def sieve(client: Client, profile: dict[str, Any], **more: Any) -> Any:
    answer = client.ask("POST", "/api/tamis/v1/sieve", json={"profile": profile, **more})
    assert answer.status_code == 200
    return answer.json()


def test_levels_blocked_and_questions(client: Client) -> None:
    answer = sieve(client, {"origin": "44109", "statuses": ["rsa"]})
    listed = {
        level["level"]: [offer["service_id"] for offer in level["offers"]] for level in answer["levels"]
    }
    assert listed == {0: ["d"], 1: [], 2: [], 3: [], 4: ["c", "a"], 5: []}
    assert answer["blocked"] == [
        {"service_id": "b", "level": 1, "form": "eligibilite", "criterion": "origin", "evidence": "49"}
    ]
    assert [question["field"] for question in answer["questions"]] == ["licence"]
    assert answer["counts"] == {"open": 2, "to_check": 1, "blocked": 1}


def test_only_some_services(client: Client) -> None:
    answer = sieve(client, {}, services=["d", "nowhere"])
    assert answer["counts"] == {"open": 1, "to_check": 0, "blocked": 0}


@pytest.mark.parametrize(
    ("profile", "field"), [({"age": 200}, "age"), ({"x": 1}, "x"), ({"origin": "99999"}, "origin")]
)
def test_refused_with_the_field_named(client: Client, profile: dict[str, Any], field: str) -> None:
    answer = client.ask("POST", "/api/tamis/v1/sieve", json={"profile": profile})
    assert answer.status_code == 422
    assert answer.json()["detail"][0]["loc"] == ["body", "profile", field]


def test_criteria_of_a_service(client: Client) -> None:
    answer = client.ask("GET", "/api/tamis/v1/services/a/criteria").json()
    assert answer["criteria"] == [
        {
            "field": "licence",
            "text": "Permis B",
            "source_field": "conditions_acces",
            "expression": {"criterion": "Licence", "kind": "b"},
        }
    ]
    assert client.ask("GET", "/api/tamis/v1/services/z/criteria").status_code == 404
