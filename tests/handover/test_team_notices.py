"""Teams told where they already talk, and the day's digest: over real loopback HTTP, nothing of the person."""

from __future__ import annotations

import hashlib
import hmac
import json
import re
from datetime import date, datetime, timedelta
from email.message import EmailMessage
from typing import Any

import pytest
from pydantic import SecretStr
from pytest_httpserver import HTTPServer
from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from bot.handover import book, digest
from bot.handover.calm import calm
from bot.handover.desk import links
from bot.handover.desk.pages import desk_words
from bot.handover.life import Claim
from bot.handover.notice_settings import NoticeSettings
from bot.handover.settings_list import SETTINGS
from bot.handover.tables import TeamNotice
from bot.handover.team_channels import channels
from bot.handover.team_notices import Channels, write_due
from tests.handover.conftest import DATA, MONDAY, SUNDAY
from tests.handover.test_notify import handover as handover
from tests.handover.test_notify import person

WORDS = desk_words(DATA)
OPTIONS: dict[str, Any] = {"address": "https://relais.test", "words": WORDS}


@pytest.fixture
def told(httpserver: HTTPServer) -> Channels:
    return channels(
        NoticeSettings(
            telegram_token=SecretStr("1:token"),
            telegram_chats={"p49": "-100"},
            telegram_api=httpserver.url_for("/telegram"),
            webhooks={"p49": httpserver.url_for("/hook")},
            webhook_secret=SecretStr("key"),
            _env_file=None,
        )
    )


def serve(httpserver: HTTPServer, telegram: int = 200, hook: int = 200) -> None:
    httpserver.clear()
    httpserver.expect_request("/telegram/bot1:token/sendMessage").respond_with_json({"ok": True}, telegram)
    httpserver.expect_request("/hook").respond_with_json({}, hook)


def test_a_group_and_a_webhook_are_told_once_by_a_link(
    make: sessionmaker[Session], handover: str, told: Channels, httpserver: HTTPServer
) -> None:
    serve(httpserver)
    assert write_due(make, told, **OPTIONS, now=MONDAY) == 2
    assert write_due(make, told, **OPTIONS, now=MONDAY) == 0
    (group, _), (hook, _) = httpserver.log
    body = json.loads(group.data)
    link = re.search(r"https://relais\.test/desk/go/(\S+)", body["text"])
    assert body["chat_id"] == "-100" and link is not None
    with make() as session:
        assert links.read(session, link.group(1)) == handover
    assert hook.headers["X-Relais-Signature"] == hmac.new(b"key", hook.data, hashlib.sha256).hexdigest()
    content = json.loads(hook.data)
    assert (content["event"], content["team"]) == ("waiting", "p49")
    for secret in ("Cholet", "c1", "p1", "U2"):
        assert secret not in re.sub(r"/desk/go/[\w.-]+", "", (group.data + hook.data).decode())


def test_each_channel_is_retried_by_itself(
    make: sessionmaker[Session], handover: str, told: Channels, httpserver: HTTPServer
) -> None:
    serve(httpserver, telegram=500)
    assert write_due(make, told, **OPTIONS, now=MONDAY) == 1
    with make() as session:
        failed = session.scalars(select(TeamNotice).where(TeamNotice.sent_at.is_(None))).one()
        assert (failed.via, failed.error, failed.attempts) == ("telegram", "status-500", 1)
    serve(httpserver)
    assert write_due(make, told, **OPTIONS, now=MONDAY) == 0, "not at once"
    assert write_due(make, told, **OPTIONS, now=MONDAY + timedelta(minutes=1)) == 1


def test_what_was_taken_meanwhile_is_not_announced(
    make: sessionmaker[Session], handover: str, told: Channels, httpserver: HTTPServer
) -> None:
    serve(httpserver)
    with make.begin() as session:
        book.apply(session, handover, Claim("ana"), MONDAY)
    assert write_due(make, told, **OPTIONS, now=MONDAY) == 0
    assert httpserver.log == []


def test_a_group_without_a_token_is_no_channel() -> None:
    settings = NoticeSettings(telegram_chats={"p49": "-100"}, _env_file=None)
    assert channels(settings) == {}


@pytest.mark.parametrize(
    ("now", "hour", "day"),
    [
        (MONDAY, 8, MONDAY.date()),
        (MONDAY, 9, MONDAY.date()),
        (MONDAY, 10, None),
        (MONDAY, -1, None),
        (SUNDAY, 8, None),
        (MONDAY + timedelta(days=5), 8, None),
        (datetime.fromisoformat("2026-11-11T09:00:00+01:00"), 8, None),
    ],
)
def test_the_digest_leaves_on_working_days(now: datetime, hour: int, day: date | None) -> None:
    assert digest.due(now, hour, calm(DATA)) == day


def test_the_digest_says_numbers_once_a_day(
    make: sessionmaker[Session], handover: str, told: Channels, httpserver: HTTPServer
) -> None:
    serve(httpserver)
    person(make, "ana@asso.test", "p49")
    person(make, "eve@asso.test", "p44")
    sent: list[EmailMessage] = []
    given: dict[str, Any] = {"post": sent.append, "channels": told, "sender": "r@asso.test", **OPTIONS}
    assert digest.send(make, MONDAY.date(), **given, now=MONDAY) == 1
    assert digest.send(make, MONDAY.date(), **given, now=MONDAY) == 0
    assert [message["To"] for message in sent] == ["ana@asso.test"]
    assert "attendent votre équipe : 1. En retard : 0." in sent[0].get_content()
    assert "https://relais.test/desk/day" in sent[0].get_content()
    assert [json.loads(asked.data).get("event") for asked, _ in httpserver.log] == [None, "digest"]
    assert digest.send(make, MONDAY.date() + timedelta(days=1), **given, now=MONDAY) == 1


def test_a_digest_nobody_could_get_is_tried_again(make: sessionmaker[Session], handover: str) -> None:
    person(make, "ana@asso.test", "p49")
    sent: list[EmailMessage] = []

    def down(message: EmailMessage) -> None:
        raise ConnectionRefusedError

    given: dict[str, Any] = {"channels": {}, "sender": "r@asso.test", **OPTIONS, "now": MONDAY}
    assert digest.send(make, MONDAY.date(), post=down, **given) == 0
    assert digest.send(make, MONDAY.date(), post=sent.append, **given) == 1


def test_every_setting_of_the_room_says_what_it_is_and_none_needs_a_value() -> None:
    for made in SETTINGS:
        assert made(_env_file=None)
        assert [name for name, spec in made.model_fields.items() if not spec.description] == []
