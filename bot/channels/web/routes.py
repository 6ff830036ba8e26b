"""The web channel's API: a session when the person opens the chat, messages up, events down."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Header, Request, Response
from fastapi.responses import StreamingResponse
from pydantic import BaseModel, ConfigDict, Field

from bot.channels.web.door import CHANNEL, Door, knocker
from bot.channels.web.ears import Ears
from bot.channels.web.feed import feed
from bot.channels.web.tokens import COOKIE, LASTS
from bot.channels.web.transcript import delivered, holder, transcript
from bot.gateway.message import CODE_LENGTH, Incoming


class Opening(BaseModel):
    """What a chat may say when it opens: the language of the page around it, or the one the person chose."""

    model_config = ConfigDict(extra="forbid")
    language: str | None = Field(
        default=None, max_length=8, description="Code of the page's language: a hint."
    )
    chosen: bool = Field(default=False, description="Whether the person chose it.")


class Opened(BaseModel):
    """A session."""

    token: str = Field(description="To be sent as `Authorization: Bearer`, where the cookie cannot travel.")
    language: str


class Said(BaseModel):
    """One message: words or a choice."""

    model_config = ConfigDict(extra="forbid")
    id: UUID = Field(description="Made by the sender; the same message again is known by it.")
    text: str | None = Field(default=None, max_length=60_000)
    choice: str | int | None = Field(default=None, description="Id of a choice, or its number from 1.")
    code: str | None = Field(
        default=None, max_length=CODE_LENGTH, description="Code of the prescriber whose link led here."
    )


class Chosen(BaseModel):
    """A language chosen for good."""

    model_config = ConfigDict(extra="forbid")
    language: str = Field(max_length=8)


def router(door: Door) -> APIRouter:
    """The routes under `/api/channels/web`."""
    made = APIRouter(prefix="/api/channels/web", tags=["Web channel"])
    gateway, ears = door.gateway, Ears(door.gateway)

    @made.post("/sessions", status_code=201, response_model=Opened)
    def open_session(request: Request, response: Response, opening: Opening | None = None) -> Any:
        """Open a session, when the person opens the chat and not before."""
        if not door.welcome(request):
            return door.refused(request, 403, "foreign", "page.not_sent")
        if not door.openings.allows(knocker(request)):
            return door.refused(request, 429, "too-many", "page.slow")
        address, token = door.tokens.new()
        hint = (opening.language if opening else None) or door.language(request)
        conversation = gateway.open(CHANNEL, address, hint)
        if opening and opening.chosen and hint in door.speech.languages():
            gateway.set_language(conversation, hint)
        if not door.origins.foreign(request):
            keep(response, token, door.secure)
        return Opened(token=token, language=hint)

    @made.post("/messages", status_code=202)
    def send(request: Request, said: Said) -> Any:
        """Send words or a choice; answered once it is stored. The answer comes by the events."""
        address = door.address(request)
        if address is None or not door.welcome(request):
            return door.refused(request, 401, "no-session", "page.expired")
        if not door.knocks.allows(knocker(request)):
            return door.refused(request, 429, "too-many", "page.slow")
        if (said.text is None) == (said.choice is None):
            return door.refused(request, 422, "one-of-text-choice", "page.not_sent")
        arrival = gateway.accept(
            Incoming(
                CHANNEL,
                address,
                str(said.id),
                "text" if said.choice is None else "choice",
                said.text or "",
                said.choice,
                given={"code": said.code} if said.code else {},
                language_hint=door.language(request),
            )
        )
        if arrival.limited:
            return door.refused(request, 429, "too-many", "page.slow")
        return {"new": arrival.new}

    @made.post("/language", status_code=204, response_model=None)
    def choose_language(request: Request, chosen: Chosen) -> Response:
        """The person chooses a language; it wins for good."""
        conversation = door.conversation(request)
        if conversation is None or not door.welcome(request):
            return door.refused(request, 401, "no-session", "page.expired")
        if chosen.language not in door.speech.languages():
            return door.refused(request, 422, "language", "page.not_sent")
        gateway.set_language(conversation, chosen.language)
        return Response(status_code=204)

    @made.get("/history")
    def history(request: Request, after: int = 0) -> Any:
        """Both sides of the conversation above a number, in order, and who holds it."""
        conversation = door.conversation(request)
        if conversation is None:
            return door.refused(request, 401, "no-session", "page.expired")
        with gateway.sessions.begin() as session:
            messages = transcript(session, conversation, after)
            if messages:
                delivered(session, conversation, messages[-1]["seq"])
            return {"messages": messages, "state": holder(session, conversation, door.counsellor)}

    @made.get("/events", response_class=StreamingResponse)
    def events(
        request: Request, after: int = 0, last_event_id: Annotated[str | None, Header()] = None
    ) -> Response:
        """Server-Sent Events: `message` and `state`; resumes after `Last-Event-ID` or `after`."""
        conversation = door.conversation(request)
        if conversation is None:
            return door.refused(request, 401, "no-session", "page.expired")
        if ears.crowded(conversation):
            return door.refused(request, 429, "too-many", "page.slow")
        resumed = int(last_event_id) if last_event_id and last_event_id.isdecimal() else after
        return StreamingResponse(
            feed(gateway, ears, conversation, resumed, door.counsellor),
            media_type="text/event-stream",
            headers={"Cache-Control": "no-store", "X-Accel-Buffering": "no"},
        )

    return made


def keep(response: Response, token: str, secure: bool) -> None:
    """Put the session's token in its cookie: not readable by scripts, never sent from another site."""
    response.set_cookie(
        COOKIE, token, max_age=LASTS, httponly=True, samesite="strict", secure=secure, path="/"
    )
