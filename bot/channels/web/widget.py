"""The embeddable widget: its parts joined into one script, its words by language, codes to go on elsewhere."""

import functools
import gzip
import hashlib
import json
from pathlib import Path
from typing import Any

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, Field

from bot.channels.web.door import Door, knocker
from bot.settings import ROOT

SOURCES = ROOT / "widget"
PARTS = ("text.js", "line.js", "transcript.js", "saving.js", "panel.js", "element.js")
WORDS = (
    *("heading", "tagline", "notice", "language", "log", "message", "send", "me", "bot", "counsellor"),
    *("choices", "waiting", "offline", "online", "slow", "too_big", "not_sent", "print", "erase"),
)
OWN_WORDS = ("open", "close", "save", "more", "telegram", "sms", "code", "new", "queue", "held", "stopped")
# A site may keep the script for a while; its tag tells whether it changed.
KEPT = "public, max-age=600"


class Passage(BaseModel):
    """A code to go on from another channel, and the ways there."""

    code: str = Field(description="Good once, for a day.")
    ways: list[dict[str, str]] = Field(description="`channel`, `address` and the `link` to follow.")


@functools.cache
def script(sources: Path = SOURCES) -> bytes:
    """The whole script: style first, then the parts, in one scope of their own."""
    style = json.dumps((sources / "style.css").read_text(encoding="utf-8"))
    code = "\n".join((sources / part).read_text(encoding="utf-8") for part in PARTS)
    return f'(() => {{\n"use strict";\nconst STYLE = {style};\n{code}}})();\n'.encode()


def router(door: Door) -> APIRouter:
    """`GET /widget.js`, and under the web channel's API its words and codes."""
    made = APIRouter(tags=["Web channel"])
    plain = script()
    packed = gzip.compress(plain, 9, mtime=0)
    tag = f'"{hashlib.sha256(plain).hexdigest()[:20]}"'

    @made.get("/widget.js", response_class=Response)
    def widget(request: Request) -> Response:
        """The widget, for any page: `<script src="…/widget.js" defer></script>`."""
        headers = {
            "ETag": tag,
            "Cache-Control": KEPT,
            "Vary": "Accept-Encoding",
            # Any page may load it (and check its integrity); what it may call is another matter.
            "Access-Control-Allow-Origin": "*",
            "Cross-Origin-Resource-Policy": "cross-origin",
        }
        if request.headers.get("if-none-match") == tag:
            return Response(status_code=304, headers=headers)
        body = plain
        if "gzip" in request.headers.get("accept-encoding", ""):
            headers["Content-Encoding"] = "gzip"
            body = packed
        return Response(body, media_type="text/javascript; charset=utf-8", headers=headers)

    @made.get("/widget.css", include_in_schema=False)
    def style() -> Response:
        """The widget's style, for browsers whose scripts cannot carry one."""
        return Response(
            (SOURCES / "style.css").read_bytes(),
            media_type="text/css; charset=utf-8",
            headers={"Cache-Control": KEPT, "Cross-Origin-Resource-Policy": "cross-origin"},
        )

    @made.get("/api/channels/web/words")
    def words(request: Request, response: Response, language: str = "") -> Any:
        """The widget's words in a language; in the browser's own where that one is not spoken."""
        spoken = door.speech.languages()
        code = language[:2].lower()
        if code not in spoken:
            code = door.language(request)
        response.headers["Cache-Control"] = KEPT
        response.headers["Vary"] = "Accept-Language, Origin"
        found = {name: door.words(f"page.{name}", code) for name in WORDS}
        return {
            "language": code,
            "direction": door.speech.direction(code),
            "languages": [[one, door.words(f"language.name.{one}", one)] for one in spoken],
            "ways": [way.channel for way in door.ways],
            "words": found | {name: door.words(f"widget.{name}", code) for name in OWN_WORDS},
        }

    @made.post("/api/channels/web/code", status_code=201, response_model=Passage)
    def code(request: Request) -> Any:
        """A code for the person of this session to go on from another channel."""
        conversation = door.conversation(request) if door.welcome(request) else None
        if conversation is None:
            return door.refused(request, 401, "no-session", "page.expired")
        if not door.knocks.allows(knocker(request)):
            return door.refused(request, 429, "too-many", "page.slow")
        made_code = door.gateway.code(conversation)
        return Passage(
            code=made_code,
            ways=[
                {"channel": way.channel, "address": way.address, "link": way.link(made_code)}
                for way in door.ways
            ],
        )

    return made
