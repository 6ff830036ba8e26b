"""SMS: what each provider's requests say, what is refused, what leaves and how refusals are named."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import re
from collections.abc import Callable
from dataclasses import replace
from typing import Any
from urllib.parse import urlencode

import pytest
import requests
from fastapi import FastAPI
from pytest_httpserver import HTTPServer
from sqlalchemy import select
from werkzeug import Request, Response

from bot.channels.outside import provider_of
from bot.channels.settings import SmsSettings
from bot.channels.sms.ovh import Ovh
from bot.channels.sms.provider import Forged, Inbound, Raw, Report, SmsProvider, Unreadable, mended, number
from bot.channels.sms.receiver import Fetcher, Receiver, router
from bot.gateway.message import Outgoing
from bot.gateway.sender import Gone, Refused, Throttled, Unreachable
from bot.gateway.tables import Inbox, Outbox
from tests.channels.conftest import serve
from tests.gateway.conftest import House

SECRET = "s" * 32
NOW = 1_764_000_000
PUBLIC = "https://relais.example"


def provider(name: str, url: str = "http://127.0.0.1:9") -> Any:
    settings = SmsSettings(
        provider=name,  # type: ignore[arg-type]
        secret=SECRET,
        url=url,
        user="user",
        password="word",
        sender="36000",
        application_key="key",
        consumer_key="consumer",
        _env_file=None,
    )
    made: Any = provider_of(settings, PUBLIC, str.isascii)
    made._clock = lambda: NOW
    return made


def sealed(message: bytes) -> str:
    return hmac.new(SECRET.encode(), message, hashlib.sha256).hexdigest()


def kannel(query: dict[str, str], secret: str = SECRET) -> Raw:
    return Raw("POST", f"{PUBLIC}/x", {}, query, b"", secret)


def android(event: str, at: int = NOW, **payload: Any) -> Raw:
    body = json.dumps({"event": event, "deviceId": "d", "payload": payload}).encode()
    headers = {"x-timestamp": str(at), "x-signature": sealed(body + str(at).encode())}
    return Raw("POST", f"{PUBLIC}/x", headers, {}, body)


def generic(content: Any, at: int = NOW) -> Raw:
    body = json.dumps(content).encode()
    headers = {"x-relais-timestamp": str(at), "x-relais-signature": sealed(f"{at}.".encode() + body)}
    return Raw("POST", f"{PUBLIC}/x", headers, {}, body)


def generic_signed(body: bytes) -> Raw:
    headers = {"x-relais-timestamp": str(NOW), "x-relais-signature": sealed(f"{NOW}.".encode() + body)}
    return Raw("POST", f"{PUBLIC}/x", headers, {}, body)


def android_signed(body: bytes) -> Raw:
    headers = {"x-timestamp": str(NOW), "x-signature": sealed(body + str(NOW).encode())}
    return Raw("POST", f"{PUBLIC}/x", headers, {}, body)


def nested(signed: Callable[[bytes], Raw]) -> Raw:
    """A body of brackets alone, as deep as its limit allows."""
    return signed(b"[" * 60_000)


def twilio(**fields: str) -> Raw:
    said = f"{PUBLIC}/api/channels/sms/twilio" + "".join(name + fields[name] for name in sorted(fields))
    signature = base64.b64encode(hmac.new(SECRET.encode(), said.encode(), hashlib.sha1).digest()).decode()
    return Raw("POST", f"{PUBLIC}/x", {"x-twilio-signature": signature}, {}, urlencode(fields).encode())


RECEIVED = {"messageId": "m", "phoneNumber": "0612345678", "message": "1", "receivedAt": "2026-11-23T09:00"}
PHONE = "+33612345678"
READ: list[tuple[str, str, Raw, list[Inbound | Report]]] = [
    ("message", "kannel", kannel({"from": PHONE, "text": "oui", "id": "u1"}), [Inbound(PHONE, "oui", "u1")]),
    ("arabic", "kannel", kannel({"from": PHONE, "text": "نعم", "id": "u2"}), [Inbound(PHONE, "نعم", "u2")]),
    (
        "arabic in UTF-16",
        "kannel",
        replace(
            kannel({"from": PHONE, "text": "?", "coding": "2"}), query_string="coding=2&text=%06F%069%06E"
        ),
        [Inbound(PHONE, "نعم")],
    ),
    ("mended", "kannel", kannel({"from": PHONE, "text": "rÃ©pondre"}), [Inbound(PHONE, "répondre")]),
    ("delivered", "kannel", kannel({"report": "r7", "status": "1"}), [Report("r7", "delivered")]),
    ("accepted", "kannel", kannel({"report": "r7", "status": "8"}), [Report("r7", "sent")]),
    ("unknown report", "kannel", kannel({"report": "r7", "status": "99"}), []),
    (
        "message",
        "android",
        android("sms:received", **RECEIVED),
        [Inbound("0612345678", "1", "m|2026-11-23T09:00")],
    ),
    (
        "delivered",
        "android",
        android("sms:delivered", messageId="relais-7"),
        [Report("relais-7", "delivered")],
    ),
    ("failed", "android", android("sms:failed", messageId="relais-7"), [Report("relais-7", "failed")]),
    ("ping", "android", android("system:ping", health={}), []),
    ("message", "generic", generic({"from": PHONE, "text": "oui", "id": 5}), [Inbound(PHONE, "oui", "5")]),
    ("without id", "generic", generic({"from": PHONE, "text": "oui"}), [Inbound(PHONE, "oui", None)]),
    ("report", "generic", generic({"id": "relais-7", "status": "read"}), [Report("relais-7", "read")]),
    ("message", "twilio", twilio(From=PHONE, Body="ça va", MessageSid="S1"), [Inbound(PHONE, "ça va", "S1")]),
    ("without body", "twilio", twilio(From=PHONE, MessageSid="S2", NumMedia="1"), [Inbound(PHONE, "", "S2")]),
    ("status", "twilio", twilio(MessageSid="S3", MessageStatus="undelivered"), [Report("S3", "failed")]),
    ("queued", "twilio", twilio(MessageSid="S3", MessageStatus="queued"), []),
]


@pytest.mark.parametrize(("label", "name", "raw", "said"), READ, ids=[f"{row[1]} {row[0]}" for row in READ])
def test_what_requests_say(label: str, name: str, raw: Raw, said: list[Inbound | Report]) -> None:
    assert provider(name).read(raw) == said


GOOD = {
    "kannel": kannel({"from": PHONE, "text": "oui"}),
    "android": android("sms:received", **RECEIVED),
    "generic": generic({"from": PHONE, "text": "oui"}),
    "twilio": twilio(From=PHONE, Body="oui", MessageSid="S1"),
}
BAD: list[tuple[str, str, Raw, type[Exception]]] = [
    ("no secret", "kannel", kannel({"from": PHONE, "text": "oui"}, ""), Forged),
    ("wrong secret", "kannel", kannel({"from": PHONE, "text": "oui"}, "guess"), Forged),
    ("no sender", "kannel", kannel({"text": "oui"}), Unreadable),
    ("no signature", "android", replace(GOOD["android"], headers={}), Forged),
    ("no signature", "generic", replace(GOOD["generic"], headers={}), Forged),
    ("no signature", "twilio", replace(GOOD["twilio"], headers={}), Forged),
    ("body changed", "android", replace(GOOD["android"], body=GOOD["android"].body + b" "), Forged),
    ("body changed", "generic", replace(GOOD["generic"], body=GOOD["generic"].body + b" "), Forged),
    ("field added", "twilio", replace(GOOD["twilio"], body=GOOD["twilio"].body + b"&a=b"), Forged),
    ("replay", "android", android("sms:received", NOW - 301, **RECEIVED), Forged),
    ("replay", "generic", generic({"from": PHONE, "text": "oui"}, NOW - 301), Forged),
    ("no payload", "android", android("sms:received"), Unreadable),
    ("a list", "generic", generic([1]), Unreadable),
    ("brackets in brackets", "generic", nested(generic_signed), Unreadable),
    ("brackets in brackets", "android", nested(android_signed), Unreadable),
    ("a number for words", "generic", generic({"from": PHONE, "text": 3}), Unreadable),
    ("unsigned always", "ovh", kannel({}), Forged),
]


@pytest.mark.parametrize(("label", "name", "raw", "error"), BAD, ids=[f"{row[1]} {row[0]}" for row in BAD])
def test_what_is_refused(label: str, name: str, raw: Raw, error: type[Exception]) -> None:
    with pytest.raises(error):
        provider(name).read(raw)


@pytest.mark.parametrize("name", ["kannel", "android", "generic", "twilio"])
def test_without_a_secret_every_request_is_refused(name: str) -> None:
    made: Any = provider(name)
    made._secret = ""
    with pytest.raises(Forged):
        made.read(GOOD[name])


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


NUMBERS = [
    ("national", "06 12 34 56 78", PHONE),
    ("international", "+33612345678", PHONE),
    ("00", "0033612345678", PHONE),
    ("not yet in the plan", "0700000000", "+33700000000"),
    ("ukraine", "+380442345678", "+380442345678"),
    ("overseas", "+262692123456", "+262692123456"),
    ("six digits of a small country", "+376312345", "+376312345"),
    ("short code", "36179", None),
    ("short code made international", "+3336179", None),
    ("name", "INFO", None),
    ("nothing", "", None),
]


@pytest.mark.parametrize(("label", "text", "expected"), NUMBERS, ids=[row[0] for row in NUMBERS])
def test_numbers(label: str, text: str, expected: str | None) -> None:
    assert number(text) == expected


def test_text_that_is_right_is_left_alone() -> None:
    for text in ("déjà vu à Cholet", "привіт", "نعم", "ሰላም", "1"):
        assert mended(text) == text


class Spoken:
    """A provider whose requests are already read."""

    def __init__(self, *said: Inbound | Report) -> None:
        self.said = list(said)

    def read(self, raw: Raw) -> list[Inbound | Report]:
        return self.said

    def send(self, out: Outgoing, address: str) -> str | None:
        return None


RAW = Raw("POST", "", {}, {}, b"")


def test_a_repeated_answer_is_two_messages_but_a_repeated_request_one(house: House) -> None:
    one: SmsProvider = Spoken(Inbound(PHONE, "1", "m|9:00"))
    receiver = Receiver(house.gateway, one)
    receiver.take(RAW)
    receiver.take(RAW)
    Receiver(house.gateway, Spoken(Inbound(PHONE, "1", "m|9:05"))).take(RAW)
    with house.sessions() as session:
        assert len(session.scalars(select(Inbox)).all()) == 2


def test_machines_are_not_answered(house: House) -> None:
    Receiver(house.gateway, Spoken(Inbound("36179", "Vous avez un message"), Inbound("INFO", "x"))).take(RAW)
    with house.sessions() as session:
        assert session.scalars(select(Inbox)).all() == []


def test_a_code_sent_by_sms_goes_on_from_the_web(house: House) -> None:
    house.say("je vais à Cholet demain")
    conversation = house.conversation
    code = house.gateway.code(conversation)
    Receiver(house.gateway, Spoken(Inbound(PHONE, f" {code.lower()}\n", "m1"))).take(RAW)
    assert [one.key for one in house.gateway.play(conversation)] == ["echo"]
    assert house.engine.asked[-1].metadata["signal"] == "start"
    Receiver(house.gateway, Spoken(Inbound(PHONE, "BONSOIRS", "m2"))).take(RAW)
    house.gateway.play(conversation)
    assert house.engine.asked[-1].text == "BONSOIRS"


def test_a_webhook_answers_once_stored_and_refuses_the_rest(house: House) -> None:
    app = FastAPI()
    app.include_router(router(Receiver(house.gateway, provider("kannel")), "kannel", PUBLIC))
    asked = {"from": PHONE, "text": "je vais à Cholet", "id": "u1"}
    with serve(app) as url:
        base = f"{url}/api/channels/sms"
        answers = [
            requests.post(f"{base}/kannel/{SECRET}", params=asked, timeout=60),
            requests.get(f"{base}/kannel/{SECRET}", params=asked, timeout=60),
            requests.post(f"{base}/kannel/guess", params=asked, timeout=60),
            requests.post(f"{base}/kannel", params=asked, timeout=60),
            requests.post(f"{base}/kannel/{SECRET}", timeout=60),
            requests.post(f"{base}/twilio/{SECRET}", params=asked, timeout=60),
        ]
    assert [one.status_code for one in answers] == [200, 200, 403, 403, 400, 404]
    assert answers[0].text == ""
    with house.sessions() as session:
        assert session.scalars(select(Inbox.text)).all() == ["je vais à Cholet"]


def test_answers_are_fetched_once(house: House, httpserver: HTTPServer) -> None:
    incoming = {"id": 3, "sender": PHONE, "message": "je vais à Cholet"}
    httpserver.expect_request("/sms/user/incoming").respond_with_json([3])
    httpserver.expect_request("/sms/user/incoming/3", method="GET").respond_with_json(incoming)
    httpserver.expect_request("/sms/user/incoming/3", method="DELETE").respond_with_data("")
    ovh: Ovh = provider("ovh", httpserver.url_for("").rstrip("/"))
    receiver = Receiver(house.gateway, ovh)
    assert [Fetcher(receiver, house.gateway, ovh).fetch() for _ in range(2)] == [1, 1]
    fetcher = Fetcher(receiver, house.gateway, ovh)
    assert [fetcher.fetch(), fetcher.fetch()] == [1, 0]
    deleted = [request.path for request, _ in httpserver.log if request.method == "DELETE"]
    assert deleted == ["/sms/user/incoming/3"] * 3
    with house.sessions() as session:
        assert len(session.scalars(select(Inbox)).all()) == 1


def test_a_report_reaches_the_message_it_is_about(house: House) -> None:
    house.say("un premier message ici", channel="sms", address=PHONE)
    with house.sessions.begin() as session:
        row = session.scalars(select(Outbox)).one()
        row.status, row.provider_id = "sent", "r7"
    Receiver(house.gateway, Spoken(Report("r7", "delivered"), Report("r8", "failed"))).take(RAW)
    with house.sessions() as session:
        assert session.scalars(select(Outbox.status)).all() == ["delivered"]
