"""The application's server: a connection on which nothing comes, or too slowly, is closed; others are answered."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator

import pytest
import uvicorn
from fastapi import FastAPI

from bot.channels.shield import BoundedBody
from bot.serve import Patient
from tests.channels.conftest import free_port

REQUEST = b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n"


class Hasty(Patient):
    head_seconds = 0.5


@pytest.fixture
def port() -> Iterator[int]:
    app = FastAPI()
    app.add_middleware(BoundedBody, seconds=0.5)

    @app.post("/")
    async def hear() -> str:
        return "heard"

    found = free_port()
    server = uvicorn.Server(uvicorn.Config(app, port=found, http=Hasty, log_level="critical", ws="none"))
    thread = threading.Thread(target=server.run)
    thread.start()
    while not server.started:
        time.sleep(0.01)
    yield found
    server.should_exit = True
    thread.join()


def spoken(port: int, *pieces: bytes, pause: float = 0.0) -> bytes:
    """All that is answered to these pieces, sent one after the other, until the server hangs up."""
    heard = b""
    with socket.create_connection(("127.0.0.1", port), timeout=60) as line:
        try:
            for piece in pieces:
                line.sendall(piece)
                time.sleep(pause)
            while more := line.recv(4096):
                heard += more
                if heard.endswith(b'"heard"'):
                    break
        except ConnectionError:
            pass
    return heard


def test_a_request_in_time_is_answered(port: int) -> None:
    assert spoken(port, REQUEST + b"\r\nab").endswith(b'"heard"')


def test_a_kept_connection_may_be_silent_between_requests(port: int) -> None:
    with socket.create_connection(("127.0.0.1", port), timeout=60) as line:
        for _ in range(2):
            line.sendall(REQUEST + b"\r\nab")
            heard = b""
            while not heard.endswith(b'"heard"'):
                heard += line.recv(4096)
            time.sleep(0.8)


SLOW = [
    ("nothing at all", (b"",), b""),
    ("half a line", (b"PO",), b""),
    ("a head that drips", tuple(bytes([byte]) for byte in REQUEST), b""),
    ("a kept connection's second head", (REQUEST + b"\r\nab", b"PO"), b"200"),
    ("a body that never comes", (REQUEST + b"\r\na",), b"408"),
]


@pytest.mark.parametrize(("label", "pieces", "status"), SLOW, ids=[row[0] for row in SLOW])
def test_who_is_slow_is_hung_up_on(port: int, label: str, pieces: tuple[bytes, ...], status: bytes) -> None:
    began = time.monotonic()
    with socket.create_connection(("127.0.0.1", port), timeout=60) as line:
        heard = b""
        try:
            for piece in pieces:
                line.sendall(piece)
                time.sleep(0.1)
            while more := line.recv(4096):
                heard += more
        except ConnectionError:
            pass
    assert time.monotonic() - began < 4
    assert status in heard
    assert (b"heard" in heard) is (status == b"200")
