"""The engine hangs, refuses or answers rubbish: the person hears of it, and is answered once when it is back."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import psutil
import pytest
import requests

from bot.gateway.engine import EngineClient
from bot.replay.stage import free_port
from tests.faults.conftest import House

Build = Callable[..., House]
# A small engine in a process of its own: it counts in the state what it heard, as tests/gateway/house.py does.
ENGINE = """
import json, sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
class Engine(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    def do_POST(self):
        asked = json.loads(self.rfile.read(int(self.headers["content-length"])))
        state = dict(asked["metadata"]["state"])
        state["heard"] = [*state.get("heard", []), asked["message"]]
        said = [{"custom": {"turn": asked["metadata"]["turn"], "say": [{"key": "echo"}], "state": state}}]
        rubbish = asked["message"].partition(":")
        count = sum(1 for _ in open(sys.argv[2])) if rubbish[0] == "odd" else 9
        if count < 3:
            open(sys.argv[2], "a").write("x\\n")
            self.answer({"empty": b"[]", "html": b"<html>", "half": b'[{"custom": {"turn": 1}}]'}[rubbish[2]])
        else:
            self.answer(json.dumps(said).encode())
    def answer(self, body):
        self.send_response(200)
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
    def do_GET(self):
        self.answer(b"ok")
    def log_message(self, *_):
        pass
ThreadingHTTPServer(("127.0.0.1", int(sys.argv[1])), Engine).serve_forever()
"""


@dataclass
class Process:
    port: int
    notes: str
    running: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        self.running = subprocess.Popen([sys.executable, "-c", ENGINE, str(self.port), self.notes])
        limit = time.monotonic() + 90
        while time.monotonic() < limit:
            try:
                requests.get(f"http://127.0.0.1:{self.port}/", timeout=60)
                return
            except requests.RequestException:
                time.sleep(0.05)
        raise AssertionError("the small engine did not start")

    def signal(self, number: signal.Signals) -> None:
        assert self.running is not None
        os.kill(self.running.pid, number)

    def kill(self) -> None:
        assert self.running is not None
        self.running.kill()
        self.running.wait()


@pytest.fixture
def process(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Process]:
    notes = tmp_path_factory.mktemp("engine") / "notes"
    notes.touch()
    made = Process(free_port(), str(notes))
    made.start()
    yield made
    if made.running is not None and psutil.pid_exists(made.running.pid):
        made.kill()


def stand(build: Build, process: Process) -> House:
    return build(engine=EngineClient([f"http://127.0.0.1:{process.port}"], 0.5))


def after_trouble(house: House) -> None:
    house.until(lambda: house.answered(2))
    assert house.heard()[0] == "un"
    assert len(house.heard()) == 2
    assert house.said().count("echo") == 2
    assert house.said().count("trouble.wait") == 1


def test_a_hung_engine_is_waited_for_and_the_person_told_once(build: Build, process: Process) -> None:
    house = stand(build, process)
    house.receive("un", 0)
    house.until(lambda: house.answered(1))
    process.signal(signal.SIGSTOP)
    house.receive("deux", 1)
    house.until(lambda: "trouble.wait" in house.said())
    process.signal(signal.SIGCONT)
    after_trouble(house)


def test_an_engine_that_is_gone_for_a_while(build: Build, process: Process) -> None:
    house = stand(build, process)
    house.receive("un", 0)
    house.until(lambda: house.answered(1))
    process.kill()
    house.receive("deux", 1)
    house.until(lambda: "trouble.wait" in house.said())
    process.start()
    after_trouble(house)


# Rasa answers an empty list when its action server refuses (measured with 3.6.21).
RUBBISH = ["empty", "html", "half"]


@pytest.mark.parametrize("kind", RUBBISH)
def test_an_answer_that_is_none_is_asked_again(build: Build, process: Process, kind: str) -> None:
    house = stand(build, process)
    house.receive("un", 0)
    house.until(lambda: house.answered(1))
    house.receive(f"odd:{kind}", 1)
    house.until(lambda: house.answered(2))
    assert house.heard() == ["un", f"odd:{kind}"]
    assert house.said().count("echo") == 2
