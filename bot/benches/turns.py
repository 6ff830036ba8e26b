"""`relais bench turns`: our engine beside the stock one: same model, same kind of store, same actions, one run.

Slices of ours and stock alternate, so that a machine whose speed drifts treats both alike.
"""

from __future__ import annotations

import statistics
import sys
import tempfile
import threading
import time
import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psutil
import requests

from bot.replay.stage import free_port
from bot.running import model
from bot.running.parts import Part, actions, engine
from bot.running.prepare import prepare
from bot.running.steps import step
from bot.running.supervisor import Running, Supervisor
from bot.settings import Settings
from bot.yaml_text import yaml_loads

SENDERS = (1, 8)


@dataclass
class Tally:
    """Turns answered and how long each took, in seconds."""

    seconds: list[float] = field(default_factory=list)
    empty: int = 0
    elapsed: float = 0.0

    def rate(self) -> float:
        """Turns answered a second."""
        return len(self.seconds) / self.elapsed if self.elapsed else 0.0

    def quantile(self, share: float) -> float:
        """Milliseconds of this share of the turns."""
        if len(self.seconds) < 2:
            return 0.0
        return statistics.quantiles(self.seconds, n=100)[round(share * 100) - 1] * 1000


def run(*, quick: bool = False) -> dict[str, Any]:
    """The figures of the contract at 8 senders; those at 1 sender and each process's memory beside them."""
    settings = Settings()
    prepare(settings)
    script = yaml_loads((settings.data / "diagnostic" / "bench_turns.yml").read_text(encoding="utf-8"))
    slices, seconds = (2, 4.0) if quick else (4, 10.0)
    with (
        tempfile.TemporaryDirectory(prefix="relais-bench-") as folder,
        _engines(settings, Path(folder)) as up,
    ):
        urls = {"ours": up["engine-ours"].part.health, "stock": up["engine-stock"].part.health}
        tallies = {(name, senders): Tally() for name in urls for senders in SENDERS}
        for senders in SENDERS:
            for url in urls.values():
                _drive(url, script["conversations"], senders, 2.0, Tally())
            for number in range(slices):
                for name in urls if number % 2 == 0 else reversed(urls):
                    with step(f"{name}, {senders} at once, slice {number + 1} of {slices}"):
                        _drive(urls[name], script["conversations"], senders, seconds, tallies[name, senders])
        memory = {name: _megabytes(running.process.pid) for name, running in up.items()}
    return _figures(tallies, memory)


def _figures(tallies: Mapping[tuple[str, int], Tally], memory: Mapping[str, float]) -> dict[str, Any]:
    most = SENDERS[-1]
    ours, stock = tallies["ours", most], tallies["stock", most]
    figures: dict[str, Any] = {
        "senders": most,
        "ours_turns_per_s": round(ours.rate(), 1),
        "ours_p50_ms": round(ours.quantile(0.50), 1),
        "ours_p95_ms": round(ours.quantile(0.95), 1),
        "stock_turns_per_s": round(stock.rate(), 1),
        "stock_p50_ms": round(stock.quantile(0.50), 1),
        "stock_p95_ms": round(stock.quantile(0.95), 1),
        "ratio": round(ours.rate() / stock.rate(), 2) if stock.rate() else None,
        "empty_answers": sum(tally.empty for tally in tallies.values()),
        "rss_mb": {name: round(value) for name, value in memory.items()},
    }
    one_ours, one_stock = tallies["ours", 1], tallies["stock", 1]
    figures["one_sender"] = {
        "ours_turns_per_s": round(one_ours.rate(), 1),
        "ours_p95_ms": round(one_ours.quantile(0.95), 1),
        "stock_turns_per_s": round(one_stock.rate(), 1),
        "stock_p95_ms": round(one_stock.quantile(0.95), 1),
        "ratio": round(one_ours.rate() / one_stock.rate(), 2) if one_stock.rate() else None,
    }
    return figures


@contextmanager
def _engines(settings: Settings, folder: Path) -> Iterator[dict[str, Running]]:
    """The action server and both engines, each engine with an SQLite store of its own."""
    shared = settings.model_copy(update={"actions_port": free_port()})
    parts: list[Part] = [actions(shared)]
    for name, stock in (("ours", False), ("stock", True)):
        own = shared.model_copy(
            update={"engine_port": free_port(), "tracker_url": f"sqlite:///{folder}/{name}.db"}
        )
        part = engine(own, model.path(), stock=stock)
        parts.append(Part(f"engine-{name}", part.command, part.health, part.environment))
    supervisor = Supervisor(parts, lambda part, line: print(f"{part:>12} │ {line}", file=sys.stderr))
    with step("Starting the action server, our engine and the stock one"):
        supervisor.start()
    try:
        yield {running.part.name: running for running in supervisor.running}
    finally:
        supervisor.stop()


def _drive(url: str, conversations: list[list[str]], senders: int, seconds: float, tally: Tally) -> None:
    """`senders` people talk at once, each one message after the other, for this long."""
    until = time.monotonic() + seconds
    lock = threading.Lock()

    def talk(number: int) -> None:
        session = requests.Session()
        session.trust_env = False
        turn = number
        while time.monotonic() < until:
            sender = uuid.uuid4().hex
            state: dict[str, Any] = {}
            for text in conversations[turn % len(conversations)]:
                if time.monotonic() >= until:
                    return
                began = time.perf_counter()
                answer = session.post(
                    f"{url}webhooks/rest/webhook",
                    json={"sender": sender, "message": text, "metadata": _metadata(state)},
                    timeout=60,
                ).json()
                took = time.perf_counter() - began
                states = [item["custom"]["state"] for item in answer if "custom" in item]
                state = states[-1] if states else state
                with lock:
                    tally.seconds.append(took)
                    tally.empty += not states
            turn += 1

    began = time.monotonic()
    people = [threading.Thread(target=talk, args=(number,)) for number in range(senders)]
    for person in people:
        person.start()
    for person in people:
        person.join()
    tally.elapsed += time.monotonic() - began


def _metadata(state: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "turn": uuid.uuid4().hex,
        "now": datetime(2026, 11, 23, 9, 0, tzinfo=UTC).isoformat(),
        "language": "fr",
        "channel": "web",
        "state": dict(state),
    }


def _megabytes(pid: int) -> float:
    process = psutil.Process(pid)
    return sum(part.memory_info().rss for part in [process, *process.children(recursive=True)]) / 1e6
