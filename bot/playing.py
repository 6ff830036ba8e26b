"""`python -m bot.playing`: a process that plays turns and delivers, beside the application that receives.

It answers on the loopback alone: `/health` and `/metrics`.
"""

from __future__ import annotations

import argparse
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import uvicorn
from fastapi import FastAPI, Response
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from bot.assembly import assemble
from bot.channels.outside import Outside
from bot.gateway.bells import Bells
from bot.gateway.measures import registry
from bot.gateway.worker import Worker
from bot.loaded import settle
from bot.operations.secrets import refuse_weak
from bot.settings import Settings
from bot.telemetry import logs, traces
from bot.telemetry.settings import LogSettings, TracesSettings


def create_app(settings: Settings | None = None) -> FastAPI:
    """The process's own small application, working as long as it serves."""
    settings = settings or Settings()
    logs.configure(LogSettings())
    refuse_weak(settings)
    traces.start("relais-player", TracesSettings().url)
    house = assemble(settings)
    worker = Worker(house.gateway)
    outside = Outside.configured(house.gateway, house.speech.alphabet)
    bells = Bells(house.database, house.gateway.heard)
    measured = registry()

    @asynccontextmanager
    async def working(_app: FastAPI) -> AsyncIterator[None]:
        worker.start()
        outside.start(receive=False)
        bells.start()
        yield
        bells.stop()
        outside.stop()
        worker.stop()
        traces.stop()

    app = FastAPI(title="Relais, a player", lifespan=working, docs_url=None, redoc_url=None, openapi_url=None)

    @app.get("/health")
    def health(response: Response) -> dict[str, bool]:
        """Whether its dispatcher works."""
        alive = worker.alive()
        response.status_code = 200 if alive else 503
        return {"worker": alive}

    @app.get("/metrics")
    def metrics() -> Response:
        """The turns of this process."""
        return Response(generate_latest(measured), media_type=CONTENT_TYPE_LATEST)

    return app


def main() -> None:
    """Work until told to stop."""
    settings = Settings()
    asked = argparse.ArgumentParser(prog="python -m bot.playing")
    asked.add_argument("--port", type=int, default=settings.player_port)
    given = asked.parse_args()
    app = create_app()
    settle()
    uvicorn.run(
        app,
        host="127.0.0.1",
        port=given.port,
        access_log=False,
        log_level="warning",
        server_header=False,
    )


if __name__ == "__main__":
    main()
