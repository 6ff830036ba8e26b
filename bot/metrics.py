"""`GET /metrics` for Prometheus: to this machine, or to who has the token; never to the public."""

from __future__ import annotations

import hmac
from collections.abc import Iterator
from datetime import UTC

from fastapi import APIRouter, Request, Response
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector
from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict
from sqlalchemy import func, select
from sqlalchemy.orm import Session, sessionmaker

from bot.directory.tables import Source
from bot.gateway.measures import Queues, registry
from bot.gateway.players import Players
from bot.gateway.ports import Clock
from bot.handover.life import State
from bot.handover.tables import Handover
from bot.running.house import restarts
from bot.settings import ROOT, Settings

WAITING = (State.REQUESTED, State.QUEUED, State.DEFERRED)
LOOPBACK = ("127.0.0.1", "::1")


class MetricsSettings(BaseSettings):
    """Who may read the metrics (`RELAIS_METRICS_…`)."""

    model_config = SettingsConfigDict(
        env_prefix="RELAIS_METRICS_", env_file=ROOT / ".env", extra="ignore", frozen=True
    )

    token: SecretStr | None = Field(
        default=None,
        description="Bearer that opens /metrics from anywhere; without it, this machine alone and only where no "
        "public address is set.",
    )


class Neighbours(Collector):
    """What waits in the other rooms: handovers nobody has taken, the age of the directory."""

    def __init__(self, sessions: sessionmaker[Session], clock: Clock) -> None:
        self._sessions = sessions
        self._clock = clock

    def collect(self) -> Iterator[Metric]:
        """Asked of the database when it is asked for."""
        now = self._clock()
        states = [state.value for state in WAITING]
        with self._sessions() as session:
            count, since = session.execute(
                select(func.count(), func.min(Handover.waiting_since)).where(Handover.state.in_(states))
            ).one()
            loaded = session.scalar(select(func.max(Source.loaded_at)))
        waits = (now - since).total_seconds() if since is not None else 0.0
        yield GaugeMetricFamily("relais_handovers_waiting", "Handovers that nobody has taken.", value=count)
        yield GaugeMetricFamily(
            "relais_handover_oldest_seconds", "How long the oldest of them waits.", value=waits
        )
        if loaded is not None:
            # SQLite forgets the zone; what was written is UTC.
            age = now - (loaded if loaded.tzinfo else loaded.replace(tzinfo=UTC))
            yield GaugeMetricFamily(
                "relais_directory_age_seconds",
                "Time since the directory was last loaded.",
                value=age.total_seconds(),
            )


class Restarts(Collector):
    """How often the supervisor had to start a part again; none where something else keeps the parts up."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings

    def collect(self) -> Iterator[Metric]:
        """Read from what the supervisor writes down."""
        counts = restarts(self._settings)
        if counts:
            told = CounterMetricFamily(
                "relais_part_restarts", "Times a part was started again since `relais up`.", labels=["part"]
            )
            for name, count in sorted(counts.items()):
                told.add_metric([name], count)
            yield told


def router(sessions: sessionmaker[Session], clock: Clock, settings: Settings) -> APIRouter:
    """The route, over this house's database."""
    made = APIRouter(include_in_schema=False)
    here = (Queues(sessions, clock), Neighbours(sessions, clock), Restarts(settings))
    ports = settings.player_ports()
    # Where players play, the turns are theirs to tell.
    found = registry(*here, Players(ports), turns=False) if ports else registry(*here)
    token = MetricsSettings().token

    def allowed(request: Request) -> bool:
        if token is not None:
            given = request.headers.get("authorization", "")
            return hmac.compare_digest(given.encode(), f"Bearer {token.get_secret_value()}".encode())
        # Behind a reverse proxy everybody seems to come from this machine.
        near = request.client is not None and request.client.host in LOOPBACK
        return near and not settings.public_url and "x-forwarded-for" not in request.headers

    @made.get("/metrics")
    def metrics(request: Request) -> Response:
        """Prometheus' text format."""
        if not allowed(request):
            return Response(status_code=404)
        return Response(generate_latest(found), media_type=CONTENT_TYPE_LATEST)

    return made
