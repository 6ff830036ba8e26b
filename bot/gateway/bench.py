"""`relais bench channels`: kill -9 under load, then two hundred people at once beside the stock engine."""

from __future__ import annotations

import asyncio
import shutil
import subprocess
import sys
import tempfile
import time
import uuid
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import yaml

from bot.benches import crowd, killing
from bot.benches.mortal import SECRET
from bot.directory.cluster import MissingPostgres, cluster
from bot.replay.stage import free_port
from bot.running import model
from bot.running.parts import Part, actions, application, engine, engines, players
from bot.running.prepare import prepare
from bot.running.steps import StepFailed, step
from bot.running.supervisor import Supervisor
from bot.settings import ROOT, Settings
from bot.yaml_text import yaml_loads

PEOPLE = 200
ENGINES = 2
# Seconds in which nothing is measured: models are read from disk on first use.
WARM_UP = 10.0
UNAVOIDABLE = (
    "repeated: messages a phone got twice because the sending process was killed after the Bot API had taken them and "
    "before that was noted; Telegram, Kannel, OVHcloud and Twilio know no key to tell a repeat by. None on the web"
)


def run(*, quick: bool = False) -> dict[str, Any]:
    """The figures of the contract, with what is unavoidable beside them. Raises `StepFailed` without a server."""
    try:
        with cluster() as url:
            figures = _killed(url, quick) | _crowded(url, quick)
    except MissingPostgres as missing:
        raise StepFailed(str(missing)) from None
    return figures


def _killed(url: str, quick: bool) -> dict[str, Any]:
    """Half of the kills on SQLite with one process, half on PostgreSQL with two."""
    kills = 15 if quick else 500
    total = killing.Figures()
    with tempfile.TemporaryDirectory(prefix="relais-bench-") as folder:
        for name, database, processes in (
            ("SQLite", f"sqlite:///{folder}/relais.db", 1),
            ("PostgreSQL", url, 2),
        ):
            settings = Settings(var=Path(folder), database_url=database)
            with step(f"{kills} kills on {name}"):
                figures = killing.run(settings, kills, processes=processes)
            total = killing.Figures(
                *(getattr(total, one) + getattr(figures, one) for one in vars(killing.Figures()))
            )
    return {
        "kills": total.kills,
        "messages": total.sent,
        "lost": total.lost,
        "doubled": total.doubled,
        "disordered": total.disordered,
        "repeated": total.repeated,
        "unavoidable": UNAVOIDABLE,
    }


def _crowded(url: str, quick: bool) -> dict[str, Any]:
    slices, seconds = (1, 12.0) if quick else (3, 25.0)
    script = yaml_loads((Settings().data / "diagnostic" / "bench_turns.yml").read_text(encoding="utf-8"))
    scripts = script["conversations"]
    ours, stock = crowd.Tally(), crowd.Tally()
    with everything(url) as (settings, api, stock_port):
        with step("Warming both up"):
            asyncio.run(crowd.house(settings, api, PEOPLE // 4, WARM_UP, scripts, 1_000_000))
            asyncio.run(crowd.engine(stock_port, ENGINES, WARM_UP, scripts, metadata))
        for number in range(slices):
            first = 100_000 * (number + 1)
            with step(f"{PEOPLE} people, ours, slice {number + 1} of {slices}"):
                _add(ours, asyncio.run(crowd.house(settings, api, PEOPLE, seconds, scripts, first)))
            with step(f"{PEOPLE} people, stock, slice {number + 1} of {slices}"):
                _add(stock, asyncio.run(crowd.engine(stock_port, PEOPLE, seconds, scripts, metadata)))
            time.sleep(1.0)
    return {
        "senders": PEOPLE,
        "engines": ENGINES,
        "turns_per_s": ours.rate(),
        "stock_turns_per_s": stock.rate(),
        "ratio": round(ours.rate() / stock.rate(), 2) if stock.rate() else None,
        "accept_p95_ms": ours.accept_p95(),
        "silent": ours.silent,
        "stock_silent": stock.silent,
    }


def _add(total: crowd.Tally, more: crowd.Tally) -> None:
    total.turns += more.turns
    total.seconds += more.seconds
    total.silent += more.silent
    total.accepts += more.accepts


@contextmanager
def everything(url: str, engine_processes: int = ENGINES) -> Iterator[tuple[Settings, int, int]]:
    """Our house with its engines, and the stock engine with PostgreSQL and Redis; all share the action server.

    Gives our settings, the port our Bot API must listen on, and the stock engine's port.
    """
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="relais-bench-")))
        api = free_port()
        first = next(port for port in iter(free_port, None) if port < 65_000)
        settings = Settings(
            var=folder,
            database_url=url,
            tracker_url=url.replace("+psycopg", ""),
            port=free_port(),
            engine_port=first,
            engines=engine_processes,
            actions_port=free_port(),
            player_port=free_port(),
        )
        prepare(settings)
        stock = settings.model_copy(update={"engine_port": free_port()})
        endpoints = _redis(stack, folder)
        plain = engine(stock, model.path(), stock=True)
        app = application(settings)
        telegram = {
            "RELAIS_TELEGRAM_TOKEN": "1:bench",
            "RELAIS_TELEGRAM_SECRET": SECRET,
            "RELAIS_TELEGRAM_API": f"http://127.0.0.1:{api}",
        }
        parts: list[Part] = [
            *engines(settings, model.path()),
            replace(plain, name="engine-stock", command=[*plain.command, "--endpoints", str(endpoints)]),
            actions(settings),
            *(replace(one, environment={**one.environment, **telegram}) for one in players(settings)),
            replace(app, environment={**app.environment, **telegram}),
        ]
        supervisor = Supervisor(parts, _said)
        stack.callback(supervisor.stop)
        with step("Starting our house and the stock engine"):
            supervisor.start()
        yield settings, api, stock.engine_port


def _redis(stack: ExitStack, folder: Path) -> Path:
    """A Redis of its own as the stock engine's lock store; the endpoints file that names it."""
    program = shutil.which("redis-server")
    if program is None:
        raise StepFailed("Redis is not installed.\n→ apt-get install redis-server")
    port = free_port()
    server = subprocess.Popen(
        [program, "--port", str(port), "--bind", "127.0.0.1", "--save", "", "--dir", str(folder)],
        stdout=subprocess.DEVNULL,
    )
    stack.callback(server.wait)
    stack.callback(server.terminate)
    endpoints = yaml_loads((ROOT / "endpoints.yml").read_text(encoding="utf-8"))
    endpoints["lock_store"] = {"type": "redis", "url": "127.0.0.1", "port": port, "db": 0}
    found = folder / "endpoints.yml"
    found.write_text(yaml.safe_dump(endpoints), encoding="utf-8")
    return found


def metadata(state: Mapping[str, Any]) -> dict[str, Any]:
    """What the gateway would send with this state."""
    return {
        "turn": uuid.uuid4().hex,
        "now": datetime(2026, 11, 23, 9, 0, tzinfo=UTC).isoformat(),
        "language": "fr",
        "channel": "telegram",
        "state": dict(state),
    }


def _said(part: str, line: str) -> None:
    print(f"{part:>12} │ {line}", file=sys.stderr)
