"""A bad network between widget and application: all that is written arrives once, all answers are shown once."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect
from pytest_httpserver import HTTPServer

from tests.channels.chaos import FAULTS, Chaos, Fault, chaos
from tests.channels.conftest import Site
from tests.chromium import chromium

pytestmark = pytest.mark.browser
SAID = ["un premier message ici", "un second message ici", "un dernier message ici"]


@pytest.fixture
def environment(httpserver: HTTPServer) -> dict[str, str]:
    return {"RELAIS_WEB_ORIGINS": f"http://localhost:{httpserver.port}"}


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as opened:
        yield opened


@pytest.fixture
def bad(site: Site, path: str, fault: Fault) -> Iterator[Chaos]:
    """The network is bad before the widget opens: its stream may be there the moment after the tap."""
    with chaos(site.url) as made:
        made.only, made.faults = path, [fault, fault]
        yield made


@pytest.fixture
def page(browser: Browser, bad: Chaos, httpserver: HTTPServer) -> Iterator[Page]:
    html = f'<!doctype html><html lang="fr"><title>h</title><script src="{bad.url}/widget.js" defer></script>'
    httpserver.expect_request("/").respond_with_data(html, content_type="text/html; charset=utf-8")
    context = browser.new_context(locale="fr-FR")
    made = context.new_page()
    made.goto(f"http://localhost:{httpserver.port}/")
    made.locator(".launcher").click()
    yield made
    context.close()


WHERE = [("what is written", "/messages"), ("what comes down", "/events")]


@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize(("label", "path"), WHERE, ids=[row[0] for row in WHERE])
def test_between_the_widget_and_the_application(
    page: Page, bad: Chaos, site: Site, label: str, path: str, fault: Fault
) -> None:
    field, answers = page.locator("textarea"), page.locator("li.relais .text")
    for number, text in enumerate(SAID, 1):
        field.fill(text)
        field.press("Enter")
        expect(answers).to_have_count(number, timeout=60_000)
    assert [asked.text for asked in site.engine.asked] == SAID
    assert answers.all_inner_texts() == [f"fr:echo {text}" for text in SAID]
    assert len(bad.faults) < 2
