"""The widget in a real browser, on a page of another site with a strict policy."""

from __future__ import annotations

import shutil
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import (
    Browser,
    ConsoleMessage,
    FloatRect,
    Locator,
    Page,
    Request,
    Response,
    Route,
    expect,
    sync_playwright,
)
from pytest_httpserver import HTTPServer

from bot.gateway.reply import Say
from bot.gateway.tables import Conversation
from tests.channels import axe
from tests.channels.conftest import Site
from tests.gateway.house import answer, echo

pytestmark = pytest.mark.browser
CHROMIUM = shutil.which("chromium")
YES_NO = [
    {"label": {"key": "yes"}, "payload": {"intent": "affirm"}},
    {"label": {"key": "no"}, "payload": {"intent": "deny"}},
]
OFFLINE = "ERR_INTERNET_DISCONNECTED"


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    if CHROMIUM is None:
        pytest.skip("Chromium is not installed: apt-get install chromium")
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield chromium
        chromium.close()


@pytest.fixture
def environment(httpserver: HTTPServer) -> dict[str, str]:
    return {
        "RELAIS_WEB_ORIGINS": f"http://localhost:{httpserver.port}",
        "RELAIS_SMS_PROVIDER": "generic",
        "RELAIS_SMS_SENDER": "+33600000000",
        "RELAIS_SMS_URL": "http://127.0.0.1:9",
    }


@dataclass
class Host:
    """A page of another site with the widget on it."""

    page: Page
    site: Site
    asked: list[str] = field(default_factory=list)

    @property
    def launcher(self) -> Locator:
        return self.page.locator(".launcher")

    @property
    def log(self) -> Locator:
        return self.page.get_by_role("log")

    @property
    def text(self) -> Locator:
        return self.page.locator("textarea")

    def open(self) -> None:
        self.launcher.click()
        expect(self.text).to_be_focused()

    def say(self, text: str) -> None:
        self.text.fill(text)
        self.text.press("Enter")

    def conversation(self) -> str:
        with self.site.house.sessions() as session:
            return session.query(Conversation.id).order_by(Conversation.started_at.desc()).first()[0]


Hosting = Callable[..., Host]


@pytest.fixture
def hosting(browser: Browser, site: Site, httpserver: HTTPServer) -> Iterator[Hosting]:
    """Makes host pages; at the end no page may have had an error, nor its policy a violation."""
    contexts = []
    troubles: list[str] = []

    def heard(message: ConsoleMessage) -> None:
        if message.type in ("error", "warning") and OFFLINE not in message.text:
            troubles.append(message.text)

    def host(
        script: str = "",
        body: str = "",
        width: int = 800,
        height: int = 700,
        head: str = "",
        landed: Callable[[Response], None] | None = None,
        troubled: bool = False,
    ) -> Host:
        policy = f"default-src 'none'; script-src {site.url} 'nonce-h'; connect-src {site.url}; style-src 'nonce-h'"
        html = (
            f'<!doctype html><html lang="fr"><head><title>Hôte</title><meta charset="utf-8">{head}'
            f'<link rel="icon" href="data:,"><script src="{site.url}/widget.js" defer {script}></script></head>'
            f"<body><main><h1>Hôte</h1>{body}<button>ailleurs</button></main></body></html>"
        )
        httpserver.expect_request("/").respond_with_data(
            html,
            content_type="text/html; charset=utf-8",
            headers={"Content-Security-Policy": f"{policy}; img-src data:"},
        )
        context = browser.new_context(
            locale="fr-FR", viewport={"width": width, "height": height}, reduced_motion="reduce"
        )
        contexts.append(context)
        page = context.new_page()
        if not troubled:  # a browser writes every refused request to its console
            page.on("console", heard)
        page.on("pageerror", lambda error: troubles.append(str(error)))
        made = Host(page, site)

        def asked(request: Request) -> None:
            if request.url.startswith(site.url):
                made.asked.append(f"{request.method} {request.url.removeprefix(site.url)}")

        page.on("request", asked)
        if landed is not None:
            page.on(
                "response", lambda response: landed(response) if response.url.startswith(site.url) else None
            )
        page.goto(f"http://localhost:{httpserver.port}/")
        return made

    yield host
    for context in contexts:
        context.close()
    assert troubles == []


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
PAINTED = """() => new Promise((done) => {
  const entries = performance.getEntriesByType("resource").filter((one) => one.name.startsWith(%r));
  const asked = Math.min(...entries.map((one) => one.startTime));
  requestAnimationFrame(() => done([performance.now() - asked, entries.length]));
})"""


