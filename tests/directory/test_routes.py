from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from datetime import date
from typing import Any
from urllib.parse import quote

import httpx
import jsonschema
import pytest
from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy.orm import Session, sessionmaker

from bot.directory import overlays
from bot.directory.catalogue import Catalogue
from bot.directory.importer import load
from bot.directory.parameters import REFERENCE
from bot.directory.readers import Row
from bot.directory.routes import router
from tests.directory.samples import service, structure

Get = Callable[..., httpx.Response]
DOCUMENT: dict[str, Any] = json.loads((REFERENCE / "openapi-v1.json").read_text("utf-8"))
REMOTE = {
    "modes_accueil": ["a-distance"],
    "longitude": None,
    "latitude": None,
    "code_insee": None,
    "commune": None,
}
OVER = "Aide ouverte jusqu'au 31/10/2026."
RECORDS = [
    service("dora--1", structure_id="dora--s1"),
    service("dora--2", structure_id="dora--s1", nom="Vélo-école", latitude=47.2, thematiques=["sante--addictions"]),
    service("dora--3", structure_id="dora--gone", publics=None, publics_precisions="Jeunes en mission locale",
            extra={"secret": "kept"}),
    service("mes-aides--1", structure_id="mes-aides--s1", nom="Aide nationale", zone_eligibilite=["france"], **REMOTE),
    service("mes-aides--2", structure_id="mes-aides--s1", nom="Aide de Vendée", zone_eligibilite=["85"], **REMOTE),
    service("mes-aides--3", structure_id="mes-aides--s1", nom="Aide finie", conditions_acces=OVER),
    structure("dora--s1", siret="12345678901234", reseaux_porteurs=["mobin"]),
    structure("mes-aides--s1", siret="12345678901234", nom="Autre nom"),
]  # fmt: skip


def _client(factory: sessionmaker[Session], tokens: tuple[str, ...] = ()) -> Get:
    app = FastAPI()
    # The application around may tell refused parameters in its own way; the API v1 keeps the published one.
    app.add_exception_handler(
        RequestValidationError, lambda request, error: JSONResponse({"error": "other"}, 422)
    )
    app.include_router(router(Catalogue(factory, today=lambda: date(2026, 11, 22)), tokens))

    def get(path: str, params: Any = None, **options: Any) -> httpx.Response:
        async def asked() -> httpx.Response:
            transport = httpx.ASGITransport(app, raise_app_exceptions=True)
            async with httpx.AsyncClient(transport=transport, base_url="http://directory") as client:
                return await client.get(f"/api/v1{path}", params=params, **options)

        return asyncio.run(asked())

    get.app = app  # type: ignore[attr-defined]
    return get


def _load(factory: sessionmaker[Session]) -> None:
    load(factory, [("given", Row(number, None, record)) for number, record in enumerate(RECORDS, start=1)])


@pytest.fixture
def get(factory: sessionmaker[Session]) -> Get:
    _load(factory)
    return _client(factory)


@pytest.fixture
def quick_get(sqlite_factory: sessionmaker[Session]) -> Get:
    _load(sqlite_factory)
    return _client(sqlite_factory)


def _conforms(answer: Any, name: str) -> None:
    jsonschema.validate(
        answer, {"$ref": f"#/components/schemas/{name}", "components": DOCUMENT["components"]}
    )


SHAPES = [
    ("/services", "Page_Service_"),
    ("/services/dora--1", "DetailedService"),
    ("/services/dora--3", "DetailedService"),
    ("/structures", "Page_ListedStructure_"),
    ("/structures/dora--s1", "DetailedStructure"),
    ("/search/services?code_commune=49099", "Page_ServiceSearchResult_"),
    ("/search?q=v%C3%A9lo", "Page_SearchResult_"),
]


@pytest.mark.parametrize(("path", "name"), SHAPES, ids=[path for path, _ in SHAPES])
def test_answers_have_the_published_shape(get: Get, path: str, name: str) -> None:
    answer = get(path)
    assert answer.status_code == 200
    _conforms(answer.json(), name)
    assert answer.json().get("items", [1])


def test_parameters_are_the_published_ones(quick_get: Get) -> None:
    ours = quick_get.app.openapi()["paths"]  # type: ignore[attr-defined]
    for path, methods in DOCUMENT["paths"].items():

        def plain(operation: dict[str, Any]) -> dict[str, Any]:
            return {
                given["name"]: (
                    given["in"],
                    given["required"],
                    {
                        key: value
                        for key, value in given["schema"].items()
                        if key not in ("title", "description")
                    },
                )
                for given in operation.get("parameters", [])
            }

        assert plain(ours[path]["get"]) == plain(methods["get"]), path


