"""Debian's Kannel with its fake operator, and a phone behind it."""

from __future__ import annotations

import contextlib
import queue
import shutil
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import unquote_to_bytes

import pytest
import requests

from tests.channels.conftest import free_port

BEARERBOX, SMSBOX = shutil.which("bearerbox"), shutil.which("smsbox")
FAKESMSC = Path("/usr/lib/kannel/test/fakesmsc")
SECRET = "s" * 32
LOGIN: dict[str, Any] = {"provider": "kannel", "secret": SECRET, "user": "relais", "password": "relais"}
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
concatenation = true
max-messages = 10

group = sms-service
keyword = default
post-url = "{webhook}?from=%p&id=%I&coding=%c&text=%b"
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
    sent: threading.Event = field(default_factory=threading.Event)

    def say(self, kind: str, text: str) -> None:
        """Send one message and listen. The operator's line takes one phone at a time: what comes meanwhile waits."""
        self.hang_up()
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

    def hang_up(self) -> None:
        """End the connection, once the message has left."""
        while self.processes:
            process = self.processes.pop()
            self.sent.wait(60)
            process.terminate()
            process.wait(60)
            if process.stdout is not None:
                process.stdout.close()
        self.sent.clear()

    def _listen(self, process: subprocess.Popen[str]) -> None:
        assert process.stdout is not None
        with contextlib.suppress(ValueError):  # closed while it was read
            for line in process.stdout:
                if "sent message" in line:
                    self.sent.set()
                self.heard.put(line)

    def hears(self, words: str, seconds: float = 90) -> str:
        until, lines = time.monotonic() + seconds, []
        while time.monotonic() < until:
            try:
                lines.append(self.heard.get(timeout=0.5))
            except queue.Empty:
                continue
            if words in lines[-1]:
                return lines[-1]
        raise AssertionError(f"not heard among {lines}")

    def says(self, words: str) -> None:
        """Send a text, as a phone would: in one SMS of the alphabet it needs."""
        if words.isascii():
            self.say("text", words)
        else:
            self.say("ucs2", "".join(f"%{byte:02X}" for byte in words.encode("utf-16-be")))

    def parts(self, end: str, seconds: float = 90) -> list[str]:
        """The parts of a long message in their order, up to the one that ends so."""
        found: list[str] = []
        while not (found and found[-1].endswith(end)):
            line = self.hears("Got message", seconds)
            while not line.endswith(">\n"):
                line += self.heard.get(timeout=60)
            found.append(_words(line))
        return found

    def read(self, seconds: float = 90) -> str:
        """The next message that came, in words."""
        line = self.hears("Got message", seconds)
        while not line.endswith(">\n"):
            line += self.heard.get(timeout=60)
        return _words(line)


def _words(line: str) -> str:
    """What fakesmsc prints of a message: sender, receiver, coding, and the text, escaped where it is UTF-16."""
    shown = line[line.index("<") + 1 : line.rindex(">")]
    _, _, kind, text = shown.split(" ", 3)
    if kind == "udh":
        _, kind, text = text.split(" ", 2)
    if kind == "text":
        return text
    sent = unquote_to_bytes(text.replace("+", " "))
    return sent.decode("utf-16-be" if kind == "ucs-2" or b"\0" in sent or sent[:1] == b"\6" else "utf-8")


@dataclass
class Boxes:
    """The running Kannel: `url` is its sendsms, `phone` somebody it reaches."""

    url: str
    phone: Phone


@contextmanager
def boxes(folder: Path, address: str, sendsms: int) -> Iterator[Boxes]:
    """Kannel delivering to the application at `address`, until the block ends. Skips where it is not installed."""
    if not (BEARERBOX and SMSBOX and FAKESMSC.exists()):
        pytest.skip("Kannel is not installed: apt-get install kannel kannel-extras")
    operator = free_port()
    config = folder / "kannel.conf"
    config.write_text(
        CONFIG.format(
            webhook=f"{address}/api/channels/sms/kannel/{SECRET}",
            admin=free_port(),
            box=free_port(),
            operator=operator,
            sendsms=sendsms,
        )
    )
    phone, running = Phone(operator), []
    url = f"http://127.0.0.1:{sendsms}"
    try:
        for program in (BEARERBOX, SMSBOX):
            with (folder / f"{Path(program).name}.log").open("w") as log:
                running.append(subprocess.Popen([program, "-v", "1", str(config)], stdout=log, stderr=log))
            time.sleep(1.0)
        _await(f"{url}/cgi-bin/sendsms")
        yield Boxes(url, phone)
    finally:
        phone.hang_up()
        for process in reversed(running):
            process.terminate()
            process.wait(60)


def _await(url: str) -> None:
    until = time.monotonic() + 90
    while time.monotonic() < until:
        try:
            requests.get(url, timeout=60)
            return
        except requests.ConnectionError:
            time.sleep(0.1)
    raise AssertionError("Kannel does not answer")
