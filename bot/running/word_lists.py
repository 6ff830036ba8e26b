"""The word lists, made into patterns and compiled before anything starts; for each Python when something changed.

A start that finds them takes them up in a second. One that does not compiles them beside its work for minutes, and
whoever writes meanwhile waits for it (p95 of a turn 313 ms instead of 135, 27 November 2026, two slow cores).
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bot.running.model import engine_environment, engine_python
from bot.running.steps import StepFailed, step
from bot.settings import ROOT
from bot.understanding.made import mark

# The engine's Python (`engine/pyproject.toml`), by the name under which it keeps what is its own.
ENGINE = "cpython-310"


@contextmanager
def made_meanwhile(root: Path = ROOT) -> Iterator[None]:
    """Make what is missing beside the work of the block, and wait for it at its end.

    Raises `StepFailed` when a list is mistaken. Nobody's work goes on when the block fails.
    """
    here = str(sys.implementation.cache_tag)
    pythons = {here: Path(sys.executable), ENGINE: engine_python(root)}
    making = [
        subprocess.Popen(
            [python, "-m", "bot.understanding.made"],
            cwd=root,
            env=engine_environment(root),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
        )
        for tag, python in pythons.items()
        if not mark(root / "data", tag).is_file()
    ]
    try:
        yield
        if making:
            with step("Word lists (a minute or two when they changed)"):
                for one in making:
                    _, told = one.communicate()
                    if one.returncode:
                        tail = "\n".join(told.splitlines()[-25:])
                        raise StepFailed(
                            f"Word lists: exit code {one.returncode}.\n{tail}\n→ Look at data/lexicons."
                        )
    finally:
        for one in making:
            one.kill()
            with one:  # its pipe is closed, its end waited for
                pass
