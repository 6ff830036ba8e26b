"""Schemathesis against `/api/v1`: from our own document, and from data.inclusion's, whose clients must find theirs."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest
import schemathesis
from fastapi import FastAPI
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from bot.database import connect, sessions
from bot.directory.catalogue import Catalogue
from bot.directory.importer import load
from bot.directory.parameters import REFERENCE
from bot.directory.readers import Row
from bot.directory.routes import router
from bot.migrations import upgrade
from tests.directory.samples import service, structure

CHECKS = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]
OURS = settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.filter_too_much, HealthCheck.too_slow, HealthCheck.data_too_large],
)


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[FastAPI]:
    engine = connect(f"sqlite:///{tmp_path_factory.mktemp('fuzzing') / 'relais.db'}")
    upgrade(engine)
    factory = sessions(engine)
    remote: dict[str, Any] = {
        "modes_accueil": ["a-distance"], "longitude": None, "latitude": None, "code_insee": None,
        "zone_eligibilite": ["france"],
    }  # fmt: skip
    records = [
        *(service(f"dora--{number}", structure_id="dora--s1", frais=None) for number in range(3)),
        service("mes-aides--1", structure_id="mes-aides--gone", publics=None, **remote),
        structure("dora--s1", siret="12345678901234"),
        structure("dora--s2", siret="12345678901234"),
    ]
    load(factory, [("given", Row(number, None, record)) for number, record in enumerate(records, start=1)])
    made = FastAPI()
    made.include_router(router(Catalogue(factory, today=lambda: date(2026, 11, 22))))
    yield made
    engine.dispose()


@pytest.fixture(scope="module")
def own(app: FastAPI) -> Any:
    return schemathesis.openapi.from_asgi("/openapi.json", app)


@pytest.fixture(scope="module")
def published(app: FastAPI) -> Any:
    document = json.loads((REFERENCE / "openapi-v1.json").read_text("utf-8"))
    for methods in document["paths"].values():
        for operation in methods.values():
            # Said of no path there, answered by all of them: FastAPI's, or a sentence (docs/directory.md).
            for status in ("404", "422"):
                operation["responses"][status] = {
                    "description": "",
                    "content": {"application/json": {"schema": {}}},
                }
    made = schemathesis.openapi.from_dict(document)
    made.app = app
    return made


PATHS = sorted(json.loads((REFERENCE / "openapi-v1.json").read_text("utf-8"))["paths"])
MODES = (GenerationMode.POSITIVE, GenerationMode.NEGATIVE)


def _fuzzed(schema: Any, path: str) -> None:
    operation = schema[path]["GET"]
    strategies = [operation.as_strategy(generation_mode=mode) for mode in MODES]

    @OURS
    @given(case=st.one_of(*strategies))
    def asked(case: Any) -> None:
        case.call_and_validate(checks=CHECKS)

    asked()


@pytest.mark.parametrize("path", PATHS)
def test_our_document_is_kept(own: Any, path: str) -> None:
    _fuzzed(own, path)


@pytest.mark.parametrize("path", PATHS)
def test_the_published_document_is_kept(published: Any, path: str) -> None:
    _fuzzed(published, path)
