"""A bad network on the loopback: an HTTP proxy that delays, drops, duplicates, reorders or truncates, as told."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Literal

import requests

Fault = Literal["delay", "drop-request", "drop-answer", "duplicate", "reorder", "truncate"]
FAULTS: tuple[Fault, ...] = ("delay", "drop-request", "drop-answer", "duplicate", "reorder", "truncate")
# What never reaches the other side.
LOST: tuple[Fault, ...] = ("drop-request",)
DELAY = 0.3


@dataclass
class Chaos:
    """The way through: `faults` are spent one a request, first to last; after them the network is good."""

    url: str = ""
    faults: list[Fault] = field(default_factory=list)
    only: str = ""
    """Faults are spent on requests whose path holds this."""
    passed: threading.Event = field(default_factory=threading.Event)
    """Set whenever a request has got through: what a reordered one waits for."""


@contextmanager
def chaos(target: str) -> Iterator[Chaos]:
    """A proxy before `target`, until the block ends."""
    made = Chaos()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            """What is only fetched comes as it comes: delayed, refused, or cut in the middle of the stream."""
            fault = self.fault()
            if fault in ("drop-request", "drop-answer"):
                return self.hang_up()
            if fault in ("delay", "reorder"):
                threading.Event().wait(DELAY)
            answer = requests.get(target + self.path, headers=self.passed_on(), stream=True, timeout=60)
            self.close_connection = True
            self.send_response(answer.status_code)
            for name, value in answer.headers.items():
                if name.lower() not in ("transfer-encoding", "content-length", "connection"):
                    self.send_header(name, value)
            self.end_headers()
            with answer:
                for number, chunk in enumerate(answer.raw.stream(4096, decode_content=False)):
                    if fault == "truncate" and number == 1:
                        self.wfile.write(chunk[: len(chunk) // 2])
                        return self.hang_up()
                    self.wfile.write(chunk)
                    self.wfile.flush()
            return None

        def do_OPTIONS(self) -> None:
            answer = requests.options(target + self.path, headers=self.passed_on(), timeout=60)
            self.send_response(answer.status_code)
            for name, value in answer.headers.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(answer.content)

        def fault(self) -> Fault | None:
            return made.faults.pop(0) if made.faults and made.only in self.path else None

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            fault = self.fault()
            if fault == "drop-request":
                return self.hang_up()
            if fault == "reorder":
                made.passed.clear()
                made.passed.wait(DELAY)
            if fault == "delay":
                threading.Event().wait(DELAY)
            answer = self.forward(body)
            if fault == "duplicate":
                answer = self.forward(body)
            made.passed.set()
            if fault == "drop-answer":
                return self.hang_up()
            self.send_response(answer.status_code)
            for name, value in answer.headers.items():
                if name.lower().startswith("access-control"):
                    self.send_header(name, value)
            self.send_header("Content-Type", answer.headers.get("Content-Type", "text/plain"))
            self.send_header("Content-Length", str(len(answer.content)))
            self.end_headers()
            if fault == "truncate":
                self.wfile.write(answer.content[: len(answer.content) // 2])
                return self.hang_up()
            self.wfile.write(answer.content)
            return None

        def forward(self, body: bytes) -> requests.Response:
            return requests.post(target + self.path, data=body, headers=self.passed_on(), timeout=60)

        def passed_on(self) -> dict[str, str]:
            return {name: value for name, value in self.headers.items() if name.lower() != "host"}

        def hang_up(self) -> None:
            self.close_connection = True
            self.connection.close()

        def log_message(self, *_: Any) -> None:
            pass

        def handle(self) -> None:
            try:
                super().handle()
            except (OSError, ValueError):
                return

        def finish(self) -> None:
            try:
                super().finish()
            except OSError:
                return

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, daemon=True).start()
    made.url = f"http://127.0.0.1:{server.server_address[1]}"
    try:
        yield made
    finally:
        server.shutdown()
        server.server_close()
