"""Code run in the engine's own interpreter."""

from __future__ import annotations

import subprocess
from pathlib import Path

from bot.running.model import engine_environment, engine_python

ROOT = Path(__file__).resolve().parents[2]


def run_inside(code: str) -> None:
    """Run it there, from the root of the project; it must end well."""
    done = subprocess.run(
        [str(engine_python()), "-W", "ignore", "-c", code],
        cwd=ROOT,
        env=engine_environment(),
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-2000:]