def test_the_button_is_there_soon_and_costs_little(hosting: Hosting) -> None:
    sizes: list[int] = []

    def landed(response: Response) -> None:
        sizes.append(int(response.headers.get("content-length", "0")) + sum(map(len, response.headers)))

    host = hosting(landed=landed)
    expect(host.launcher).to_be_visible()
    milliseconds, requests = host.page.evaluate(PAINTED % host.site.url)
    assert requests == 2
    assert sum(sizes) < FIRST_PAINT_BYTES
    assert milliseconds < FIRST_PAINT_MS


TREE = """
- dialog "fr:page.heading":
  - heading "fr:page.heading" [level=2]
  - paragraph: fr:page.tagline
  - button "fr:widget.close"
  - text: fr:page.language
  - combobox "fr:page.language":
    - option "fr:language.name.fr" [selected]
    - option "en:language.name.en"
    - option "ar:language.name.ar"
  - group: fr:widget.more
  - log "fr:page.log":
    - paragraph: fr:page.notice
    - list:
      - listitem:
        - text: fr:page.me
        - paragraph: je vais à Cholet demain
      - listitem:
        - text: fr:page.bot
        - paragraph: fr:ask
        - group "fr:page.choices":
          - button "fr:yes"
          - button "fr:no"
  - paragraph
  - text: fr:page.message
  - textbox "fr:page.message"
  - button "fr:page.send"
"""


def test_the_tree_a_screen_reader_walks(hosting: Hosting, site: Site) -> None:
    site.engine.script = [answer({"key": "ask", "choices": YES_NO})]
    host = hosting()
    host.open()
    host.say("je vais à Cholet demain")
    expect(host.page.get_by_role("button", name="fr:no")).to_be_visible()
    expect(host.page.locator(".panel")).to_match_aria_snapshot(TREE)
    assert host.launcher.evaluate("node => node.getAttribute('aria-controls')") == "panel"


def test_a_conversation_by_keyboard_alone(hosting: Hosting, site: Site) -> None:
    site.engine.script = [answer({"key": "ask", "choices": YES_NO})]
    host = hosting()
    keyboard = host.page.keyboard
    expect(host.launcher).to_be_visible()
    for _ in range(2):
        keyboard.press("Tab")
    expect(host.launcher).to_be_focused()
    keyboard.press("Enter")
    expect(host.text).to_be_focused()
    keyboard.type("je vais à <b>Cholet</b>")
    keyboard.press("Enter")
    expect(host.log.get_by_text("je vais à <b>Cholet</b>")).to_be_visible()
    expect(host.page.locator("[aria-live=polite]")).to_contain_text("fr:page.bot : fr:ask")
    expect(host.text).to_be_focused()
    keyboard.press("Shift+Tab")
    expect(host.page.get_by_role("button", name="fr:no")).to_be_focused()
    keyboard.press("Enter")
    expect(host.text).to_be_focused()
    expect(host.log.get_by_text("fr:echo fr:no")).to_be_visible()
    expect(host.page.get_by_role("button", name="fr:yes")).to_have_attribute("aria-disabled", "true")
    assert site.engine.asked[-1].metadata["choice"] == {"intent": "deny"}
    keyboard.press("Escape")
    expect(host.launcher).to_be_focused()
    expect(host.page.get_by_role("dialog")).to_have_count(0)


