"""SMS received: kept once, whichever way they come, and reports reach the message they are about."""

from __future__ import annotations

import requests
from fastapi import FastAPI
from pytest_httpserver import HTTPServer
from sqlalchemy import select

from bot.channels.sms.ovh import Ovh
from bot.channels.sms.provider import Inbound, Raw, Report, SmsProvider
from bot.channels.sms.receiver import Fetcher, Receiver, router
from bot.gateway.message import Outgoing
from bot.gateway.tables import Inbox, Outbox
from tests.channels.conftest import serve
from tests.channels.sms_requests import PHONE, PUBLIC, SECRET, provider
from tests.gateway.conftest import House


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


def test_what_ovhcloud_calls_back_with_reaches_the_message(house: House) -> None:
    house.say("un premier message ici", channel="sms", address=PHONE)
    with house.sessions.begin() as session:
        row = session.scalars(select(Outbox)).one()
        row.status, row.provider_id = "sent", "4711"
    report = {"id": "4711", "ptt": "4", "date": "20261128090000", "description": "ok", "dlr": "1"}
    app = FastAPI()
    app.include_router(router(Receiver(house.gateway, provider("ovh")), "ovh", PUBLIC))
    with serve(app) as base:
        guessed = requests.get(
            f"{base}/api/channels/sms/ovh/guess", params={**report, "dlr": "2"}, timeout=60
        )
        called = requests.get(f"{base}/api/channels/sms/ovh/{SECRET}", params=report, timeout=60)
    assert [guessed.status_code, called.status_code] == [403, 200]
    with house.sessions() as session:
        assert session.scalars(select(Outbox.status)).all() == ["delivered"]
