from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from pytest_httpserver import HTTPServer
from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker
from werkzeug import Request, Response

from bot.directory.importer import version
from bot.directory.noticed import Refusal
from bot.directory.sync import Client, SyncError, sync
from bot.directory.tables import Service
from tests.directory.samples import service, structure

Hook = Callable[[str, int, int], Response | None]


class Source:
    """A loopback server that pages as data.inclusion does; `hook` may answer otherwise (path, page, call)."""

    def __init__(self, server: HTTPServer) -> None:
        self.services = [service(f"di--{number:03d}") for number in range(25)]
        self.structures = [structure("di--s1")]
        self.hook: Hook = lambda path, page, call: None
        self.calls: list[tuple[str, int]] = []
        self.token = "right"
        server.expect_request("/api/v1/services").respond_with_handler(lambda r: self.answer("services", r))
        server.expect_request("/api/v1/structures").respond_with_handler(
            lambda r: self.answer("structures", r)
        )
        self.base = server.url_for("/api/v1")

    def answer(self, path: str, request: Request) -> Response:
        page, size = int(request.args["page"]), int(request.args["size"])
        self.calls.append((path, page))
        if request.headers.get("Authorization") != f"Bearer {self.token}":
            return Response('{"detail": "Not authenticated"}', 401, content_type="application/json")
        said = self.hook(path, page, len(self.calls))
        if said is not None:
            return said
        listed = self.services if path == "services" else self.structures
        items = listed[(page - 1) * size : page * size]
        body = {
            "items": items,
            "total": len(listed),
            "page": page,
            "size": len(items),
            "pages": -(-len(listed) // size),
        }
        return Response(json.dumps(body), content_type="application/json")


@pytest.fixture
def source() -> Iterator[Source]:
    with HTTPServer() as server:
        yield Source(server)


@pytest.fixture
def client(source: Source) -> Client:
    return Client(source.base, token="right", size=10, retries=2, wait=lambda seconds: None)


def _ids(factory: sessionmaker[Session]) -> list[str]:
    with factory() as session:
        return sorted(session.scalars(select(Service.id).where(Service.withdrawn_at.is_(None))))


def test_every_page_is_read_and_again_writes_nothing(
    factory: sessionmaker[Session], source: Source, client: Client, tmp_path: Path
) -> None:
    report = sync(factory, client, tmp_path / "sync")
    assert report.added == {"service": 25, "structure": 1}
    assert _ids(factory) == [record["id"] for record in source.services]
    assert not sync(factory, client, tmp_path / "sync").wrote
    with factory() as session:
        assert version(session) == 1
    assert list((tmp_path / "sync").iterdir()) == []


def test_what_the_source_no_longer_gives_is_withdrawn(
    sqlite_factory: sessionmaker[Session], source: Source, client: Client, tmp_path: Path
) -> None:
    sync(sqlite_factory, client, tmp_path)
    source.services.pop()
    assert sync(sqlite_factory, client, tmp_path).withdrawn == {"service": 1}


def _failing(status: int, times: int) -> Hook:
    def hook(path: str, page: int, call: int) -> Response | None:
        nonlocal times
        if path == "services" and page == 2 and times:
            times -= 1
            return Response("Internal server error", status, headers={"Retry-After": "0"})
        return None

    return hook


@pytest.mark.parametrize("status", [429, 500, 502, 503])
def test_a_passing_failure_is_tried_again(
    sqlite_factory: sessionmaker[Session], source: Source, client: Client, tmp_path: Path, status: int
) -> None:
    source.hook = _failing(status, times=2)
    assert sync(sqlite_factory, client, tmp_path).added["service"] == 25


def test_a_lasting_failure_changes_nothing_and_the_next_run_goes_on_from_there(
    sqlite_factory: sessionmaker[Session], source: Source, client: Client, tmp_path: Path
) -> None:
    source.hook = _failing(500, times=3)
    with pytest.raises(SyncError, match="services, page 2: answer 500, 3 times"):
        sync(sqlite_factory, client, tmp_path)
    assert _ids(sqlite_factory) == []
    source.calls.clear()
    assert sync(sqlite_factory, client, tmp_path).added["service"] == 25
    assert source.calls == [("services", 2), ("services", 3)]


def _html(path: str, page: int, call: int) -> Response:
    return Response("<html>maintenance</html>", content_type="text/html")


def _elsewhere(path: str, page: int, call: int) -> Response:
    return Response("", 302, headers={"Location": "http://other.example/api/v1/services"})


def _downgraded(path: str, page: int, call: int) -> Response:
    return Response('["not", "a", "page"]', content_type="application/json")


def _missing(path: str, page: int, call: int) -> Response:
    return Response('{"detail": "Not Found"}', 404, content_type="application/json")


REFUSED = [
    ("HTML", _html, "not JSON"),
    ("another host", _elsewhere, "redirected to another address"),
    ("no page", _downgraded, "not a page of the API"),
    ("not found", _missing, "answer 404"),
]


@pytest.mark.parametrize(("label", "hook", "said"), REFUSED, ids=[case[0] for case in REFUSED])
def test_an_answer_that_is_none_changes_nothing(
    sqlite_factory: sessionmaker[Session],
    source: Source,
    client: Client,
    tmp_path: Path,
    label: str,
    hook: Hook,
    said: str,
) -> None:
    sync(sqlite_factory, client, tmp_path)
    before = _ids(sqlite_factory)
    source.hook = hook
    with pytest.raises(SyncError, match=said):
        sync(sqlite_factory, client, tmp_path)
    assert _ids(sqlite_factory) == before


def test_a_refused_token_is_said_at_once(
    sqlite_factory: sessionmaker[Session], source: Source, client: Client, tmp_path: Path
) -> None:
    source.token = "another"
    with pytest.raises(SyncError, match="the token was refused"):
        sync(sqlite_factory, client, tmp_path)
    assert len(source.calls) == 1


def test_a_reload_between_two_pages_repeats_rows_and_loses_none(
    sqlite_factory: sessionmaker[Session], source: Source, client: Client, tmp_path: Path
) -> None:
    def hook(path: str, page: int, call: int) -> Response | None:
        if path == "services" and page == 2 and len(source.services) == 25:
            source.services.insert(
                0, service("di--000-bis")
            )  # everything moves down by one: page 2 repeats a row
        return None

    source.hook = hook
    report = sync(sqlite_factory, client, tmp_path)
    assert report.added["service"] == 26
    assert not report.repeated


def test_a_source_that_repeats_a_row_gives_it_once(
    sqlite_factory: sessionmaker[Session], source: Source, client: Client, tmp_path: Path
) -> None:
    source.services.insert(14, source.services[3])
    seen: list[int] = []
    report = sync(sqlite_factory, client, tmp_path, seen.append)
    assert report.added["service"] == 25
    assert seen[:4] == [1, 10, 20, 26]


def test_a_source_that_never_adds_up_changes_nothing(
    sqlite_factory: sessionmaker[Session], source: Source, client: Client, tmp_path: Path
) -> None:
    def hook(path: str, page: int, call: int) -> Response | None:
        body = {"items": source.services[:9], "total": 10, "page": page, "size": 9, "pages": 1}
        return Response(json.dumps(body), content_type="application/json") if path == "services" else None

    source.hook = hook
    with pytest.raises(SyncError, match="changes while it is read"):
        sync(sqlite_factory, client, tmp_path)
    assert _ids(sqlite_factory) == []


def test_a_source_that_gives_nothing_is_not_an_empty_directory(
    sqlite_factory: sessionmaker[Session], source: Source, client: Client, tmp_path: Path
) -> None:
    sync(sqlite_factory, client, tmp_path)
    source.services, source.structures = [], []
    with pytest.raises(Refusal):
        sync(sqlite_factory, client, tmp_path)
    assert len(_ids(sqlite_factory)) == 25


def test_a_row_that_does_not_validate_is_set_aside(
    sqlite_factory: sessionmaker[Session], source: Source, client: Client, tmp_path: Path
) -> None:
    source.services[3] = {**source.services[3], "courriel": "nobody"}
    report = sync(sqlite_factory, client, tmp_path)
    assert [(item.file, item.row, item.field) for item in report.set_aside] == [("/services", 4, "courriel")]
    assert report.added["service"] == 24


def test_nobody_there_is_said(sqlite_factory: sessionmaker[Session], tmp_path: Path) -> None:
    client = Client("http://127.0.0.1:9/api/v1", retries=1, wait=lambda seconds: None)
    with pytest.raises(SyncError, match="structures, page 1: ConnectionError, 2 times"):
        sync(sqlite_factory, client, tmp_path)
