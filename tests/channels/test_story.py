"""One person, three channels, one conversation: the widget in Arabic, SMS through Kannel, STOP and START, Telegram,
and the counsellor who sees it whole. All is real but the operator, the Bot API and the site that embeds the chat."""

from __future__ import annotations

import itertools
import re
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import requests
from playwright.sync_api import Browser, Page, expect
from pytest_httpserver import HTTPServer
from sqlalchemy import select

from bot.app import create_app
from bot.benches.outside_world import World, world
from bot.channels.telegram.receiver import HEADER
from bot.gateway.gateway import system_clock
from bot.gateway.tables import Contact, Conversation, Inbox, Outbox, Person
from bot.handover.desk.accounts import first_invitation
from bot.handover.tables import Handover
from bot.replay.stage import Stage, stage
from bot.settings import Settings
from tests.channels.conftest import free_port, serve
from tests.channels.kannel import LOGIN, US, Phone, boxes
from tests.chromium import chromium

pytestmark = [pytest.mark.browser, pytest.mark.engine]
TELEGRAM = {"token": "1:story", "secret": "s3cret", "name": "relais_bot"}
CHAT = {"id": 77, "type": "private", "first_name": "Amina"}
USER = {"id": 77, "is_bot": False, "first_name": "Amina", "language_code": "ar"}


@dataclass
class Town:
    """Everything around one person."""

    url: str
    stage: Stage
    phone: Phone
    outside: World
    updates: Iterator[int] = field(default_factory=lambda: itertools.count(1))

    def texts(self, seconds: float = 90, **wanted: Any) -> str:
        """The words of the newest message out once there is one of this kind after `after`."""
        return str(self.until(lambda: self._text(**wanted), seconds))

    def until(self, true: Callable[[], Any], seconds: float = 90) -> Any:
        limit = time.monotonic() + seconds
        while not (found := true()):
            assert time.monotonic() < limit, "not within the time"
            time.sleep(0.1)
        return found

    def _text(self, key: str, channel: str) -> str | None:
        with self.stage.house.sessions() as session:
            rows = session.scalars(select(Outbox).where(Outbox.channel == channel).order_by(Outbox.id.desc()))
            return next((row.text for row in rows if row.say["key"] == key), None)

    def update(self, **said: Any) -> None:
        """What Telegram calls the webhook with."""
        number = next(self.updates)
        content = said.get("callback_query") or said.get("message")
        assert content is not None
        answer = requests.post(
            f"{self.url}/api/channels/telegram/webhook",
            json={"update_id": number, **said},
            headers={HEADER: TELEGRAM["secret"]},
            timeout=60,
        )
        assert answer.status_code == 200

    def writes(self, text: str) -> None:
        message = {"message_id": 1, "date": 1, "chat": CHAT, "from": USER, "text": text}
        self.update(message=message)

    def presses(self, choice: str) -> None:
        message = {"message_id": 1, "date": 1, "chat": CHAT}
        pressed = {"id": "q", "from": USER, "chat_instance": "i", "data": choice, "message": message}
        self.update(callback_query=pressed)

    def idle(self) -> bool:
        with self.stage.house.sessions() as session:
            return session.scalar(select(Inbox.id).where(Inbox.status == "pending").limit(1)) is None

    def received(self) -> int:
        with self.stage.house.sessions() as session:
            return len(session.scalars(select(Inbox.id)).all())

    def out(self) -> int:
        with self.stage.house.sessions() as session:
            return len(session.scalars(select(Outbox.id)).all())


@pytest.fixture
def town(tmp_path: Path, httpserver: HTTPServer, monkeypatch: pytest.MonkeyPatch) -> Iterator[Town]:
    ours, sendsms = free_port(), free_port()
    address = f"http://127.0.0.1:{ours}"
    settings = Settings(var=tmp_path, port=ours, _env_file=None)  # type: ignore[call-arg]
    with world() as outside, boxes(tmp_path, address, sendsms) as kannel:
        given = {
            f"TELEGRAM_{name}": value for name, value in (TELEGRAM | {"api": f"{outside.api}/7"}).items()
        }
        given |= {f"SMS_{name}": value for name, value in (LOGIN | {"url": kannel.url, "sender": US}).items()}
        given["WEB_origins"] = f"http://localhost:{httpserver.port}"
        for name, value in given.items():
            monkeypatch.setenv(f"RELAIS_{name.upper()}", value)
        with stage(settings, system_clock) as opened, serve(create_app(settings, opened.house), ours) as url:
            yield Town(url, opened, kannel.phone, outside)


@pytest.fixture
def browser() -> Iterator[Browser]:
    with chromium() as opened:
        yield opened