def test_a_message_that_comes_never_takes_the_focus(hosting: Hosting, site: Site) -> None:
    host = hosting()
    host.open()
    host.say("je vais à Cholet demain")
    expect(host.log.get_by_text("fr:echo je vais")).to_be_visible()
    elsewhere = host.page.get_by_role("button", name="ailleurs")
    elsewhere.focus()
    site.house.gateway.tell(host.conversation(), [Say("news")])
    expect(host.log.get_by_text("fr:news")).to_be_visible()
    expect(elsewhere).to_be_focused()
    host.page.get_by_role("button", name="fr:widget.close").click()
    site.house.gateway.tell(host.conversation(), [Say("more")])
    expect(host.launcher).to_have_text("fr:widget.open (fr:widget.new)")


def test_who_cannot_see_is_told_once_that_it_lasts(hosting: Hosting, site: Site) -> None:
    gate = threading.Event()

    def late(text: str, metadata: Mapping[str, Any]) -> Any:
        gate.wait(15)
        return echo(text, metadata)

    site.engine.script = [late]
    host = hosting()
    host.open()
    host.say("je vais à Cholet demain")
    live = host.page.locator("[aria-live=polite] p")
    expect(live).to_have_text("fr:page.waiting", timeout=60_000)
    gate.set()
    expect(host.log.get_by_text("fr:echo je vais")).to_be_visible()


def test_the_page_may_be_left_and_come_back_to(hosting: Hosting) -> None:
    host = hosting()
    host.open()
    host.say("je vais à Cholet demain")
    expect(host.log.get_by_text("fr:echo je vais")).to_be_visible()
    host.page.reload()
    host.open()
    expect(host.page.locator("li")).to_have_count(2)
    host.say("et mardi prochain aussi")
    expect(host.log.get_by_text("fr:echo et mardi")).to_be_visible()
    expect(host.page.locator("li")).to_have_count(4)
    assert host.asked.count("POST /api/channels/web/sessions") == 1


def test_what_is_written_offline_leaves_once_and_what_came_meanwhile_is_shown(
    hosting: Hosting, site: Site
) -> None:
    host = hosting()
    host.open()
    host.say("premier message de moi")
    expect(host.log.get_by_text("fr:echo premier")).to_be_visible()
    host.page.context.set_offline(True)
    host.say("je vais à Cholet demain")
    expect(host.page.locator(".status")).to_have_text("fr:page.offline")
    site.house.gateway.tell(host.conversation(), [Say("meanwhile")])
    host.page.context.set_offline(False)
    expect(host.log.get_by_text("fr:echo je vais")).to_be_visible(timeout=60_000)
    expect(host.log.get_by_text("fr:meanwhile")).to_have_count(1)
    assert len(site.engine.asked) == 2


def test_what_the_server_could_not_take_is_sent_again(hosting: Hosting, site: Site) -> None:
    host = hosting(troubled=True)
    host.open()
    troubles = iter([503, 502])

    def trouble(route: Route) -> None:
        status = next(troubles, None)
        if status is None:
            route.continue_()
        else:
            origin = route.request.headers.get("origin", "*")
            route.fulfill(status=status, headers={"Access-Control-Allow-Origin": origin}, body="")

    host.page.route("**/api/channels/web/messages", trouble)
    host.say("je vais à Cholet demain")
    expect(host.log.get_by_text("fr:echo je vais")).to_be_visible(timeout=60_000)
    assert len(site.engine.asked) == 1
    expect(host.page.locator("li")).to_have_count(2)


