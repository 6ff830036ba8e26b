"""Starts the parts, waits until each is well, restarts one that dies, and leaves nothing behind."""

from __future__ import annotations

import contextlib
import ctypes
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Sequence
from typing import IO, Any

import requests

from bot.running.parts import Part
from bot.running.shares import step_back, take_short_turns
from bot.running.steps import StepFailed

BACK_OFF = (0.5, 1.0, 2.0, 5.0, 10.0, 30.0)
# A part that ran this long is well: the next fall starts from the shortest wait again.
STEADY = 60.0
GRACE = 8.0
PR_SET_PDEATHSIG = 1


def die_with_parent(number: signal.Signals = signal.SIGTERM) -> None:
    """In the child: a killed supervisor takes its parts along (Linux; elsewhere they are stopped by `down`)."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, number)


def _begun(yields: int) -> None:
    """In the child, which leads a session of its own."""
    die_with_parent()
    os.nice(yields)
    if not yields:
        take_short_turns()


class Running:
    """One part's process and its history."""

    def __init__(self, part: Part, out: Callable[[str, str], None]) -> None:
        self.part = part
        self.falls = 0
        self.restarts = 0
        self.stepped_back = False
        self._out = out
        self.start()

    def start(self) -> None:
        """Start the process; its output goes to the common log, line by line."""
        self.started = time.monotonic()
        self.stepped_back = False
        self.process = subprocess.Popen(
            self.part.command,
            cwd=self.part.cwd,
            env=dict(self.part.environment) or None,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            start_new_session=True,
            preexec_fn=lambda: _begun(self.part.yields),  # a few system calls, no lock taken
        )
        assert self.process.stdout is not None
        self._reading = threading.Thread(target=self._forward, args=(self.process.stdout,), daemon=True)
        self._reading.start()

    def _forward(self, stream: IO[str]) -> None:
        with stream:
            for line in stream:
                self._out(self.part.name, line.rstrip())

    def alive(self) -> bool:
        """Whether the process runs."""
        return self.process.poll() is None

    def well(self) -> bool:
        """Whether its health address answers 200."""
        try:
            return requests.get(self.part.health, timeout=5).status_code == 200
        except requests.RequestException:
            return False

    def settle(self) -> None:
        """Once it is well, it steps back as far as it should."""
        if self.part.yields and not self.stepped_back and self.well():
            self.stepped_back = True
            step_back(self.process.pid, self.part.yields)

    def stop(self) -> None:
        """Ask it to end; kill the whole group when it does not."""
        self._signal(signal.SIGTERM)
        try:
            self.process.wait(GRACE)
        except subprocess.TimeoutExpired:
            self._signal(signal.SIGKILL)
            self.process.wait()
        self._signal(signal.SIGKILL)
        self._reading.join(GRACE)

    def _signal(self, number: signal.Signals) -> None:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self.process.pid, number)


class Supervisor:
    """Keeps a list of parts running until told to stop."""

    def __init__(
        self,
        parts: Sequence[Part],
        out: Callable[[str, str], None],
        restarted: Callable[[], None] = lambda: None,
    ) -> None:
        """`out` gets every line with its part's name; `restarted` is called after a part was started again."""
        self._parts = parts
        self._out = out
        self._restarted = restarted
        self._stopping = threading.Event()
        self.running: list[Running] = []

    def start(self) -> None:
        """Start every part and return when all are well.

        Raises `StepFailed` naming the part that died or did not answer in time; the others are stopped.
        """
        self.running = [Running(part, self._out) for part in self._parts]
        try:
            for running in self.running:
                self._wait(running)
        except BaseException:
            self.stop()
            raise

    def _wait(self, running: Running) -> None:
        limit = time.monotonic() + running.part.patience
        while not running.well():
            if self._stopping.is_set():
                raise StepFailed("Stopped before everything was up.")
            if not running.alive():
                raise StepFailed(
                    f"{running.part.name} ended at once (exit code {running.process.returncode}).\n"
                    "→ Its last lines are above; often its port is taken: see `relais settings`."
                )
            if time.monotonic() > limit:
                raise StepFailed(f"{running.part.name} did not answer within {running.part.patience:.0f} s.")
            time.sleep(0.15)
        running.settle()

    def watch(self) -> None:
        """Restart what dies, waiting longer after each fall, until `ask_to_stop`."""
        while not self._stopping.wait(0.3):
            for running in self.running:
                if self._stopping.is_set():
                    continue
                if running.alive():
                    running.settle()
                    continue
                if time.monotonic() - running.started > STEADY:
                    running.falls = 0
                pause = BACK_OFF[min(running.falls, len(BACK_OFF) - 1)]
                self._out(
                    running.part.name, f"ended (code {running.process.returncode}); restarted in {pause:g} s"
                )
                if self._stopping.wait(pause):
                    return
                running.falls += 1
                running.restarts += 1
                running.start()
                self._restarted()

    def ask_to_stop(self, *_: Any) -> None:
        """Make `watch` return; safe in a signal handler."""
        self._stopping.set()

    def stop(self) -> None:
        """Stop every part, the last started first."""
        self._stopping.set()
        for running in reversed(self.running):
            running.stop()
