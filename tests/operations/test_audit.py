"""The audit asks about every package and says so when it cannot; the bill of materials holds them all."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from bot.operations.audit import CannotAudit, Finding, audit, load_accepted, report
from bot.operations.materials import Package, bill, packages

ASKED = [Package("engine", "sanic", "21.12.2", ()), Package("application", "fastapi", "0.116", ())]


def answering(results: Any) -> Callable[[Request], Response]:
    return lambda _request: Response(json.dumps(results), content_type="application/json")


SILENT = [
    ("an error", lambda _: Response("no", 503)),
    ("not JSON", lambda _: Response("<html>")),
    ("one answer too few", answering({"results": [{}]})),
    ("a cut answer", answering({"results": [{}, {"vulns": [], "next_page_token": "x"}]})),
    ("no results", answering({})),
]


@pytest.mark.parametrize(("label", "answer"), SILENT, ids=[case[0] for case in SILENT])
def test_what_is_not_answered_is_not_health(
    httpserver: HTTPServer, label: str, answer: Callable[[Request], Response]
) -> None:
    httpserver.expect_request("/v1/querybatch").respond_with_handler(answer)
    with pytest.raises(CannotAudit):
        audit(ASKED, {}, httpserver.url_for("").rstrip("/"))


def test_nobody_there_and_nothing_to_ask() -> None:
    with pytest.raises(CannotAudit, match="did not answer"):
        audit(ASKED, {}, "http://127.0.0.1:9")
    with pytest.raises(CannotAudit, match="nothing"):
        audit([], {})


def test_an_advisory_is_accepted_by_its_number_or_its_package_or_not(httpserver: HTTPServer) -> None:
    results = {"results": [{"vulns": [{"id": "A-1"}]}, {"vulns": [{"id": "A-2"}, {"id": "A-3"}]}]}
    httpserver.expect_request("/v1/querybatch").respond_with_handler(answering(results))
    found = audit(ASKED, {"engine/sanic": "loopback", "A-2": "not used"}, httpserver.url_for("").rstrip("/"))
    assert [(one.advisory, one.accepted) for one in found] == [
        ("A-1", "loopback"),
        ("A-2", "not used"),
        ("A-3", None),
    ]
    words, well = report(found)
    assert not well
    assert words.splitlines()[0].startswith("application/fastapi 0.116  A-3  NOT ACCEPTED")
    assert report([Finding(ASKED[0], "A-1", "why")])[1]


def test_what_is_accepted_is_in_the_lock_files_with_a_reason() -> None:
    known = {f"{one.part}/{one.name}" for one in packages()}
    for name, reason in load_accepted().items():
        assert name in known or "/" not in name, f"{name} is gone: take the line out"
        assert len(reason) > 20


def test_the_bill_holds_every_package_of_both_parts_with_its_hashes() -> None:
    made = bill()
    assert (made["bomFormat"], made["specVersion"]) == ("CycloneDX", "1.5")
    refs = [one["bom-ref"] for one in made["components"]]
    assert len(refs) == len(set(refs)) > 200
    assert {"rasa", "fastapi"} <= {one["name"] for one in made["components"]}
    assert all(one["hashes"] for one in made["components"])
    assert bill() == made
