"""The processes of Relais: how each is started and how it tells that it is well."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from urllib.parse import unquote, urlsplit

from bot.running import model
from bot.settings import ROOT, Settings

# How far who works steps back for who receives, when cores are short. Accepting, p95, 200 people at once, one run each
# on 26 November 2026: 1,109 ms without it, 392 at 5, 235 at 15 (by `nice` alone); `bot.running.shares` has the rest.
WORKING = 15


@dataclass(frozen=True)
class Part:
    """One process: its name in the log, its command, and the address that answers 200 when it is well."""

    name: str
    command: Sequence[str]
    health: str
    environment: Mapping[str, str] = field(default_factory=dict)
    cwd: Path = ROOT
    # Seconds it may take to answer for the first time.
    patience: float = 120.0
    # How far it steps back when cores are short.
    yields: int = 0


def numbered(name: str, number: int) -> str:
    """The first of several is called by the name alone."""
    return name if number == 1 else f"{name}-{number}"


def _ours(settings: Settings) -> dict[str, str]:
    """Environment of our own processes: the settings in force, so that a child reads what its parent read."""
    environment = {key: value for key, value in os.environ.items() if key != "PYTHONDONTWRITEBYTECODE"}
    environment["PYTHONPATH"] = str(ROOT)
    for name in type(settings).model_fields:
        value = getattr(settings, name)
        if value is None:
            continue
        environment[f"RELAIS_{name.upper()}"] = (
            value.get_secret_value() if hasattr(value, "get_secret_value") else str(value)
        )
    return environment


def engine(settings: Settings, trained: Path, *, stock: bool = False) -> Part:
    """The Rasa engine on loopback; `stock` leaves our speed patches out, for comparison."""
    command = [str(model.engine_python()), "-m", "engine.serve", "--model", str(trained)]
    command += ["--port", str(settings.engine_port)]
    if settings.redis_url:
        command += ["--endpoints", "endpoints.redis.yml"]
    return Part(
        name="engine",
        command=[*command, "--stock"] if stock else command,
        health=f"http://127.0.0.1:{settings.engine_port}/",
        yields=0 if stock else WORKING,
        environment={
            **model.engine_environment(),
            "RELAIS_ACTIONS_URL": f"http://127.0.0.1:{settings.actions_port}/webhook",
            "RELAIS_TRACKER_URL": settings.tracker(),
            **_locks(settings.redis_url),
        },
    )


def _locks(url: str) -> dict[str, str]:
    """Where `endpoints.redis.yml` finds Redis; nothing without a URL."""
    if not url:
        return {}
    parsed = urlsplit(url)
    return {
        "RELAIS_REDIS_HOST": parsed.hostname or "localhost",
        "RELAIS_REDIS_PORT": str(parsed.port or 6379),
        "RELAIS_REDIS_DB": parsed.path.strip("/") or "1",
        "RELAIS_REDIS_USER": unquote(parsed.username or "default"),
        "RELAIS_REDIS_PASSWORD": unquote(parsed.password or ""),
    }


def engines(settings: Settings, trained: Path) -> list[Part]:
    """Every engine process: the first is `engine`, the others are numbered. They share one store."""
    found = []
    for number, port in enumerate(settings.engine_ports(), 1):
        part = engine(settings.model_copy(update={"engine_port": port}), trained)
        found.append(replace(part, name=numbered("engine", number)))
    return found


def actions(settings: Settings) -> Part:
    """The action server on loopback."""
    return Part(
        name="actions",
        command=[sys.executable, "-m", "actions.serve", "--port", str(settings.actions_port)],
        health=f"http://127.0.0.1:{settings.actions_port}/health",
        yields=WORKING,
        environment=_ours(settings),
    )


def application(settings: Settings) -> Part:
    """The application: chat page, desk, APIs, gateway."""
    return Part(
        name="app",
        command=[
            sys.executable,
            "-m",
            "bot.serve",
            "--host",
            settings.host,
            "--port",
            str(settings.port),
        ],
        health=f"http://{_reached_at(settings.host)}:{settings.port}/health",
        environment=_ours(settled(settings)),
    )


def settled(settings: Settings) -> Settings:
    """On PostgreSQL one player unless another number is asked for."""
    if settings.players is not None or settings.url().startswith("sqlite"):
        return settings
    return settings.model_copy(update={"players": 1})


def players(settings: Settings) -> list[Part]:
    """Every process that plays turns, where they are not the application's own work."""
    settings, found = settled(settings), []
    for number, port in enumerate(settings.player_ports(), 1):
        found.append(
            Part(
                name=numbered("player", number),
                command=[sys.executable, "-m", "bot.playing", "--port", str(port)],
                health=f"http://127.0.0.1:{port}/health",
                yields=WORKING,
                environment=_ours(settings),
            )
        )
    return found


def _reached_at(host: str) -> str:
    """Where to reach an application that listens on this address; every address includes the loopback."""
    return "127.0.0.1" if host in ("0.0.0.0", "::") else host  # noqa: S104  compared with, not bound to


def all_parts(settings: Settings, trained: Path) -> list[Part]:
    """Every process, in the order they are waited for."""
    return [*engines(settings, trained), actions(settings), *players(settings), application(settings)]
