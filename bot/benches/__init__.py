"""Benchmarks by name; each lives with the room it measures and returns the figures of the contract."""

from __future__ import annotations

import importlib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from bot.running.steps import StepFailed

MODULES = {
    "channels": "bot.gateway.bench",
    "desk": "bot.handover.bench",
    "turns": "bot.benches.turns",
    "directory": "bot.directory.bench",
    "tamis": "bot.tamis.bench",
    "diagnostic": "bot.diagnostic.bench",
    "understanding": "bot.understanding.bench",
    "faults": "bot.operations.bench_faults",
    "growth": "bot.operations.bench_growth",
    "load": "bot.operations.bench_load",
    "soak": "bot.operations.bench_soak",
}


def run(name: str, *, quick: bool, cases: Sequence[Path]) -> dict[str, Any]:
    """The figures of one benchmark. Raises `StepFailed` for a name there is none of."""
    if name not in MODULES:
        raise StepFailed(f"No benchmark is called {name}. There are: {', '.join(sorted(MODULES))}.")
    module = importlib.import_module(MODULES[name])
    extra = {"cases": list(cases)} if name == "understanding" else {}
    figures: dict[str, Any] = module.run(quick=quick, **extra)
    return figures
