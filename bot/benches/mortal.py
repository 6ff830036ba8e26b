"""A gateway made to be killed: webhook, worker and delivery in one process, forked from one that has all loaded.

`python -m bot.benches.mortal PORT API ENGINE SPEED` reads its settings from the environment, then commands from its
standard input: `born` forks a child and answers with its number once it takes webhooks; `dead NUMBER` kills it with
signal 9 and answers when it is gone. Forking after loading makes a life cost a tenth of a second instead of five.
"""

from __future__ import annotations

import os
import signal
import socket
import sys
import time
from datetime import UTC, datetime, timedelta

import uvicorn
from fastapi import FastAPI

from bot.assembly import House, assemble
from bot.channels.telegram.client import TelegramClient
from bot.channels.telegram.receiver import Receiver, router
from bot.channels.telegram.updates import CHANNEL
from bot.gateway.delivery import Deliverer
from bot.gateway.engine import EngineClient
from bot.gateway.limits import Limits
from bot.gateway.ports import Clock
from bot.gateway.worker import Worker
from bot.running.supervisor import die_with_parent
from bot.settings import Settings

SECRET = "bench-of-a-few-minutes-on-the-loopback"  # noqa: S105
READY_WITHIN = 30.0


def hastened(speed: float) -> Clock:
    """A clock that runs faster for everybody alike: the leases of the dead run out in a second, not in a minute."""

    def now() -> datetime:
        beginning = datetime(2026, 1, 1, tzinfo=UTC)
        return beginning + timedelta(seconds=(time.time() - beginning.timestamp()) * speed)

    return now


def live(house: House, port: int, api: str, ready: int) -> None:
    """Serve until killed; a byte on the `ready` pipe once webhooks are taken."""
    client = TelegramClient("1:bench", f"{api}/{os.getpid()}", lambda key, _language: key)
    client.start()
    app = FastAPI()
    app.include_router(router(Receiver(house.gateway, client), SECRET))
    Worker(house.gateway, poll=0.05).start()
    Deliverer(house.gateway, {CHANNEL: client}, poll=0.05).start()
    listening = socket.socket()
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
    listening.bind(("127.0.0.1", port))
    listening.listen(128)
    os.write(ready, b"1")
    os.close(ready)
    uvicorn.Server(uvicorn.Config(app, log_level="critical", access_log=False)).run(sockets=[listening])


def born(house: House, port: int, api: str) -> int:
    """Fork a child and wait until it is ready; its process number."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reading)
        die_with_parent(signal.SIGKILL)
        try:
            live(house, port, api, writing)
        finally:
            os._exit(1)
    os.close(writing)
    os.read(reading, 1)
    os.close(reading)
    return child


def main() -> None:
    """Load once, then fork and kill as told."""
    port, api, engine, speed = int(sys.argv[1]), sys.argv[2], sys.argv[3], float(sys.argv[4])
    settings = Settings()
    house = assemble(
        settings,
        engine=EngineClient([engine], settings.engine_timeout),
        clock=hastened(speed),
        # Nobody types this fast: the limit would be what is measured.
        limits=Limits(messages=None),
    )
    print("loaded", flush=True)
    for line in sys.stdin:
        word, _, number = line.strip().partition(" ")
        if word == "born":
            print(born(house, port, api), flush=True)
        elif word == "dead":
            os.kill(int(number), signal.SIGKILL)
            os.waitpid(int(number), 0)
            print("gone", flush=True)


if __name__ == "__main__":
    main()
