from __future__ import annotations

import asyncio
import io
import json
import logging
from collections.abc import Iterator

import httpx
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Route

from bot.telemetry import logs
from bot.telemetry.identified import Identified
from bot.telemetry.settings import LogSettings

log = logging.getLogger("bot.somewhere")


@pytest.fixture
def written() -> Iterator[io.StringIO]:
    """Where a process writes its log; the logging of pytest is put back afterwards."""
    root, out = logging.getLogger(), io.StringIO()
    handlers, level = root.handlers[:], root.level
    own = {name: logging.getLogger(name).level for name in logs.OURS}
    yield out
    root.handlers[:], root.level = handlers, level
    for name, before in own.items():
        logging.getLogger(name).setLevel(before)


def broken() -> None:
    try:
        raise ValueError("Amina dit : je suis à Cholet")
    except ValueError:
        log.exception("turn=%s outcome=%s", 7, "broken")


def test_a_line_for_people_names_the_turn_and_no_words_of_an_error(written: io.StringIO) -> None:
    logs.configure(LogSettings(form="text"), written)
    token = logs.request.set(logs.of_turn(7))
    broken()
    logs.request.reset(token)
    assert written.getvalue() == "ERROR bot.somewhere [turn-7] turn=7 outcome=broken (ValueError)\n"


def test_an_object_for_a_collector_has_its_pairs_as_fields(written: io.StringIO) -> None:
    logs.configure(LogSettings(form="json"), written)
    broken()
    log.info("level=%s delivery=%s", "mine", 3)
    first, second = map(json.loads, written.getvalue().splitlines())
    assert (first["level"], first["turn"], first["outcome"]) == ("error", "7", "broken")
    assert "Amina" not in written.getvalue()
    assert "request" not in second
    assert (second["level"], second["delivery"]) == ("info", "3"), (
        "a line cannot overwrite what the log says of it"
    )


@pytest.mark.parametrize(("level", "lines"), [("warning", 1), ("info", 2), ("debug", 3)])
def test_our_lines_from_the_level_asked_for_and_libraries_from_warning(
    written: io.StringIO, level: str, lines: int
) -> None:
    logs.configure(LogSettings(level=level), written)  # type: ignore[arg-type]
    log.debug("a=1")
    log.info("a=2")
    log.warning("a=3")
    logging.getLogger("telegram.ext").info("somebody wrote something")
    assert len(written.getvalue().splitlines()) == lines


def asked(headers: dict[str, str]) -> httpx.Response:
    async def told(_request: Request) -> PlainTextResponse:
        return PlainTextResponse(logs.request.get())

    app = Starlette(routes=[Route("/", told)])
    app.add_middleware(Identified)

    async def ask() -> httpx.Response:
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://relais") as client:
            return await client.get("/", headers=headers)

    return asyncio.run(ask())


GIVEN = [
    ("a proxy's", "0f7c2c1e-8a58-4b5a-9d0c-1f2e3d4c5b6a", True),
    ("none", None, False),
    ("words", "Amina de Cholet", False),
    ("a very long one", "a" * 65, False),
]


@pytest.mark.parametrize(("label", "given", "kept"), GIVEN, ids=[one[0] for one in GIVEN])
def test_a_request_has_an_identifier_in_its_answer_and_in_its_lines(
    label: str, given: str | None, kept: bool
) -> None:
    answer = asked({"X-Request-ID": given} if given else {})
    assert answer.text == answer.headers["x-request-id"] != ""
    assert (answer.text == given) is kept
    assert logs.request.get() == ""
