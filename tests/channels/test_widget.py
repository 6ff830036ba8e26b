"""The widget in a real browser, for everyone: screen reader, keyboard, right-to-left, small screens, axe-core."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import FloatRect, expect

from bot.gateway.reply import Say
from tests.channels import axe
from tests.channels.conftest import Site
from tests.channels.host import YES_NO, Host, Hosting, browser, environment, hosting
from tests.gateway.house import answer, echo

__all__ = ["browser", "environment", "hosting"]
pytestmark = pytest.mark.browser
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