def host(browser: Browser, town: Town, httpserver: HTTPServer) -> Page:
    """A page of an association's own site, in Arabic, with the one line of the documentation."""
    policy = f"default-src 'none'; script-src {town.url}; connect-src {town.url}; img-src data:"
    html = (
        '<!doctype html><html lang="ar" dir="rtl"><head><meta charset="utf-8"><title>h</title>'
        f'<link rel="icon" href="data:,"></head><body><script src="{town.url}/widget.js" defer></script></body></html>'
    )
    httpserver.expect_request("/").respond_with_data(
        html,
        content_type="text/html; charset=utf-8",
        headers={"Content-Security-Policy": policy},
    )
    page = browser.new_context(locale="ar").new_page()
    page.goto(f"http://localhost:{httpserver.port}/")
    return page


def test_one_person_on_three_channels_is_one_conversation(
    town: Town, browser: Browser, httpserver: HTTPServer
) -> None:
    # The widget, in Arabic.
    page = host(browser, town, httpserver)
    page.locator(".launcher").click()
    page.locator("textarea").fill("أريد الذهاب إلى العمل في شوليه وليس لدي سيارة")
    page.locator("textarea").press("Enter")
    answered = page.locator("li.relais .text").last
    expect(answered).to_have_attribute("lang", "ar", timeout=60_000)
    expect(answered).to_have_attribute("dir", "rtl")

    # On by SMS, with the code the widget gives.
    page.locator("summary").click()
    page.locator(".tools > button").nth(1).click()
    code = page.locator(".code").inner_text()
    town.phone.says(code)
    town.until(lambda: town.idle() and _on(town, "sms"))
    town.phone.says("عمري 24 سنة")
    town.until(lambda: town.received() > 2 and town.idle())
    assert any("\u0600" <= letter <= "\u06ff" for letter in town.phone.read())
    assert "شوليه" in page.locator("li.me .text").first.inner_text()

    # STOP is confirmed once, then nothing comes whatever is written, until START.
    town.phone.says("STOP")
    stopped = town.texts(key="stop.done", channel="sms")
    assert "START" in stopped
    before = town.out()
    received = town.received()
    town.phone.says("hello")
    town.until(lambda: town.received() > received and town.idle())
    with town.stage.house.sessions() as session:
        assert session.scalars(select(Contact.stopped_at).where(Contact.channel == "sms")).one() is not None
    assert town.out() == before
    town.phone.says("START")
    assert town.texts(key="stop.resumed", channel="sms")

    # Telegram, from the page that is still open.
    page.locator(".tools > button").first.click()
    way = page.locator(".ways a")
    expect(way).to_have_attribute("href", re.compile(r"^https://t\.me/relais_bot\?start=\w{8}$"))
    town.writes(f"/start {page.locator('.code').inner_text()}")
    town.until(lambda: town.idle() and town.outside.answers("77"))
    town.writes("HUMAIN")
    handover = town.until(lambda: _asked(town), 60)

    # One person, one conversation; its language is still theirs.
    with town.stage.house.sessions() as session:
        assert len(session.scalars(select(Person)).all()) == 1
        conversation = session.scalars(select(Conversation)).one()
        assert conversation.language == "ar"
        channels = set(session.scalars(select(Inbox.channel)))
    assert channels == {"web", "sms", "telegram"}

    # The counsellor's desk: one case, with what was said on all three.
    invitation = first_invitation(town.stage.house.sessions, town.stage.house.settings)
    assert invitation is not None
    desk = browser.new_context().new_page()
    desk.goto(invitation)
    desk.locator("#name").fill("Anne")
    desk.locator("#email").fill("anne@example.org")
    desk.locator("#password").fill("correct horse battery")
    desk.locator("main form button").click()
    desk.goto(f"{town.url}/desk")
    expect(desk.locator("li.case")).to_have_count(1)
    desk.goto(f"{town.url}/desk/cases/{handover}")
    desk.get_by_role("button", name="Prendre").first.click()
    thread = desk.locator("main")
    for said in ("أريد الذهاب إلى العمل في شوليه", "عمري 24 سنة", "HUMAIN"):
        expect(thread).to_contain_text(said)
    desk.locator("#reply").fill("Bonjour, je suis Anne.")
    desk.locator("#reply").press("Tab")
    desk.locator("form:has(#reply) button").last.click()
    town.until(lambda: any("Anne" in one.text for one in town.outside.phones["77"]))


def _on(town: Town, channel: str) -> bool:
    with town.stage.house.sessions() as session:
        return session.scalars(select(Conversation.channel)).one() == channel


def _asked(town: Town) -> str | None:
    """The handover once it is asked for; until then the first choice of whatever Telegram shows is pressed."""
    with town.stage.house.sessions() as session:
        row = session.scalars(select(Handover)).first()
        conversation = session.scalars(select(Conversation)).one()
        if row is not None and conversation.owner != "bot":
            return row.id
        choices = conversation.choices or []
    if choices and town.idle():
        town.presses(choices[0]["id"])
        town.until(town.idle)
    return None