def _ids(answer: httpx.Response) -> list[str]:
    return [item.get("service", item)["id"] for item in answer.json()["items"]]


LISTS = [
    ("all", {}, ["dora--1", "dora--2", "dora--3", "mes-aides--1", "mes-aides--2", "mes-aides--3"]),
    ("source", {"sources": "dora"}, ["dora--1", "dora--2", "dora--3"]),
    ("theme and category", {"thematiques": ["sante", "mobilite--preparer-un-permis"]}, ["dora--2"]),
    ("address, and zone where there is none", {"code_departement": "49"},
     ["dora--1", "dora--2", "dora--3", "mes-aides--1", "mes-aides--3"]),
    ("zone only", {"slug_departement": "vendee"}, ["mes-aides--1", "mes-aides--2"]),
    ("region", {"code_region": "52", "sources": "mes-aides"}, ["mes-aides--1", "mes-aides--2", "mes-aides--3"]),
    ("region and département that disagree", {"code_region": "53", "code_departement": "85"}, ["mes-aides--1"]),
    ("commune", {"code_commune": "49099"}, ["dora--1", "dora--2", "dora--3", "mes-aides--1", "mes-aides--3"]),
    ("publics, unknown ones kept", {"publics": "seniors", "sources": "dora"}, ["dora--1", "dora--2", "dora--3"]),
    ("words of publics", {"recherche_public": "mission jeune"}, ["dora--3"]),
    ("words of publics, or", {"recherche_public": '"mission locale" or tous'},
     ["dora--1", "dora--2", "dora--3", "mes-aides--1", "mes-aides--2", "mes-aides--3"]),
    ("words of publics, not", {"recherche_public": "-mission", "sources": "dora"}, ["dora--1", "dora--2"]),
    ("SQL is words", {"recherche_public": "'; DROP TABLE directory_service; --"}, []),
    ("score nobody has", {"score_qualite_minimum": 2}, []),
]  # fmt: skip


@pytest.mark.parametrize(("label", "params", "expected"), LISTS, ids=[case[0] for case in LISTS])
def test_lists(quick_get: Get, label: str, params: dict[str, Any], expected: list[str]) -> None:
    assert _ids(quick_get("/services", params)) == expected


def test_search_orders_and_measures(get: Get) -> None:
    answer = get("/search/services", {"code_commune": "49099"}).json()
    found = [(item["service"]["id"], item["distance"]) for item in answer["items"]]
    # On-site services by distance, the remote one in its turn; the aid that is over is held back.
    assert found == [("dora--1", 3), ("dora--3", 3), ("mes-aides--1", None), ("dora--2", 19)]
    assert answer["items"][0]["service"]["structure"]["id"] == "dora--s1"


PAGES = [
    (1, 4, ["dora--1", "dora--2", "dora--3", "mes-aides--1"], 4, 2),
    (2, 4, ["mes-aides--2", "mes-aides--3"], 2, 2),
    (3, 4, [], 0, 2),
    (10**30, 1, [], 0, 6),
]


@pytest.mark.parametrize(("page", "size", "ids", "given_size", "pages"), PAGES)
def test_pages(quick_get: Get, page: int, size: int, ids: list[str], given_size: int, pages: int) -> None:
    answer = quick_get("/services", {"page": page, "size": size})
    assert _ids(answer) == ids
    shape = answer.json()
    assert (shape["total"], shape["page"], shape["size"], shape["pages"]) == (6, page, given_size, pages)


ERRORS = [
    ("unknown service", "/services/dora--nobody", 404, "Not Found"),
    ("unknown structure", "/structures/dora--nobody", 404, "Not Found"),
    ("NUL in an id", "/services/dora%00", 404, "Not Found"),
    ("unknown commune", "/search/services?code_commune=99999", 422, "This `code_commune` does not exist."),
    ("half a point", "/search/services?lat=47", 422, "The `lat` and `lon` must be simultaneously filled."),
    ("no point", "/search/services?lat=nan&lon=0", 422, "The `lat` and `lon` must be a point of the globe."),
    ("off the globe", "/search?lat=91&lon=0", 422, "The `lat` and `lon` must be a point of the globe."),
]


@pytest.mark.parametrize(("label", "path", "status", "detail"), ERRORS, ids=[case[0] for case in ERRORS])
def test_errors(get: Get, label: str, path: str, status: int, detail: str) -> None:
    answer = get(path)
    assert (answer.status_code, answer.json()) == (status, {"detail": detail})


@pytest.mark.parametrize(
    "query", ["size=0", "size=10001", "page=0", "thematiques=velo", "code_region=99", "code_commune=4"]
)
def test_a_wrong_parameter_is_named(quick_get: Get, query: str) -> None:
    answer = quick_get(f"/services?{query}")
    assert answer.status_code == 422
    assert answer.json()["detail"][0]["loc"][:2] == ["query", query.split("=")[0]]


