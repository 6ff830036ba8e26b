"""The application: chat page, channels, desk, APIs and the gateway's worker, in one ASGI application."""

from __future__ import annotations

import importlib
import importlib.util
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

from fastapi import APIRouter, FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, RedirectResponse, Response
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from bot import metrics
from bot.channels import reference
from bot.channels.outside import Outside
from bot.channels.settings import SmsSettings, TelegramSettings, WebSettings
from bot.channels.shield import BoundedBody, StrictHeaders
from bot.channels.web import page, routes, widget
from bot.channels.web.door import Door
from bot.channels.web.origins import Embedding, Origins
from bot.channels.web.tokens import Tokens
from bot.channels.web.ways import ways
from bot.gateway.bells import FORGET, KINDS, SAID, Bells
from bot.gateway.engine import EngineClient
from bot.gateway.players import Players
from bot.gateway.worker import Worker
from bot.handover.book import open_one
from bot.handover.tables import Counsellor
from bot.operations.secrets import refuse_weak
from bot.sealing import sealer_of
from bot.settings import Settings
from bot.telemetry import logs, traces
from bot.telemetry.identified import Identified
from bot.telemetry.settings import LogSettings, TracesSettings

if TYPE_CHECKING:
    from bot.assembly import House

# Rooms that bring pages or APIs: each module has `mount(app, house)`, or a `router` ready to include.
ROOMS = (
    "bot.directory.mount",
    "bot.tamis.routes",
    "bot.handover.desk.routes",
    "bot.observatory.routes",
    "bot.privacy.mount",
)
log = logging.getLogger(__name__)


def create_app(settings: Settings | None = None, house: House | None = None) -> FastAPI:
    """The application for these settings (those of the environment by default), or around a house that stands."""
    settings = settings or (house.settings if house else Settings())
    if house is None:
        logs.configure(LogSettings())
        refuse_weak(settings)
        traces.start("relais", TracesSettings().url)
        # Here, not above: an application around a house that stands needs none of what building one loads.
        from bot.assembly import assemble

        house = assemble(settings, listens=not settings.player_ports())
    # With players beside it the application only receives: a crowd's turns hold up nobody's message.
    players = house.settings.player_ports()
    worker = None if players else Worker(house.gateway)
    telegram, sms, web = TelegramSettings(), SmsSettings(), WebSettings()
    outside = Outside.configured(house.gateway, house.speech.alphabet)
    # What arrives concerns those who play it.
    bells = Bells(house.database, house.gateway.heard, KINDS if worker else (SAID, FORGET))

    @asynccontextmanager
    async def working(_app: FastAPI) -> AsyncIterator[None]:
        if worker is not None:
            worker.start()
        outside.start(deliver=worker is not None)
        bells.start()
        yield
        bells.stop()
        outside.stop()
        if worker is not None:
            worker.stop()
        traces.stop()

    app = FastAPI(
        title="Relais",
        lifespan=working,
        docs_url=None,
        redoc_url=None,
        openapi_url="/api/openapi.json",
    )
    app.state.house = house
    app.add_middleware(BoundedBody)
    app.add_middleware(StrictHeaders)
    app.add_middleware(Identified)
    app.add_exception_handler(RequestValidationError, _invalid)
    sealer = sealer_of(house.database.dialect)
    door = Door(
        house.gateway,
        house.speech,
        Tokens(sealer.signing_keys()),
        secure=house.settings.public_url.startswith("https://"),
        origins=Origins(web.origins),
        ways=ways(telegram.name if telegram.token else "", sms.sender if sms.provider else ""),
        counsellor=_counsellor,
    )
    app.add_middleware(Embedding, origins=sorted(door.origins.allowed))
    _chat(app, door)
    for router in outside.routers:
        app.include_router(router)
    _rooms(app, house)
    app.include_router(reference.router(app))
    _health(app, house, worker)
    app.include_router(metrics.router(house.sessions, house.gateway.clock, house.settings))
    return app


def _chat(app: FastAPI, door: Door) -> None:
    app.include_router(routes.router(door))
    app.include_router(page.router(door))
    app.include_router(widget.router(door))
    app.mount("/chat/static", page.statics(), name="chat-static")

    @app.get("/", include_in_schema=False)
    def front() -> Response:
        """People come to talk."""
        return RedirectResponse("/chat", 307)


def _counsellor(session: Session, conversation_id: str) -> str | None:
    """The name of the counsellor who holds a conversation: the channels know nothing of the desk."""
    held = open_one(session, conversation_id)
    who = session.get(Counsellor, held.claimed_by) if held is not None and held.claimed_by else None
    return who.name if who is not None else None


def _rooms(app: FastAPI, house: House) -> None:
    for name in ROOMS:
        if (
            importlib.util.find_spec(name.rpartition(".")[0]) is None
            or importlib.util.find_spec(name) is None
        ):
            log.info("room not built: %s", name)
            continue
        room = importlib.import_module(name)
        if hasattr(room, "mount"):
            room.mount(app, house)
        elif isinstance(getattr(room, "router", None), APIRouter):
            app.include_router(room.router)


def _health(app: FastAPI, house: House, worker: Worker | None) -> None:
    engine = EngineClient.of(house.settings)
    players = Players(house.settings.player_ports())

    @app.get("/health", tags=["Health"])
    def health(response: Response) -> dict[str, Any]:
        """Each part's state; 503 when this process is not well or nobody plays (the engine is another process)."""
        parts = {
            "database": _database(house),
            "worker": worker.alive() if worker is not None else players.well(),
            "engine": engine.healthy(),
        }
        well = parts["database"] and parts["worker"]
        response.status_code = 200 if well else 503
        return {"status": "ok" if all(parts.values()) else "degraded" if well else "down", "parts": parts}


def _database(house: House) -> bool:
    try:
        with house.sessions() as session:
            session.execute(text("select 1"))
    except SQLAlchemyError:
        return False
    return True


def _invalid(_request: Request, error: Exception) -> JSONResponse:
    """Where a request is wrong, never what it held: it may be somebody's message."""
    assert isinstance(error, RequestValidationError)
    wrong = [{"where": ".".join(map(str, one["loc"])), "code": one["type"]} for one in error.errors()]
    return JSONResponse({"error": {"code": "invalid", "fields": wrong}}, 422)
