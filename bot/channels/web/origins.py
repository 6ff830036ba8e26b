"""Who may embed the chat: the sites of a setting, and nobody else. Cross-site calls carry a Bearer, never a cookie."""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import urlsplit

from fastapi import Request
from starlette.middleware.cors import CORSMiddleware
from starlette.types import ASGIApp, Receive, Scope, Send

API = "/api/channels/web"
HOUR = 3600


class Origins:
    """The origins that may embed the chat beside our own."""

    def __init__(self, listed: str) -> None:
        """`listed`: origins (`https://www.example.org`) parted by spaces or commas.

        Raises `ValueError` for one that is no origin: a site that was meant to be let in must not stay out
        unnoticed.
        """
        self.allowed = frozenset(_origin(one) for one in listed.replace(",", " ").split())

    def foreign(self, request: Request) -> bool:
        """Whether a browser says that another site sent this request."""
        site = request.headers.get("sec-fetch-site")
        if site is not None:
            return site not in ("same-origin", "none")
        # Older browsers tell the origin alone.
        origin = request.headers.get("origin")
        return origin is not None and urlsplit(origin).netloc != request.headers.get("host")

    def welcome(self, request: Request) -> bool:
        """Whether the request comes from our own pages or from a site that may embed the chat."""
        return not self.foreign(request) or request.headers.get("origin") in self.allowed


def _origin(text: str) -> str:
    parts = urlsplit(text)
    if parts.scheme not in ("http", "https") or not parts.netloc or parts.path not in ("", "/"):
        raise ValueError(f"not an origin: {text}")
    return f"{parts.scheme}://{parts.netloc}".lower()


class Embedding:
    """Cross-origin headers for the chat's API alone; every other route stays same-origin."""

    def __init__(self, app: ASGIApp, origins: Sequence[str]) -> None:
        """`origins` as `Origins.allowed`."""
        self._app = app
        self._shared = CORSMiddleware(
            app,
            allow_origins=list(origins),
            allow_methods=["GET", "POST"],
            allow_headers=["authorization", "content-type", "last-event-id"],
            max_age=HOUR,
        )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on, with or without the headers."""
        shared = scope["type"] == "http" and scope["path"].startswith(f"{API}/")
        await (self._shared if shared else self._app)(scope, receive, send)
