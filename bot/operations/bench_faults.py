"""`relais bench faults`: a thousand faults of engine, provider, database and gateway under load, one by one."""

from __future__ import annotations

import statistics
import tempfile
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from typing import Any

from bot.benches import faulting
from bot.directory.cluster import MissingPostgres, cluster
from bot.running.steps import StepFailed, step
from bot.settings import Settings

# Each kind once is the least that says something.
QUICK = 21
# Houses that suffer at the same time.
# One a core: a third kept the others waiting, and its figures were theirs too.
HOUSES = 2


def run(*, quick: bool = False) -> dict[str, Any]:
    """How many faults of which kind, what was lost or doubled, and how long it took to catch up after each.

    `recovery_…_s` are seconds from a fault's end until everything written before it was answered. Raises
    `StepFailed` where PostgreSQL is not installed.
    """
    faults = QUICK if quick else 1000
    houses = 1 if quick else HOUSES
    shares = [faults // houses + (house < faults % houses) for house in range(houses)]
    outcome = faulting.Outcome()
    # A house each, with a PostgreSQL, a gateway and people of its own: most of a fault is waiting.
    with step(f"{faults} faults"), ProcessPoolExecutor(houses, mp_context=get_context("spawn")) as pool:
        for share in [pool.submit(_house, share, seed) for seed, share in enumerate(shares, 1)]:
            try:
                outcome.add(share.result())
            except MissingPostgres as missing:
                raise StepFailed(str(missing)) from None
    figures = outcome.figures
    return {
        "houses": houses,
        "faults": sum(outcome.kinds.values()),
        "messages": figures.sent,
        "lost": figures.lost,
        "doubled": figures.doubled,
        "disordered": figures.disordered,
        "repeated": figures.repeated,
        "recovery_p50_s": round(statistics.median(outcome.recoveries), 1),
        "recovery_p95_s": round(statistics.quantiles(outcome.recoveries, n=20)[18], 1),
        "recovery_max_s": round(max(outcome.recoveries), 1),
        "recovery_max_s_by_kind": {name: round(value, 1) for name, value in sorted(outcome.worst.items())},
        "kinds": dict(sorted(outcome.kinds.items())),
    }


def _house(faults: int, seed: int) -> faulting.Outcome:
    # A commit must outlive the server's process here, as it does in a real one.
    with (
        cluster(("synchronous_commit=on",)) as url,
        tempfile.TemporaryDirectory(prefix="relais-bench-") as folder,
    ):
        return faulting.run(Settings(var=Path(folder), database_url=url), faults, seed=seed)
