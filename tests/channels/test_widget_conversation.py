"""A conversation in the widget: left and come back to, offline, held by a human, taken along, kept, erased."""

from __future__ import annotations

import pytest
from playwright.sync_api import Route, expect

from bot.gateway.reply import Say
from bot.gateway.tables import Conversation
from tests.channels.conftest import Site
from tests.channels.host import Hosting, browser, environment, hosting
from tests.gateway.house import answer

__all__ = ["browser", "environment", "hosting"]
pytestmark = pytest.mark.browser


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
