"""What the web routes share: who knocks, in which language, and how they are refused kindly."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from fastapi import Request
from fastapi.responses import JSONResponse
from sqlalchemy.orm import Session

from bot.channels.pace import Pace
from bot.channels.web.origins import Origins
from bot.channels.web.tokens import COOKIE, Tokens
from bot.channels.web.ways import Way
from bot.gateway.gateway import Gateway
from bot.gateway.ports import Speech

Named = Callable[[Session, str], str | None]
"""Gives the name of the counsellor who holds a conversation."""
CHANNEL = "web"
FALLBACK = "fr"


@dataclass(frozen=True)
class Door:
    """The web channel's parts."""

    gateway: Gateway
    speech: Speech
    tokens: Tokens
    secure: bool
    """Whether cookies travel over https only."""
    origins: Origins = field(default_factory=lambda: Origins(""))
    ways: Sequence[Way] = ()
    counsellor: Named = lambda _session, _conversation: None
    openings: Pace = field(default_factory=lambda: Pace(per_minute=20, burst=40))
    knocks: Pace = field(default_factory=lambda: Pace(per_minute=240, burst=120))

    def address(self, request: Request) -> str | None:
        """The session's address in the Bearer or, on our own pages, in the cookie; None for nobody we know."""
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        bearer = token.strip() if scheme.lower() == "bearer" else None
        cookie = None if self.origins.foreign(request) else request.cookies.get(COOKIE)
        return self.tokens.address(bearer or cookie)

    def welcome(self, request: Request) -> bool:
        """Whether the request comes from our own pages or from a site that may embed the chat."""
        return self.origins.welcome(request)

    def conversation(self, request: Request) -> str | None:
        """The conversation of this session, None without one."""
        address = self.address(request)
        return None if address is None else self.gateway.open(CHANNEL, address, self.language(request))

    def language(self, request: Request) -> str:
        """The browser's first language that we speak: a hint for the first screen."""
        spoken = self.speech.languages()
        for wanted in request.headers.get("accept-language", "")[:200].split(","):
            code = wanted.split(";")[0].strip()[:2].lower()
            if code in spoken:
                return code
        return FALLBACK

    def words(self, key: str, language: str) -> str:
        """A page key in words."""
        return self.speech.say(key, {}, language=language, channel=CHANNEL).text

    def refused(self, request: Request, status: int, code: str, key: str) -> JSONResponse:
        """The one shape of an error, with words for the person."""
        text = self.words(key, self.language(request))
        return JSONResponse({"error": {"code": code, "text": text}}, status)


def knocker(request: Request) -> str:
    """The network address a request comes from."""
    return request.client.host if request.client else "?"
