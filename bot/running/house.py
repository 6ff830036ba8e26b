"""`relais up` and `relais down`: the supervisor in front of a person, or detached behind a state file."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import psutil

from bot.running import model
from bot.running.parts import all_parts
from bot.running.steps import StepFailed, step
from bot.running.supervisor import Supervisor
from bot.settings import Settings

COLOURS = {"engine": "35", "actions": "36", "app": "32"}
_printing = threading.Lock()


def _state_file(settings: Settings) -> Path:
    return settings.var / "run.json"


def restarts(settings: Settings) -> dict[str, int]:
    """How often each part had to be started again since `up`; empty where no supervisor of ours runs."""
    try:
        found = json.loads(_state_file(settings).read_text()).get("restarts") or {}
        return {str(name): int(count) for name, count in found.items()}
    except (OSError, ValueError, AttributeError):
        return {}


def running_pid(settings: Settings) -> int | None:
    """The process id of the supervisor that `up` started, when it is alive."""
    try:
        state = json.loads(_state_file(settings).read_text())
        process = psutil.Process(state["pid"])
        # A process id may have been given to another program since.
        if abs(process.create_time() - state["created"]) < 2:
            return int(state["pid"])
    except (OSError, ValueError, KeyError, psutil.Error):
        pass
    return None


def foreground(settings: Settings, *, announce: bool = True) -> int:
    """Start everything and stay until Ctrl-C or `down`. Returns the exit code.

    Raises `StepFailed` when something is already running here or a part does not come up.
    """
    if running_pid(settings):
        raise StepFailed("Relais already runs here.\n→ `relais down` stops it.")
    _ask("setup", settings)
    own = psutil.Process()

    def note(ready: bool = True) -> None:
        restarts = {running.part.name: running.restarts for running in supervisor.running}
        state = {"pid": own.pid, "created": own.create_time(), "ready": ready, "restarts": restarts}
        half = _state_file(settings).with_suffix(".half")
        half.write_text(json.dumps(state))
        half.replace(_state_file(settings))

    supervisor = Supervisor(all_parts(settings, model.path()), _line, note)
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, supervisor.ask_to_stop)
    settings.var.mkdir(parents=True, exist_ok=True)
    note(ready=False)
    try:
        with step("Starting engine, actions and application"):
            supervisor.start()
        note()
        if announce:
            _ask("greet", settings)
        supervisor.watch()
    finally:
        # A second Ctrl-C while stopping must not leave a process behind.
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        supervisor.stop()
        _state_file(settings).unlink(missing_ok=True)
    print("Relais has stopped.", file=sys.stderr)
    return 0


def detached(settings: Settings) -> int:
    """Start everything behind the scenes; returns 0 when every health check answers, 1 with the log's end if not."""
    if running_pid(settings):
        print("Relais already runs here.", file=sys.stderr)
        return 0
    _ask("setup", settings)
    settings.var.mkdir(parents=True, exist_ok=True)
    log = settings.var / "relais.log"
    environment = {**os.environ, "RELAIS_PORT": str(settings.port)}
    with log.open("ab") as stream:
        child = subprocess.Popen(
            [sys.executable, "-m", "bot.cli", "up", "--no-announce"],
            stdin=subprocess.DEVNULL,
            stdout=stream,
            stderr=stream,
            start_new_session=True,
            env=environment,
        )
    with step("Starting engine, actions and application"):
        while child.poll() is None:
            if _ready(settings):
                break
            time.sleep(0.2)
    if child.poll() is not None:
        print("\n".join(log.read_text(errors="replace").splitlines()[-25:]), file=sys.stderr)
        return 1
    _ask("greet", settings)
    return 0


def _ask(command: str, settings: Settings) -> None:
    """Run another command of ours to its end: what it imports does not stay in the supervisor's memory."""
    environment = {**os.environ, "RELAIS_PORT": str(settings.port)}
    done = subprocess.run([sys.executable, "-m", "bot.cli", command], env=environment, check=False)
    if done.returncode:
        raise StepFailed(f"`relais {command}` failed.\n→ What it said is above.")


def _ready(settings: Settings) -> bool:
    try:
        return bool(json.loads(_state_file(settings).read_text()).get("ready"))
    except (OSError, ValueError):
        return False


def stop(settings: Settings) -> int:
    """Stop what `up` started and wait until it is gone. Returns 0 also when nothing ran."""
    pid = running_pid(settings)
    if pid is None:
        print("Relais does not run here.", file=sys.stderr)
        return 0
    process = psutil.Process(pid)
    process.send_signal(signal.SIGTERM)
    with step("Stopping"):
        try:
            process.wait(40)
        except psutil.TimeoutExpired:
            for child in process.children(recursive=True):
                child.kill()
            process.kill()
    return 0


def _line(part: str, text: str) -> None:
    """One line of the common log: the part's name, then what it said."""
    name = f"\033[{COLOURS.get(part, '0')}m{part:>8}\033[0m" if sys.stderr.isatty() else f"{part:>8}"
    with _printing:
        print(f"{name} │ {text}", file=sys.stderr, flush=True)
