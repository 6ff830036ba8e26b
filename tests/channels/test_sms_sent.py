"""SMS that leave: what each provider is asked, and how its refusals are named."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from bot.gateway.message import Outgoing
from bot.gateway.sender import Gone, Refused, Throttled, Unreachable
from tests.channels.sms_requests import NOW, PHONE, PUBLIC, SECRET, provider, sealed


def out(text: str = "bonjour") -> Outgoing:
    return Outgoing(7, 9, "c", "k", {}, text, "fr", "ltr", segments=1)


Sent = Callable[[Request], dict[str, Any]]
SENT: list[tuple[str, str, str, Any, str | None, Sent, dict[str, Any]]] = [
    (
        "kannel",
        "bonjour",
        "/cgi-bin/sendsms",
        "0: Accepted for delivery",
        "r7",
        lambda request: request.args.to_dict(),
        {"to": PHONE, "text": "bonjour", "coding": "0", "charset": "UTF-8", "from": "36000"},
    ),
    (
        "kannel",
        "نعم",
        "/cgi-bin/sendsms",
        "3: Queued for later delivery",
        "r7",
        lambda request: request.args.to_dict(),
        {
            "text": "نعم",
            "coding": "2",
            "dlr-url": f"{PUBLIC}/api/channels/sms/kannel/{SECRET}?report=r7&status=%d",
        },
    ),
    (
        "android",
        "bonjour",
        "/messages",
        "{}",
        "relais-7",
        lambda request: request.get_json(),
        {"id": "relais-7", "textMessage": {"text": "bonjour"}, "phoneNumbers": [PHONE]},
    ),
    (
        "generic",
        "bonjour",
        "/",
        "",
        "relais-7",
        lambda request: (
            request.get_json()
            | {"signed": request.headers["X-Relais-Signature"] == sealed(f"{NOW}.".encode() + request.data)}
        ),
        {"to": PHONE, "text": "bonjour", "id": "relais-7", "signed": True},
    ),
    (
        "twilio",
        "bonjour",
        "/2010-04-01/Accounts/user/Messages.json",
        '{"sid": "S9"}',
        "S9",
        lambda request: request.form.to_dict(),
        {"To": PHONE, "Body": "bonjour", "StatusCallback": f"{PUBLIC}/api/channels/sms/twilio"},
    ),
    (
        "ovh",
        "bonjour",
        "/sms/user/jobs",
        '{"ids": [42], "invalidReceivers": []}',
        "42",
        lambda request: request.get_json(),
        {"receivers": [PHONE], "noStopClause": True, "coding": "7bit", "sender": "36000"},
    ),
]


@pytest.mark.parametrize(
    ("name", "text", "path", "answer", "known_as", "sent", "expected"),
    SENT,
    ids=[f"{row[0]} {row[1]}" for row in SENT],
)
def test_what_leaves(
    httpserver: HTTPServer,
    name: str,
    text: str,
    path: str,
    answer: str,
    known_as: str,
    sent: Sent,
    expected: dict[str, Any],
) -> None:
    seen: list[dict[str, Any]] = []

    def handler(request: Request) -> Response:
        seen.append(sent(request))
        return Response(answer)

    httpserver.expect_request(path).respond_with_handler(handler)
    assert provider(name, httpserver.url_for("").rstrip("/")).send(out(text), PHONE) == known_as
    assert {field: seen[0][field] for field in expected} == expected


REFUSALS: list[tuple[str, str, Response, type[Exception]]] = [
    ("too many", "generic", Response(status=429, headers={"Retry-After": "7"}), Throttled),
    ("trouble", "generic", Response(status=503), Unreachable),
    ("our password", "generic", Response(status=401), Unreachable),
    ("bad number", "generic", Response(status=400), Refused),
    ("redirected", "kannel", Response(status=302, headers={"Location": "http://a/"}), Unreachable),
    ("not accepted", "kannel", Response("5: no"), Unreachable),
    ("stopped there", "twilio", Response('{"code": 21610}', status=400), Gone),
    ("bad number", "twilio", Response('{"code": 21211}', status=400), Refused),
    ("invalid number", "ovh", Response('{"ids": [], "invalidReceivers": ["+1"]}'), Refused),
]


@pytest.mark.parametrize(
    ("label", "name", "response", "error"), REFUSALS, ids=[f"{row[1]} {row[0]}" for row in REFUSALS]
)
def test_refusals_have_names(
    httpserver: HTTPServer, label: str, name: str, response: Response, error: type[Exception]
) -> None:
    httpserver.expect_request(re.compile(".*")).respond_with_response(response)
    with pytest.raises(error):
        provider(name, httpserver.url_for("").rstrip("/")).send(out(), PHONE)


def test_nobody_there_is_tried_again() -> None:
    with pytest.raises(Unreachable):
        provider("generic").send(out(), PHONE)
