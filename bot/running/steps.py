"""Set-up steps with visible progress: what is done, how long it takes, what to do when it fails."""

from __future__ import annotations

import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path


class StepFailed(Exception):
    """A step of the set-up failed; the message says which one and what to do."""


@contextmanager
def step(title: str) -> Iterator[None]:
    """Print the step's title, a dot every two seconds while it lasts, and its duration at the end."""
    started = time.monotonic()
    finished = threading.Event()
    print(f"· {title} ", end="", file=sys.stderr, flush=True)

    def tick() -> None:
        while not finished.wait(2):
            print(".", end="", file=sys.stderr, flush=True)

    ticking = threading.Thread(target=tick, daemon=True)
    ticking.start()
    try:
        yield
    except BaseException:
        print(" failed", file=sys.stderr, flush=True)
        raise
    finally:
        finished.set()
        ticking.join()
    print(f" {time.monotonic() - started:.1f} s", file=sys.stderr, flush=True)


def run(
    title: str,
    command: Sequence[str],
    *,
    advice: str,
    cwd: Path,
    env: Mapping[str, str] | None = None,
) -> None:
    """Run a command as a step; its output is shown only when it fails. Raises `StepFailed` with the advice."""
    with step(title):
        done = subprocess.run(
            command,
            cwd=cwd,
            env=env,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        if done.returncode:
            tail = "\n".join(done.stdout.splitlines()[-25:])
            raise StepFailed(f"{title}: exit code {done.returncode}.\n{tail}\n→ {advice}")