def test_right_to_left(hosting: Hosting, tmp_path: Path) -> None:
    host = hosting('data-language="ar"')
    root = host.page.locator(".root")
    expect(root).to_have_attribute("dir", "rtl")
    expect(root).to_have_attribute("lang", "ar")
    host.open()
    host.say("أريد الذهاب إلى العمل 02 41 48 21 21")
    expect(host.page.locator("li.relais .text")).to_have_attribute("dir", "rtl")
    box, mine = host.log.bounding_box(), host.page.locator("li.me").bounding_box()
    assert box and mine
    assert mine["x"] - box["x"] < box["x"] + box["width"] - (mine["x"] + mine["width"])
    left, right = _sides(host)
    # What stands at the start of a line stands at the right: names over their bubbles, titles, the field.
    assert abs(right("li.relais .who bdi") - right("li.relais .text")) < 2
    assert abs(left("li.me .who bdi") - left("li.me .text")) < 2
    assert right(".top button") < left("h2")
    assert right(".send") < left("textarea")
    host.page.screenshot(path=tmp_path / "rtl.png")
    assert (tmp_path / "rtl.png").stat().st_size > 1000


def _sides(host: Host) -> tuple[Callable[[str], float], Callable[[str], float]]:
    def box(selector: str) -> FloatRect:
        found = host.page.locator(selector).first.bounding_box()
        assert found, selector
        return found

    return lambda one: box(one)["x"], lambda one: box(one)["x"] + box(one)["width"]


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


@pytest.mark.parametrize(("width", "height"), [(320, 640), (320, 256)], ids=["a small phone", "400 %"])
def test_nothing_overflows(hosting: Hosting, site: Site, width: int, height: int) -> None:
    site.engine.script = [answer({"key": "long", "values": {"text": "a" * 300}, "choices": YES_NO})]
    host = hosting(width=width, height=height)
    host.open()
    host.say("je vais à Cholet demain")
    button = host.page.get_by_role("button", name="fr:yes")
    expect(button).to_be_visible()
    for name in ("html", ".panel", ".log"):
        assert host.page.locator(name).evaluate("node => node.scrollWidth - node.clientWidth") == 0, name
    assert host.page.locator("button", has_text="fr:widget.close").evaluate("node => node.offsetHeight") < 60
    button.click()
    answered = host.log.get_by_text("fr:echo fr:yes")
    expect(answered).to_be_in_viewport(ratio=1)


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


def test_words_are_never_markup_and_only_safe_links_can_be_followed(hosting: Hosting, site: Site) -> None:
    said = "<img src=x onerror=alert(1)> javascript:alert(1) https://exemple.fr/a 02 41 48 21 21"
    site.engine.script = [answer({"key": "k", "values": {"text": said}})]
    host = hosting()
    host.open()
    host.say("<script>alert(1)</script>")
    expect(host.log.get_by_text("<img src=x onerror=alert(1)> javascript:alert(1)")).to_be_visible()
    expect(host.log.get_by_text("<script>alert(1)</script>")).to_be_visible()
    links = host.log.get_by_role("link")
    assert links.evaluate_all("all => all.map(one => one.getAttribute('href'))") == [
        "https://exemple.fr/a",
        "tel:+33241482121",
    ]
    expect(links.first).to_have_attribute("rel", "noopener noreferrer")


def test_who_holds_the_conversation_is_shown_by_name(hosting: Hosting, site: Site) -> None:
    host = hosting()
    host.open()
    host.say("je vais à Cholet demain")
    expect(host.log.get_by_text("fr:echo")).to_be_visible()
    conversation = host.conversation()
    state = host.page.locator(".state")
    for owner, text in (("queue", "fr:widget.queue"), ("counsellor", "fr:widget.held")):
        with site.house.sessions.begin() as session:
            session.get_one(Conversation, conversation).owner = owner
        site.house.gateway.wake(conversation)
        expect(state).to_have_text(text)
    with site.house.sessions.begin() as session:
        site.house.gateway.post(session, conversation, text="<b>Bonjour</b>", author="counsellor")
    site.house.gateway.wake(conversation)
    expect(host.page.locator("li.counsellor")).to_contain_text("<b>Bonjour</b>")


