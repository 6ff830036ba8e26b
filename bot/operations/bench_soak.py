"""`relais bench soak`: the same house for a long time; its memory and its answers must not grow."""

from __future__ import annotations

import asyncio
import os
from typing import Any

from bot.benches import crowd
from bot.directory.cluster import MissingPostgres, cluster
from bot.gateway.bench import everything
from bot.operations.bench_load import add, after, conversations, house_memory
from bot.running.steps import StepFailed, step

PEOPLE = 8
SLICES = 10
WARM_UP = 20.0
MINUTES = 30.0
QUICK_MINUTES = 1.0


def run(*, quick: bool = False) -> dict[str, Any]:
    """The figures of the contract; `RELAIS_SOAK_MINUTES` sets another duration than half an hour.

    Raises `StepFailed` where PostgreSQL or Redis is not installed.
    """
    minutes = QUICK_MINUTES if quick else float(os.environ.get("RELAIS_SOAK_MINUTES", MINUTES))
    scripts, slices, memory = conversations(), [], []
    try:
        with cluster() as url, everything(url, 1) as (settings, api, _):
            with step("Warming up"):
                asyncio.run(crowd.house(settings.port, api, PEOPLE, WARM_UP, scripts, 1_000_000))
            memory.append(house_memory())
            for number in range(SLICES):
                with step(f"{PEOPLE} at once, part {number + 1} of {SLICES}"):
                    first = 2_000_000 + 1_000 * number
                    seconds = minutes * 60 / SLICES
                    slices.append(
                        asyncio.run(crowd.house(settings.port, api, PEOPLE, seconds, scripts, first))
                    )
                memory.append(house_memory())
            lost, doubled = after(url)
    except MissingPostgres as missing:
        raise StepFailed(str(missing)) from None
    total = crowd.Tally()
    for one in slices:
        add(total, one)
    return {
        "minutes": minutes,
        "turns": total.turns,
        "rss_start_mb": memory[0],
        "rss_end_mb": memory[-1],
        "rss_mb": memory,
        "p95_first_ms": slices[0].wait_p95(),
        "p95_last_ms": slices[-1].wait_p95(),
        "p95_ms": [one.wait_p95() for one in slices],
        "lost": lost,
        "doubled": doubled,
        "silent": total.silent,
    }
