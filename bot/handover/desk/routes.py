"""The desk under `/desk`: server-rendered, signed in, with a strict content policy."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime

from fastapi import APIRouter
from sqlalchemy.orm import Session, sessionmaker
from starlette.responses import FileResponse, Response

from bot.handover.desk import casework, entrance, live, observatory, team
from bot.handover.desk.accounts import first_invitation
from bot.handover.desk.pages import HERE, Pages, Problem, desk_words, route_class
from bot.handover.desk.visit import Desk, phrases
from bot.handover.platform import Places, Platform, load
from bot.handover.summary import wording
from bot.handover.thread import Thread
from bot.settings import Settings

__all__ = ["first_invitation", "router"]
STATIC = {"desk.css": "text/css", "desk.js": "text/javascript"}


def _now() -> datetime:
    return datetime.now(UTC)


def router(
    settings: Settings,
    sessions: sessionmaker[Session],
    *,
    thread: Thread,
    places: Places,
    platforms: Sequence[Platform] | None = None,
    clock: Callable[[], datetime] = _now,
    epci_name: Callable[[str], str] = str,
) -> APIRouter:
    """The desk's routes. `platforms` None reads `data/handover/platforms.yml`; `epci_name` names a SIREN."""
    pages = Pages(desk_words(settings.data), wording(settings.data).french)
    desk = Desk(
        sessions=sessions,
        thread=thread,
        platforms=load(settings.data / "handover" / "platforms.yml") if platforms is None else platforms,
        places=places,
        clock=clock,
        address=settings.address(),
        pages=pages,
        phrases=phrases(settings.data),
        epci_name=epci_name,
    )
    made = APIRouter(prefix="/desk", route_class=route_class(pages), include_in_schema=False)

    @made.get("/static/{name}")
    def static(name: str) -> Response:
        if name not in STATIC:
            raise Problem(404, "missing")
        return FileResponse(
            HERE / "static" / name, media_type=STATIC[name], headers={"Cache-Control": "max-age=3600"}
        )

    for part in (entrance, casework, team, live, observatory):
        part.add(made, desk)
    return made
