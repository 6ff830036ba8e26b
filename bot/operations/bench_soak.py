"""`relais bench soak`: the same house for a long time; its memory and its answers must not grow."""

from __future__ import annotations

import asyncio
import itertools
import os
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from bot.benches import crowd
from bot.directory.cluster import MissingPostgres, cluster
from bot.gateway.bench import everything
from bot.operations.bench_load import after, conversations, house_memory
from bot.running.steps import StepFailed, step

PEOPLE = 8
PARTS = 10
WARM_UP = 20.0
MINUTES = 30.0
QUICK_MINUTES = 1.0


def run(*, quick: bool = False) -> dict[str, Any]:
    """The figures of the contract; `RELAIS_SOAK_MINUTES` sets another duration than half an hour.

    Raises `StepFailed` where PostgreSQL or Redis is not installed.
    """
    minutes = QUICK_MINUTES if quick else float(os.environ.get("RELAIS_SOAK_MINUTES", MINUTES))
    memory: list[int] = []
    try:
        with cluster() as url, everything(url, 1) as (settings, api, _):
            with step("Warming up"):
                asyncio.run(crowd.house(settings, api, PEOPLE, WARM_UP, conversations(), 1_000_000))
            memory.append(house_memory()[0])
            with step(f"{PEOPLE} at once for {minutes:g} minutes"), _sampled(memory, minutes * 60 / PARTS):
                seconds = minutes * 60
                tally = asyncio.run(crowd.house(settings, api, PEOPLE, seconds, conversations(), 2_000_000))
            memory.append(house_memory()[0])
            lost, doubled = after(url)
    except MissingPostgres as missing:
        raise StepFailed(str(missing)) from None
    parts = in_parts(tally.waits)
    return {
        "minutes": minutes,
        "turns": tally.turns,
        "rss_start_mb": memory[0],
        "rss_end_mb": memory[-1],
        "rss_mb": memory,
        "p95_first_ms": parts[0],
        "p95_last_ms": parts[-1],
        "p95_ms": parts,
        "lost": lost,
        "doubled": doubled,
        "silent": tally.silent,
    }


def in_parts(waits: Sequence[float]) -> list[float | None]:
    """Milliseconds within which 95 % of the turns were answered, in each tenth of the turns, in order."""
    edges = [len(waits) * number // PARTS for number in range(PARTS + 1)]
    return [crowd.Tally(waits=list(waits[start:end])).wait_p95() for start, end in itertools.pairwise(edges)]


@contextmanager
def _sampled(memory: list[int], every: float) -> Iterator[None]:
    """Note the memory of our parts every so many seconds."""
    done = threading.Event()

    def sample() -> None:
        while not done.wait(every):
            memory.append(house_memory()[0])

    sampling = threading.Thread(target=sample, daemon=True)
    sampling.start()
    try:
        yield
    finally:
        done.set()
        sampling.join()
