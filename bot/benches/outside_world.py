"""What stands around a gateway under test: Telegram's Bot API and an engine that answers at once, on the loopback."""

from __future__ import annotations

import functools
import hashlib
import json
import threading
import time
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs


@dataclass(frozen=True)
class Delivery:
    """One message as the phone got it: which process sent it, when (monotonic seconds), and its words."""

    process: int
    at: float
    text: str


@dataclass
class World:
    """The phones, by chat; `heard` rings at each delivery."""

    phones: dict[str, list[Delivery]] = field(default_factory=lambda: defaultdict(list))
    heard: threading.Condition = field(default_factory=threading.Condition)
    api: str = ""
    engine: str = ""
    mood: dict[str, str] = field(default_factory=dict)
    """How `api` and `engine` behave now, when not well: see `MOODS`."""
    _said: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    _numbers: int = 0

    def pending(self, sent: Mapping[str, Sequence[str]]) -> bool:
        """Whether some of these messages, by chat, have no answer on their phone yet."""
        with self.heard:
            return any(not self._said[chat].issuperset(texts) for chat, texts in sent.items())

    def unanswered(self, sent: Mapping[str, Sequence[str]]) -> dict[str, list[str]]:
        """Those of these messages, by chat, that have no answer on their phone yet."""
        with self.heard:
            return {
                chat: [one for one in texts if one not in self._said[chat]] for chat, texts in sent.items()
            }

    def deliver(self, process: int, chat: str, text: str) -> int:
        """Note a message; its number."""
        with self.heard:
            self.phones[chat].append(Delivery(process, time.monotonic(), text))
            self._said[chat].add(text)
            self._numbers += 1
            self.heard.notify_all()
            return self._numbers

    def answers(self, chat: str) -> int:
        """How many different messages a phone got."""
        with self.heard:
            return len(self._said[chat])


MOODS = ("refuses", "hangs", "cuts", "cuts-after", "rubbish", "empty", "throttles", "slow")
"""500; no answer; the connection closed before or after the work; HTML; nothing; 429; a third of a second late."""
LONGEST_HANG = 8.0


def echo(sender: str, text: str, metadata: dict[str, Any]) -> list[dict[str, Any]]:
    """The words back, and a state in which every turn and its order left its mark."""
    heard = _linked(metadata["state"].get("heard", ""), text)
    say = [{"key": "echo", "values": {"value": {"text": text}}}]
    return [
        {"recipient_id": sender, "custom": {"turn": metadata["turn"], "say": say, "state": {"heard": heard}}}
    ]


def chained(texts: Iterable[str]) -> str:
    """What the state holds after these turns, one after the other."""
    return functools.reduce(_linked, texts, "")


def _linked(before: str, text: str) -> str:
    # As long after a thousand turns as after one: a list of them all would slow down what is measured.
    return hashlib.sha256(f"{before}\n{text}".encode()).hexdigest()[:16]


@contextmanager
def world() -> Iterator[World]:
    """Both servers, until the block ends."""
    made = World()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            """`/{process}/bot{token}/{method}` is the Bot API; anything else the engine."""
            length = int(self.headers["Content-Length"])
            body = self.rfile.read(length)
            if len(body) < length:
                raise ConnectionError("the caller was killed while speaking")
            parts = self.path.split("/")
            side = "api" if parts[1].isdigit() else "engine"
            mood = made.mood.get(side, "")
            if mood in ("refuses", "cuts", "hangs", "rubbish", "empty", "throttles"):
                self._fail(side, mood)
                return
            if mood == "slow":
                time.sleep(0.3)
            answer: Any
            if parts[1].isdigit():
                answer = {"ok": True, "result": True}
                if parts[-1] == "sendMessage":
                    said = {name: values[0] for name, values in parse_qs(body.decode()).items()}
                    number = made.deliver(int(parts[1]), said["chat_id"], said["text"])
                    chat = {"id": int(said["chat_id"]), "type": "private"}
                    answer["result"] = {"message_id": number, "date": 1, "chat": chat, "text": "x"}
            else:
                asked = json.loads(body)
                answer = echo(asked["sender"], asked["message"], asked["metadata"])
            if mood == "cuts-after":
                self.close_connection = True
                return
            self._say(200, json.dumps(answer).encode())

        def _fail(self, side: str, mood: str) -> None:
            if mood == "hangs":
                until = time.monotonic() + LONGEST_HANG
                while made.mood.get(side) == mood and time.monotonic() < until:
                    time.sleep(0.02)
            if mood in ("hangs", "cuts"):
                self.close_connection = True
                return
            refusal = {"ok": False, "error_code": 500, "description": "Internal Server Error"}
            throttle = {**refusal, "error_code": 429, "parameters": {"retry_after": 1}}
            content = {"rubbish": b"<html>", "empty": b"[]", "throttles": json.dumps(throttle).encode()}
            status = {"refuses": 500, "throttles": 429}.get(mood, 200)
            self._say(status, content.get(mood, json.dumps(refusal).encode()))

        def _say(self, status: int, content: bytes) -> None:
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_: Any) -> None:
            """Nothing."""

        def handle(self) -> None:
            """As always, but a caller that was killed is no news."""
            try:
                super().handle()
            except (ConnectionError, ValueError):
                return

    class Server(ThreadingHTTPServer):
        # The usual five are too few for a gateway that comes back with all that waited: a caller would be let wait.
        request_queue_size = 128
        daemon_threads = True

    server = Server(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, name="world", daemon=True).start()
    made.api = made.engine = f"http://127.0.0.1:{server.server_address[1]}"
    try:
        yield made
    finally:
        server.shutdown()
        server.server_close()