def test_twins_are_told_and_can_be_left_out(quick_get: Get) -> None:
    listed = quick_get("/structures").json()["items"]
    assert {item["id"]: item["doublons"] for item in listed} == {
        "dora--s1": [{"source": "mes-aides", "id": "mes-aides--s1"}],
        "mes-aides--s1": [{"source": "dora", "id": "dora--s1"}],
    }
    assert len(quick_get("/structures", {"exclure_doublons": "true"}).json()["items"]) == 1
    assert len(quick_get("/structures", {"reseaux_porteurs": "mobin"}).json()["items"]) == 1


def test_extra_is_given_only_when_asked_for(quick_get: Get) -> None:
    assert "extra" not in quick_get("/services/dora--3").json()
    assert quick_get("/services/dora--3?extra=true").json()["extra"]["secret"] == "kept"


def test_a_service_without_its_structure_says_what_it_knows(quick_get: Get) -> None:
    home = quick_get("/services/dora--3").json()["structure"]
    assert (home["id"], home["nom"], home["telephone"]) == ("dora--gone", "dora--gone", None)


TOKENS = [(None, 401), ("wrong", 401), ("right", 200), ("other", 200), ("é", 401)]


@pytest.mark.parametrize(("token", "status"), TOKENS)
def test_a_token_is_asked_for_where_some_are_set(
    sqlite_factory: sessionmaker[Session], token: str | None, status: int
) -> None:
    _load(sqlite_factory)
    get = _client(sqlite_factory, ("right", "other"))
    headers = {"Authorization": f"Bearer {token}".encode()} if token else {}
    assert get("/services", headers=headers).status_code == status
    assert get("/doc/publics", headers=headers).status_code == 200


def test_lists_of_codes_and_sources(quick_get: Get) -> None:
    for name in ("frais", "modes-accueil", "modes-mobilisation", "personnes-mobilisatrices", "publics",
                 "reseaux-porteurs", "thematiques", "types-services"):  # fmt: skip
        listed = quick_get(f"/doc/{name}").json()
        assert [code["value"] for code in listed] == sorted(code["value"] for code in listed)
    assert {"dora", "mes-aides"} <= {source["slug"] for source in quick_get("/sources").json()}


def test_a_change_is_seen_at_once(factory: sessionmaker[Session], get: Get) -> None:
    assert "dora--1" in _ids(get("/search/services", {"code_commune": "49099"}))
    with factory.begin() as session:
        overlays.add(session, "dora--1", "ended", author_role="conseiller", today=date(2026, 11, 22))
    assert "dora--1" not in _ids(get("/search/services", {"code_commune": "49099"}))
    load(factory, [("given", Row(1, None, service("dora--9")))], partial=True)
    assert "dora--9" in _ids(get("/search/services", {"code_commune": "49099"}))


_words = st.text(max_size=40) | st.sampled_from(
    ["' OR 1=1 --", '"', "NEAR(", "*", "a AND", "\\", "-", 'vélo "or" -']
)


@settings(max_examples=80, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(
    path=st.sampled_from([path for path in DOCUMENT["paths"] if "/doc/" not in path]),
    data=st.data(),
)
def test_whatever_is_asked_the_answer_is_a_published_one(
    quick_get: Get, path: str, data: st.DataObject
) -> None:
    operation = DOCUMENT["paths"][path]["get"]
    names = [given["name"] for given in operation.get("parameters", []) if given["in"] == "query"]
    chosen = data.draw(st.lists(st.sampled_from(names), unique=True, max_size=4)) if names else []
    some = (
        _words
        | st.integers().map(str)
        | st.sampled_from(["mobilite", "49099", "52", "47.1", "-0.8", "jeunes", "true"])
    )
    params = [(name, value) for name in chosen for value in data.draw(st.lists(some, min_size=1, max_size=2))]
    encoded = "&".join(f"{name}={quote(value.encode('utf-8', 'replace'))}" for name, value in params)
    id_ = quote(data.draw(_words).encode("utf-8", "replace"), safe="") or "x"
    answer = quick_get(f"{path.removeprefix('/api/v1').replace('{id}', id_)}?{encoded}")
    assert answer.status_code in (200, 307, 404, 422)
    if answer.status_code == 200 and "application/json" in answer.headers["content-type"]:
        schema = operation["responses"]["200"]["content"]["application/json"]["schema"]
        jsonschema.validate(answer.json(), {**schema, "components": DOCUMENT["components"]})
    elif answer.status_code != 307:
        assert "detail" in answer.json()
