"""A page of another site with the widget on it, in a real browser, under a strict policy."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import pytest
from playwright.sync_api import (
    Browser,
    ConsoleMessage,
    Locator,
    Page,
    Request,
    Response,
    expect,
)
from pytest_httpserver import HTTPServer

from bot.gateway.tables import Conversation
from tests.channels.conftest import Site
from tests.chromium import chromium

YES_NO = [
    {"label": {"key": "yes"}, "payload": {"intent": "affirm"}},
    {"label": {"key": "no"}, "payload": {"intent": "deny"}},
]
OFFLINE = "ERR_INTERNET_DISCONNECTED"


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as opened:
        yield opened


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
    assert troubles == [], troubles
