"""The README's own page embeds the chat: its HTML and its setting, word for word, in a real browser."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect
from pytest_httpserver import HTTPServer

from bot.settings import ROOT
from tests.channels.conftest import Site
from tests.chromium import chromium

pytestmark = pytest.mark.browser
README = (ROOT / "README.md").read_text(encoding="utf-8")
RELAIS, SITE = "http://127.0.0.1:8080", "http://localhost:8000"


@pytest.fixture
def environment(httpserver: HTTPServer) -> dict[str, str]:
    found = re.search(r"`(RELAIS_WEB_ORIGINS)=([^`]+)`", README)
    assert found is not None
    return {found[1]: found[2].replace(SITE, f"http://localhost:{httpserver.port}")}


def test_the_page_of_the_readme_talks(site: Site, httpserver: HTTPServer) -> None:
    page_of_theirs = re.search(r"```html\n(.+?)```", README, re.DOTALL)
    assert page_of_theirs is not None
    assert RELAIS in page_of_theirs[1]
    html = page_of_theirs[1].replace(RELAIS, site.url)
    httpserver.expect_request("/").respond_with_data(html, content_type="text/html")
    with chromium() as browser:
        page = browser.new_context(locale="fr-FR").new_page()
        page.goto(f"http://localhost:{httpserver.port}/")
        page.get_by_role("button", name="fr:widget.open").click()
        page.get_by_label("fr:page.message").fill("je vais à Cholet demain")
        page.keyboard.press("Enter")
        expect(page.get_by_role("log").get_by_text("fr:echo je vais à Cholet demain")).to_be_visible()
