"""The chat page at `/chat`: a plain form that works without scripts, made livelier where they run."""

import threading
import time
import uuid
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import APIRouter, Form, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape
from starlette.staticfiles import StaticFiles

from bot.channels.web.door import CHANNEL, Door, knocker
from bot.channels.web.routes import keep
from bot.channels.web.tokens import COOKIE
from bot.channels.web.transcript import delivered, holder, transcript
from bot.channels.web.ways import SMS
from bot.gateway.message import CODE_LENGTH, Incoming

Shown = dict[str, str]
HERE = Path(__file__).parent
WORDS = (
    "title",
    "heading",
    "tagline",
    "notice",
    "language",
    "language.set",
    "log",
    "message",
    "send",
    "me",
    "bot",
    "counsellor",
    "choices",
    "waiting",
    "offline",
    "online",
    "refresh",
    "slow",
    "too_big",
    "not_sent",
    "expired",
    "print",
    "erase",
    "skip",
)
OWN_WORDS = ("queue", "held", "stopped", "telegram", "sms", "code")
# Without scripts the answer is on the page that comes back, if it comes this soon.
ANSWER_WITHIN = 6.0


def statics() -> StaticFiles:
    """The page's script and style."""
    return StaticFiles(directory=HERE / "static")


def router(door: Door) -> APIRouter:
    """`GET` and `POST /chat`."""
    made = APIRouter(include_in_schema=False)
    pages = Environment(
        loader=FileSystemLoader(HERE / "templates"),
        autoescape=select_autoescape(),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )

    def page(
        request: Request, status: int = 200, problem: str | None = None, passage: Shown | None = None
    ) -> HTMLResponse:
        content = _content(door, request, problem) | {"passage": passage}
        return HTMLResponse(pages.get_template("chat.html").render(content), status)

    @made.get("/chat")
    def show(request: Request) -> HTMLResponse:
        """The page, with the conversation so far if there is a session; `?code=` is that of a prescriber's link."""
        return page(request)

    @made.post("/chat")
    def post(
        request: Request,
        text: Annotated[str, Form()] = "",
        choice: Annotated[str, Form()] = "",
        language: Annotated[str, Form()] = "",
        way: Annotated[str, Form()] = "",
        id: Annotated[str, Form()] = "",
        code: Annotated[str, Form()] = "",
    ) -> Response:
        """A message, a choice, a language or a way to go on elsewhere, without scripts; then back to the page."""
        if door.origins.foreign(request):
            return page(request, 403, "page.not_sent")
        if not door.knocks.allows(knocker(request)):
            return page(request, 429, "page.slow")
        answer = RedirectResponse("/chat#last", 303)
        address = door.address(request)
        if address is None:
            if not door.openings.allows(knocker(request)):
                return page(request, 429, "page.slow")
            address, token = door.tokens.new()
            keep(answer, token, door.secure)
        conversation = door.gateway.open(CHANNEL, address, door.language(request))
        if language:
            if language in door.speech.languages():
                door.gateway.set_language(conversation, language)
            if code:
                answer.headers["location"] = f"/chat?{urlencode({'code': code[:CODE_LENGTH]})}#last"
            return answer
        if way:
            return page(request, passage=_passage(door, request, way))
        arrival = door.gateway.accept(
            Incoming(
                CHANNEL,
                address,
                id[:64] or uuid.uuid4().hex,
                "choice" if choice else "text",
                "" if choice else text,
                choice or None,
                given={"code": code[:CODE_LENGTH]} if code else {},
            )
        )
        if arrival.limited:
            return page(request, 429, "page.slow")
        _wait(door, conversation)
        return answer

    return made


def _passage(door: Door, request: Request, wanted: str) -> Shown | None:
    """A code to go on elsewhere; None for a way that is not open, or for nobody we know yet."""
    way = next((one for one in door.ways if one.channel == wanted), None)
    conversation = door.conversation(request) if way else None
    if way is None or conversation is None:
        return None
    code = door.gateway.code(conversation)
    return {"code": code, "link": way.link(code), "number": way.address if way.channel == SMS else ""}


def _wait(door: Door, conversation: str) -> None:
    """Until the conversation has answered everything, for a while."""
    bell = threading.Event()
    stop = door.gateway.listen(lambda changed: bell.set() if changed == conversation else None)
    until = time.monotonic() + ANSWER_WITHIN
    try:
        while door.gateway.pending(conversation) and time.monotonic() < until:
            bell.wait(0.25)
            bell.clear()
    finally:
        stop()


def _content(door: Door, request: Request, problem: str | None) -> dict[str, Any]:
    messages: list[dict[str, Any]] = []
    state: dict[str, Any] = {
        "owner": "bot",
        "stopped": False,
        "language": door.language(request),
        "name": None,
    }
    conversation = door.conversation(request) if request.cookies.get(COOKIE) else None
    if conversation is not None:
        with door.gateway.sessions.begin() as session:
            messages = transcript(session, conversation)
            state = holder(session, conversation, door.counsellor)
            if messages:
                delivered(session, conversation, messages[-1]["seq"])
    language = state["language"]
    own = {name: door.words(f"widget.{name}", language) for name in OWN_WORDS}
    holding = "stopped" if state["stopped"] else {"queue": "queue", "counsellor": "held"}.get(state["owner"])
    return {
        "own": own,
        "holding": own[holding] if holding else "",
        "ways": [way.channel for way in door.ways] if conversation is not None else [],
        "words": {name.replace(".", "_"): door.words(f"page.{name}", language) for name in WORDS},
        "language": language,
        "direction": door.speech.direction(language),
        "languages": [(code, door.words(f"language.name.{code}", code)) for code in door.speech.languages()],
        "messages": messages,
        "state": state,
        "last": messages[-1]["seq"] if messages else 0,
        "fresh": uuid.uuid4().hex,
        "code": request.query_params.get("code", "")[:CODE_LENGTH],
        "session": conversation is not None,
        "problem": door.words(problem, language) if problem else None,
    }
