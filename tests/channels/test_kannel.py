"""SMS end to end with Debian's Kannel and its fake operator: a message in, its answer out, the report back."""

from __future__ import annotations

import queue
import shutil
import subprocess
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from urllib.parse import unquote_to_bytes

import pytest
import requests
from fastapi import FastAPI
from sqlalchemy import select

from bot.channels.settings import SmsSettings
from bot.channels.sms.kannel import Kannel
from bot.channels.sms.receiver import Receiver, router
from bot.gateway.delivery import Deliverer
from bot.gateway.tables import Outbox
from bot.gateway.worker import Worker
from tests.channels.conftest import free_port, serve
from tests.gateway.conftest import House

BEARERBOX, SMSBOX = shutil.which("bearerbox"), shutil.which("smsbox")
FAKESMSC = Path("/usr/lib/kannel/test/fakesmsc")
SECRET = "s" * 32
PERSON, US = "+33612345678", "36000"
CONFIG = """
group = core
admin-port = {admin}
admin-password = x
smsbox-port = {box}
box-allow-ip = 127.0.0.1
dlr-storage = internal

group = smsc
smsc = fake
smsc-id = fake
port = {operator}
connect-allow-ip = 127.0.0.1

group = smsbox
bearerbox-host = 127.0.0.1
sendsms-port = {sendsms}

group = sendsms-user
username = relais
password = relais

group = sms-service
keyword = default
post-url = "{webhook}?from=%p&id=%I&coding=%c&text=%a"
max-messages = 0
catch-all = true
omit-empty = true
"""


@dataclass
class Phone:
    """The fake operator's side: one message sent, whatever comes back read."""

    operator: int
    heard: queue.Queue[str] = field(default_factory=queue.Queue)
    processes: list[subprocess.Popen[str]] = field(default_factory=list)

    def say(self, kind: str, text: str) -> None:
        command = [
            str(FAKESMSC),
            "-H",
            "127.0.0.1",
            "-r",
            str(self.operator),
            "-m",
            "1",
            f"{PERSON} {US} {kind} {text}",
        ]
        process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        self.processes.append(process)
        threading.Thread(target=self._listen, args=(process,), daemon=True).start()

    def _listen(self, process: subprocess.Popen[str]) -> None:
        assert process.stdout is not None
        for line in process.stdout:
            self.heard.put(line)

    def hears(self, words: str, seconds: float = 20) -> str:
        until, lines = time.monotonic() + seconds, []
        while time.monotonic() < until:
            try:
                lines.append(self.heard.get(timeout=0.5))
            except queue.Empty:
                continue
            if words in lines[-1]:
                return lines[-1]
        raise AssertionError(f"not heard among {lines}")


@dataclass
class Bench:
    house: House
    phone: Phone


@pytest.fixture
def bench(house: House, tmp_path: Path) -> Iterator[Bench]:
    if not (BEARERBOX and SMSBOX and FAKESMSC.exists()):
        pytest.skip("Kannel is not installed: apt-get install kannel kannel-extras")
    ports = SimpleNamespace(
        admin=free_port(), box=free_port(), operator=free_port(), sendsms=free_port(), ours=free_port()
    )
    address = f"http://127.0.0.1:{ports.ours}"
    settings: Any = {
        "provider": "kannel",
        "secret": SECRET,
        "user": "relais",
        "password": "relais",
        "sender": US,
    }
    url = f"http://127.0.0.1:{ports.sendsms}"
    provider = Kannel(SmsSettings(url=url, _env_file=None, **settings), address, str.isascii)
    config = tmp_path / "kannel.conf"
    config.write_text(CONFIG.format(webhook=f"{address}/api/channels/sms/kannel/{SECRET}", **vars(ports)))
    app = FastAPI()
    app.include_router(router(Receiver(house.gateway, provider), "kannel", address))
    worker, deliverer = Worker(house.gateway, poll=0.1), Deliverer(house.gateway, {"sms": provider}, poll=0.1)
    phone = Phone(ports.operator)
    boxes = []
    with serve(app, ports.ours):
        for program in (BEARERBOX, SMSBOX):
            with (tmp_path / f"{Path(program).name}.log").open("w") as log:
                boxes.append(subprocess.Popen([program, "-v", "1", str(config)], stdout=log, stderr=log))
            time.sleep(1.0)
        _await(f"{url}/cgi-bin/sendsms")
        worker.start()
        deliverer.start()
        yield Bench(house, phone)
        deliverer.stop()
        worker.stop()
        for process in [*phone.processes, *reversed(boxes)]:
            process.terminate()
            process.wait(20)
            if process.stdout is not None:
                process.stdout.close()


def _await(url: str) -> None:
    until = time.monotonic() + 20
    while time.monotonic() < until:
        try:
            requests.get(url, timeout=1)
            return
        except requests.ConnectionError:
            time.sleep(0.1)
    raise AssertionError("Kannel does not answer")


def _status(house: House, wanted: str, seconds: float = 20) -> bool:
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        with house.sessions() as session:
            if session.scalars(select(Outbox.status)).all() == [wanted]:
                return True
        time.sleep(0.1)
    return False


def test_french_there_and_back_with_its_report(bench: Bench) -> None:
    bench.phone.say("text", "je vais a Cholet")
    bench.phone.hears("fr:echo je vais a Cholet")
    assert _status(bench.house, "delivered")


def test_arabic_there_and_back(bench: Bench) -> None:
    words = "أريد الذهاب إلى العمل"
    encoded = "".join(f"%{byte:02X}" for byte in words.encode("utf-16-be"))
    bench.phone.say("ucs2", encoded)
    line = bench.phone.hears(" ucs-2 ")
    printed = line.rpartition(" ucs-2 ")[2].rstrip(">\n")
    heard = unquote_to_bytes(printed.replace("+", " ")).decode("utf-16-be")
    assert heard == f"ar:echo {words}"
    assert bench.house.engine.asked[0].text == words
