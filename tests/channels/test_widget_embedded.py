"""The widget and the page it stands on: what it costs, what it is told, what it is left alone with."""

from __future__ import annotations

import time

import pytest
from playwright.sync_api import Response, Route, expect

from tests.channels.conftest import Site
from tests.channels.host import YES_NO, Hosting, browser, environment, hosting
from tests.gateway.house import answer

__all__ = ["browser", "environment", "hosting"]
pytestmark = pytest.mark.browser


def test_nothing_is_kept_nor_opened_before_the_person_opens_it(hosting: Hosting) -> None:
    host = hosting()
    expect(host.launcher).to_have_text("fr:widget.open")
    expect(host.launcher).to_have_attribute("aria-expanded", "false")
    assert host.asked == ["GET /widget.js", "GET /api/channels/web/words?language=fr"]
    assert host.page.context.cookies() == []
    assert host.page.evaluate("sessionStorage.length + localStorage.length") == 0
    host.open()
    host.say("je vais à Cholet demain")
    expect(host.log.get_by_text("fr:echo je vais à Cholet demain")).to_be_visible()
    assert host.page.context.cookies() == []
    assert host.asked.count("POST /api/channels/web/sessions") == 1


FIRST_PAINT_BYTES = 20_000
FIRST_PAINT_MS = 1500.0
VISITS = 4  # a machine busy with other tests is no fault of the button: its best visit counts
PAINTED = """() => new Promise((done) => {
  const entries = performance.getEntriesByType("resource").filter((one) => one.name.startsWith(%r));
  const asked = Math.min(...entries.map((one) => one.startTime));
  requestAnimationFrame(() => done([performance.now() - asked, entries.length]));
})"""


def test_the_button_is_there_soon_and_costs_little(hosting: Hosting) -> None:
    sizes: list[int] = []

    def landed(response: Response) -> None:
        sizes.append(int(response.headers.get("content-length", "0")) + sum(map(len, response.headers)))

    took: list[float] = []
    while not took or (took[-1] >= FIRST_PAINT_MS and len(took) < VISITS):
        sizes.clear()
        host = hosting(landed=landed)
        expect(host.launcher).to_be_visible()
        milliseconds, requests = host.page.evaluate(PAINTED % host.site.url)
        assert requests == 2
        assert sum(sizes) < FIRST_PAINT_BYTES
        took.append(milliseconds)
    assert min(took) < FIRST_PAINT_MS


@pytest.mark.parametrize("slow", ["**/sessions", "**/words?language=fr"])
def test_a_language_chosen_while_the_line_is_slow_holds_for_the_next_message(
    hosting: Hosting, slow: str
) -> None:
    host = hosting(body='<relais-chat language="ar"></relais-chat>')
    expect(host.page.locator(".root")).to_have_attribute("lang", "ar")

    def late(route: Route) -> None:
        time.sleep(0.7)
        route.continue_()

    host.page.route(slow, late)
    host.open()
    host.page.get_by_role("combobox").select_option("fr")
    host.say("I have no car the bus")
    expect(host.log.get_by_text("fr:echo I have")).to_be_visible()


@pytest.mark.parametrize(
    ("attributes", "body"),
    [('data-code="FT-44"', ""), ("", '<relais-chat code="FT-44"></relais-chat>')],
    ids=["script", "element"],
)
def test_a_prescribers_code_is_told_with_the_first_words(
    hosting: Hosting, site: Site, attributes: str, body: str
) -> None:
    host = hosting(attributes, body=body)
    host.open()
    for text in ("je vais à Cholet", "demain matin"):
        host.say(text)
        expect(host.log.get_by_text(f"fr:echo {text}")).to_be_visible()
    assert [asked.metadata["given"] for asked in site.engine.asked] == [{"code": "FT-44"}, {}]


def test_language_direction_theme_and_side_by_attribute(hosting: Hosting) -> None:
    host = hosting(body='<relais-chat language="en" direction="rtl" theme="dark" side="start"></relais-chat>')
    root = host.page.locator(".root")
    expect(root).to_have_attribute("lang", "en")
    expect(root).to_have_attribute("dir", "rtl")
    expect(root).to_have_attribute("data-theme", "dark")
    expect(host.page.locator("relais-chat")).to_have_count(1)
    box = host.launcher.bounding_box()
    assert box
    assert box["x"] < 100
    host.page.evaluate("document.querySelector('relais-chat').setAttribute('theme', 'light')")
    expect(root).to_have_attribute("data-theme", "light")
    host.page.evaluate("document.querySelector('relais-chat').setAttribute('language', 'ar')")
    expect(root).to_have_attribute("lang", "ar")
    host.open()
    host.page.get_by_role("combobox").select_option("fr")
    expect(root).to_have_attribute("lang", "fr")
    host.say("I have no car the bus")
    expect(host.log.get_by_text("fr:echo I have")).to_be_visible()


HOSTILE = """<style nonce="h">* { display: none !important; color: red !important; direction: rtl !important;
  pointer-events: none !important } html, body, main { display: block !important }</style>
<script nonce="h">Object.defineProperty(Object.prototype, 'evil', { enumerable: true, value: 1, writable: true });
Array.prototype.more = function () {}; window.make = window.link = window.SAFE = 'mine';</script>"""


def test_a_page_that_styles_and_patches_everything(hosting: Hosting, site: Site) -> None:
    site.engine.script = [answer({"key": "ask", "choices": YES_NO})]
    host = hosting(head=HOSTILE)
    host.open()
    host.say("je vais à Cholet demain")
    host.page.get_by_role("button", name="fr:yes").click()
    expect(host.log.get_by_text("fr:echo fr:yes")).to_be_visible()
    assert host.log.evaluate("node => getComputedStyle(node).color") == "rgb(27, 36, 48)"
