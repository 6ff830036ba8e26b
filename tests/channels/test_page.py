"""The chat page in a real browser: keyboard only, live region, choices, offline, right-to-left, small screens."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page, expect

from bot.gateway.tables import Conversation
from tests.channels import axe
from tests.channels.conftest import Site
from tests.chromium import chromium
from tests.gateway.house import answer

pytestmark = pytest.mark.browser
CHOICES = {
    "key": "ask",
    "choices": [
        {"label": {"key": "yes"}, "payload": {"intent": "affirm"}},
        {"label": {"key": "no"}, "payload": {"intent": "deny"}},
    ],
}


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as opened:
        yield opened


@pytest.fixture
def page(browser: Browser, site: Site) -> Iterator[Page]:
    context = browser.new_context(
        locale="fr-FR", viewport={"width": 320, "height": 640}, reduced_motion="reduce"
    )
    made = context.new_page()
    troubles: list[str] = []

    def heard(message: ConsoleMessage) -> None:
        if message.type == "error" and "ERR_INTERNET_DISCONNECTED" not in message.text:
            troubles.append(message.text)

    made.on("console", heard)
    made.on("pageerror", lambda error: troubles.append(str(error)))
    made.goto(f"{site.url}/chat")
    yield made
    context.close()
    assert troubles == []


@pytest.fixture
def plain(browser: Browser) -> Iterator[Page]:
    """A browser without scripts."""
    context = browser.new_context(locale="fr-FR", java_script_enabled=False)
    yield context.new_page()
    context.close()


def test_a_conversation_by_keyboard_alone(page: Page, site: Site) -> None:
    site.engine.script = [answer(CHOICES)]
    page.keyboard.press("Tab")
    expect(page.locator(".skip")).to_be_focused()
    page.keyboard.press("Enter")
    field = page.get_by_label("fr:page.message")
    expect(field).to_be_focused()
    page.keyboard.type("je vais à Cholet <b>demain</b>")
    page.keyboard.press("Enter")
    log = page.get_by_role("log")
    expect(log.get_by_text("fr:ask")).to_be_visible()
    expect(log.get_by_text("je vais à Cholet <b>demain</b>")).to_be_visible()
    expect(field).to_be_focused()
    expect(page.locator("#live")).to_contain_text("fr:ask")
    page.keyboard.press("Shift+Tab")
    expect(page.get_by_role("button", name="fr:no")).to_be_focused()
    page.keyboard.press("Enter")
    expect(field).to_be_focused()
    expect(log.get_by_text("fr:echo fr:no")).to_be_visible()
    assert site.engine.asked[-1].metadata["choice"] == {"intent": "deny"}
    expect(page.get_by_role("button", name="fr:yes")).to_have_attribute("aria-disabled", "true")


def test_reloading_shows_the_conversation_again_and_goes_on(page: Page) -> None:
    page.get_by_label("fr:page.message").fill("je vais à Cholet demain")
    page.keyboard.press("Enter")
    expect(page.get_by_role("log").get_by_text("fr:echo je vais à Cholet demain")).to_be_visible()
    page.reload()
    expect(page.locator(".message")).to_have_count(2)
    page.get_by_label("fr:page.message").fill("et mardi prochain aussi")
    page.keyboard.press("Enter")
    expect(page.get_by_role("log").get_by_text("fr:echo et mardi prochain aussi")).to_be_visible()
    expect(page.locator(".message")).to_have_count(4)


def test_a_message_written_offline_leaves_once_when_the_network_is_back(page: Page, site: Site) -> None:
    page.context.set_offline(True)
    page.get_by_label("fr:page.message").fill("je vais à Cholet demain")
    page.keyboard.press("Enter")
    expect(page.locator("#status")).to_have_text("fr:page.offline")
    page.context.set_offline(False)
    expect(page.get_by_role("log").get_by_text("fr:echo je vais à Cholet demain")).to_be_visible(
        timeout=60_000
    )
    assert len(site.engine.asked) == 1


def test_right_to_left(page: Page) -> None:
    page.get_by_label("fr:page.language", exact=True).select_option("ar")
    page.get_by_role("button", name="fr:page.language.set").click()
    expect(page.locator("html")).to_have_attribute("dir", "rtl")
    page.wait_for_load_state()  # until its script runs, Enter only begins a line
    page.get_by_label("ar:page.message").fill("أريد الذهاب إلى العمل")
    page.keyboard.press("Enter")
    answered = page.locator(".from-relais .text")
    expect(answered).to_have_attribute("lang", "ar")
    expect(answered).to_have_attribute("dir", "rtl")


def test_nothing_overflows_a_small_screen(page: Page, site: Site) -> None:
    site.engine.script = [
        answer({"key": "long", "values": {"text": "a" * 400}, "choices": CHOICES["choices"]})
    ]
    page.get_by_label("fr:page.message").fill("je vais à Cholet demain")
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="fr:yes")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= 320


def test_print_and_erase(page: Page) -> None:
    page.get_by_label("fr:page.message").fill("je vais à Cholet demain")
    page.keyboard.press("Enter")
    log = page.get_by_role("log")
    expect(log.get_by_text("fr:echo je vais")).to_be_visible()
    page.evaluate("window.print = () => { window.printed = true; }")
    page.get_by_role("button", name="fr:page.print").click()
    assert page.evaluate("window.printed")
    page.get_by_role("button", name="fr:page.erase").click()
    page.get_by_role("button", name="fr:erase.yes").click()
    expect(log.get_by_text("fr:erase.done")).to_be_visible()
    expect(page.locator(".message")).to_have_count(1)
    page.reload()
    expect(page.get_by_text("je vais à Cholet")).to_have_count(0)


@pytest.mark.parametrize(("language", "width"), [("fr", 1280), ("fr", 320), ("ar", 320)])
def test_axe_finds_nothing(page: Page, site: Site, language: str, width: int) -> None:
    site.engine.script = [answer(CHOICES)]
    page.set_viewport_size({"width": width, "height": 640})
    page.get_by_label("fr:page.language", exact=True).select_option(language)
    page.get_by_role("button", name="fr:page.language.set").click()
    assert axe.violations(page) == []
    page.get_by_label(f"{language}:page.message").fill("02 41 48 21 21")
    page.keyboard.press("Enter")
    expect(page.locator(".choices button")).to_have_count(2)
    assert axe.violations(page) == []


@pytest.fixture
def environment() -> dict[str, str]:
    return {
        "RELAIS_SMS_PROVIDER": "generic",
        "RELAIS_SMS_SENDER": "+33600000000",
        "RELAIS_SMS_URL": "http://127.0.0.1:9",
    }


def test_an_answer_is_never_hidden_behind_the_field(page: Page, site: Site) -> None:
    site.engine.script = [answer("first", "second", CHOICES)]
    page.get_by_label("fr:page.message").fill("je vais à Cholet demain")
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="fr:no")).to_be_in_viewport(ratio=1)
    button, field = (
        page.get_by_role("button", name="fr:no").bounding_box(),
        page.locator("#compose").bounding_box(),
    )
    assert button and field
    assert button["y"] + button["height"] <= field["y"]


def test_who_holds_the_conversation_is_shown(page: Page, site: Site) -> None:
    page.get_by_label("fr:page.message").fill("je vais à Cholet demain")
    page.keyboard.press("Enter")
    expect(page.get_by_role("log").get_by_text("fr:echo")).to_be_visible()
    with site.house.sessions.begin() as session:
        conversation = session.query(Conversation).one()
        conversation.owner = "queue"
        name = conversation.id
    site.house.gateway.wake(name)
    expect(page.locator("#state")).to_have_text("fr:widget.queue")
    page.reload()
    expect(page.locator("#state")).to_have_text("fr:widget.queue")


def test_going_on_elsewhere_needs_no_script(plain: Page, site: Site) -> None:
    plain.goto(f"{site.url}/chat")
    plain.get_by_label("fr:page.message").fill("je vais à Cholet demain")
    plain.get_by_role("button", name="fr:page.send").click()
    plain.get_by_role("button", name="fr:widget.sms").click()
    code = plain.locator(".code").inner_text()
    expect(plain.get_by_role("link", name="+33600000000")).to_have_attribute(
        "href", f"sms:+33600000000?body={code}"
    )
    assert site.house.gateway.go_on("sms", "+33611111111", code)


def test_a_prescribers_link_is_told_with_the_first_words(page: Page, site: Site) -> None:
    page.goto(f"{site.url}/chat?code=ML-49")
    field = page.get_by_label("fr:page.message")
    for text in ("je vais à Cholet", "demain matin"):
        field.fill(text)
        field.press("Enter")
        expect(page.get_by_role("log").get_by_text(f"fr:echo {text}")).to_be_visible()
    assert [asked.metadata["given"] for asked in site.engine.asked] == [{"code": "ML-49"}, {}]


def test_a_prescribers_link_needs_no_script(plain: Page, site: Site) -> None:
    plain.goto(f'{site.url}/chat?code=ML-49"><b>')
    plain.get_by_label("fr:page.language").select_option("en")
    plain.get_by_role("button", name="fr:page.language.set").click()
    plain.get_by_label("en:page.message").fill("I am going to Cholet")
    plain.get_by_role("button", name="en:page.send").click()
    expect(plain.get_by_text("en:echo I am going to Cholet")).to_be_visible()
    assert site.engine.asked[0].metadata["given"] == {"code": 'ML-49"><b>'}


def test_erasing_needs_no_script(plain: Page, site: Site) -> None:
    plain.goto(f"{site.url}/chat")
    expect(plain.get_by_role("button", name="fr:page.print")).to_be_hidden()
    plain.get_by_label("fr:page.message").fill("je vais à Cholet demain")
    plain.get_by_role("button", name="fr:page.send").click()
    expect(plain.get_by_text("fr:echo je vais")).to_be_visible()
    plain.get_by_role("button", name="fr:page.erase").click()
    plain.get_by_role("button", name="fr:erase.yes").click()
    expect(plain.get_by_text("fr:erase.done")).to_be_visible()
    expect(plain.get_by_text("je vais à Cholet")).to_have_count(0)