def test_going_on_by_sms_with_a_code(hosting: Hosting, site: Site) -> None:
    host = hosting()
    host.open()
    host.say("je vais à Cholet demain")
    expect(host.log.get_by_text("fr:echo")).to_be_visible()
    host.page.get_by_text("fr:widget.more").click()
    expect(host.page.get_by_role("button", name="fr:widget.telegram")).to_be_hidden()
    host.page.get_by_role("button", name="fr:widget.sms").click()
    code = host.page.locator(".code").inner_text()
    expect(host.page.locator(".ways a")).to_have_attribute("href", f"sms:+33600000000?body={code}")
    assert site.house.gateway.go_on("sms", "+33611111111", code)
    assert site.house.gateway.open("sms", "+33611111111") == host.conversation()


def test_keeping_a_copy(hosting: Hosting) -> None:
    host = hosting()
    host.open()
    host.say("je vais à Cholet demain")
    expect(host.log.get_by_text("fr:echo")).to_be_visible()
    host.page.get_by_text("fr:widget.more").click()
    with host.page.expect_download() as download:
        host.page.get_by_role("button", name="fr:widget.save").click()
    kept = download.value.path().read_text(encoding="utf-8")
    assert "fr:page.me : je vais à Cholet demain" in kept
    assert "fr:page.bot : fr:echo je vais à Cholet demain" in kept
    host.page.evaluate(
        "HTMLIFrameElement.prototype.__proto__.constructor; window.printed = [];"
        "const seen = new MutationObserver(() => {}); const get = Object.getOwnPropertyDescriptor("
        "HTMLIFrameElement.prototype, 'contentWindow').get; Object.defineProperty(HTMLIFrameElement.prototype,"
        "'contentWindow', { get() { const inside = get.call(this); inside.print = () =>"
        " window.printed.push(inside.document.body.innerText); return inside; } });"
    )
    host.page.get_by_role("button", name="fr:page.print").click()
    assert "je vais à Cholet demain" in host.page.evaluate("window.printed[0]")


def test_erasing_everything(hosting: Hosting, site: Site) -> None:
    host = hosting()
    host.open()
    host.say("je vais à Cholet demain")
    expect(host.log.get_by_text("fr:echo")).to_be_visible()
    host.page.get_by_text("fr:widget.more").click()
    host.page.get_by_role("button", name="fr:page.erase").click()
    host.page.get_by_role("button", name="fr:erase.yes").click()
    expect(host.log.get_by_text("fr:erase.done")).to_be_visible()
    expect(host.page.locator("li")).to_have_count(1)
    assert host.page.evaluate("sessionStorage.length") == 0
    host.say("je recommence autre chose")
    expect(host.log.get_by_text("fr:echo je recommence")).to_be_visible()
    assert host.asked.count("POST /api/channels/web/sessions") == 2


LOOKS = [
    ("light", 'data-theme="light"', 800, "je vais à Cholet demain 02 41 48 21 21"),
    ("dark", 'data-theme="dark"', 800, "je vais à Cholet demain 02 41 48 21 21"),
    ("right to left on a phone", 'data-language="ar"', 320, "أريد الذهاب إلى العمل 02 41 48 21 21"),
]


@pytest.mark.parametrize(("label", "script", "width", "text"), LOOKS, ids=[look[0] for look in LOOKS])
def test_axe_finds_nothing(
    hosting: Hosting, site: Site, label: str, script: str, width: int, text: str
) -> None:
    site.engine.script = [answer({"key": "ask", "choices": YES_NO})]
    host = hosting(script, width=width)
    expect(host.launcher).to_be_visible()
    assert axe.violations(host.page) == []
    host.open()
    host.say(text)
    expect(host.page.locator(".choices button")).to_have_count(2)
    host.page.locator("summary").click()
    assert axe.violations(host.page) == []
    host.page.locator(".choices button").first.click()
    expect(host.page.locator("li")).to_have_count(4)
    assert axe.violations(host.page) == []
