"""`relais bench load`: more and more people at once, our whole house beside the stock engine, in one run.

Ours is measured from the webhook to the phone (gateway, database, engine, actions, speech, delivery); the stock
engine at its own door, without any of that. Both have PostgreSQL; one engine process each; slices alternate.
"""

from __future__ import annotations

import asyncio
import time
from typing import Any

import psutil
from sqlalchemy import create_engine, text

from bot.benches import crowd
from bot.directory.cluster import MissingPostgres, cluster
from bot.gateway.bench import everything, metadata
from bot.running.steps import StepFailed, step
from bot.settings import Settings
from bot.yaml_text import yaml_loads

PEOPLE = (1, 8, 10, 50, 200)
QUICK = (1, 8)
# People who read and type: so many of them, each with so many seconds between an answer and the next message, half as
# long again or half as short. Real ones take longer (an assumption; nobody has measured them yet).
PAUSING, PAUSE = (8, 50), 3.0
WARM_UP = 6.0
# An inbox row answered at two moments was answered twice; one the engine was asked again for had a note besides.
TWICE = text(
    "SELECT count(*) FROM (SELECT o.turn FROM outbox o JOIN inbox i ON i.id = o.turn WHERE i.attempts = 0 "
    "GROUP BY o.turn HAVING count(DISTINCT o.created_at) > 1) AS twice"
)
LEFT = text(
    "SELECT count(*) FROM inbox WHERE status IN ('pending', 'dead') AND coalesce(reason, '') <> 'limited'"
)


def run(*, quick: bool = False) -> dict[str, Any]:
    """The figures of the contract. Raises `StepFailed` where PostgreSQL or Redis is not installed."""
    slices, seconds = (1, 8.0) if quick else (3, 20.0)
    scripts = conversations()
    levels: list[dict[str, Any]] = []
    paused: list[dict[str, Any]] = []
    try:
        with cluster() as url, everything(url, 1) as (settings, api, stock_port):
            with step("Warming both up"):
                asyncio.run(crowd.house(settings, api, 8, WARM_UP, scripts, 1_000_000))
                asyncio.run(crowd.engine(stock_port, 8, WARM_UP, scripts, metadata))
            first = 2_000_000
            for people, pause in rounds(quick):
                ours, stock = crowd.Tally(), crowd.Tally()
                told = f"{people} at once" + (f", {pause:g} s between two messages" if pause else "")
                for number in range(slices):
                    first += 1_000
                    with step(f"{told}, ours, slice {number + 1} of {slices}"):
                        mine = crowd.house(settings, api, people, seconds, scripts, first, pause)
                        add(ours, asyncio.run(mine))
                    with step(f"{told}, stock, slice {number + 1} of {slices}"):
                        theirs = crowd.engine(stock_port, people, seconds, scripts, metadata, pause)
                        add(stock, asyncio.run(theirs))
                (paused if pause else levels).append(level(people, ours, stock))
            memory, shared = house_memory()
            lost, doubled = after(url)
    except MissingPostgres as missing:
        raise StepFailed(str(missing)) from None
    ratios = [one["turns_per_s"] / one["stock_turns_per_s"] for one in levels if one["stock_turns_per_s"]]
    return {
        "levels": levels,
        "paused": paused,
        "pause_s": PAUSE,
        "ratio": round(ratios[-1], 2) if ratios else None,
        "rss_mb": memory,
        "pss_mb": shared,
        "lost": lost,
        "doubled": doubled,
    }


def rounds(quick: bool) -> list[tuple[int, float]]:
    """How many people, and how long each pauses (seconds), one round after the other."""
    return [(people, 0.0) for people in (QUICK if quick else PEOPLE)] + [
        (people, PAUSE) for people in (PAUSING[:1] if quick else PAUSING)
    ]


def conversations() -> list[list[str]]:
    """What people type, in order: the conversations of `relais bench turns`."""
    path = Settings().data / "diagnostic" / "bench_turns.yml"
    found: list[list[str]] = yaml_loads(path.read_text(encoding="utf-8"))["conversations"]
    return found


def level(people: int, ours: crowd.Tally, stock: crowd.Tally) -> dict[str, Any]:
    """One level's figures; `silent` are turns without an answer within a minute."""
    return {
        "senders": people,
        "turns_per_s": ours.rate(),
        "stock_turns_per_s": stock.rate(),
        "p95_ms": ours.wait_p95(),
        "stock_p95_ms": stock.wait_p95(),
        "silent": ours.silent,
        "stock_silent": stock.silent,
    }


def add(total: crowd.Tally, more: crowd.Tally) -> None:
    """Add one slice to what was measured."""
    total.turns += more.turns
    total.seconds += more.seconds
    total.silent += more.silent
    total.waits += more.waits


def house_memory() -> tuple[int, int]:
    """Megabytes of our parts, resident and in proportional shares (what several of them hold in common counts once);
    the stock engine and the database are not counted."""
    resident = shared = 0
    for process in psutil.Process().children(recursive=True):
        try:
            line = process.cmdline()
            ours = any(name in line for name in ("engine.serve", "actions.serve", "bot.serve", "bot.playing"))
            if ours and "--stock" not in line:
                memory = process.memory_full_info()
                resident += memory.rss
                shared += getattr(memory, "pss", memory.rss)  # Linux alone tells shares
        except psutil.Error:
            continue
    return round(resident / 1e6), round(shared / 1e6)


def after(url: str, patience: float = 60.0) -> tuple[int, int]:
    """Messages never answered, and messages answered twice, once everything has come to rest."""
    engine = create_engine(url)
    limit = time.monotonic() + patience
    with engine.connect() as connection:
        while (left := int(connection.scalar(LEFT) or 0)) and time.monotonic() < limit:
            connection.rollback()
            time.sleep(0.5)
        doubled = int(connection.scalar(TWICE) or 0)
    engine.dispose()
    return left, doubled
