"""Two hundred people talking at once: our whole house by its Telegram webhook, and the stock engine by its own door.

One event loop plays everybody: the people, and the Bot API their answers leave by.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import random
import statistics
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs

from bot.benches.answers import Answers
from bot.benches.mortal import SECRET
from bot.channels.telegram.receiver import HEADER
from bot.settings import Settings

PATIENCE = 60.0
# After so many messages somebody else takes the phone: one person may send thirty a minute (`bot.gateway.limits`).
TURNS_EACH = 25
# Two hundred people do not press « send » in the same instant: they arrive over this long (seconds).
ARRIVING = 2.0


@dataclass
class Tally:
    """What was measured: turns answered, accepts and whole turns in milliseconds, answers out of order."""

    turns: int = 0
    seconds: float = 0.0
    accepts: list[float] = field(default_factory=list)
    waits: list[float] = field(default_factory=list)
    silent: int = 0
    disordered: int = 0

    def rate(self) -> float:
        """Turns answered a second."""
        return round(self.turns / self.seconds, 1) if self.seconds else 0.0

    def wait_p95(self) -> float | None:
        """Milliseconds within which 95 % of the turns were answered."""
        return round(statistics.quantiles(self.waits, n=20)[18], 1) if len(self.waits) > 1 else None

    def accept_p95(self) -> float | None:
        """Milliseconds within which 95 % of the messages were taken."""
        return round(statistics.quantiles(self.accepts, n=20)[18], 1) if len(self.accepts) > 1 else None


class Line:
    """One kept-alive HTTP connection; the least that measures a server and not its client."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._streams: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    async def post(self, path: str, content: Any, headers: str = "") -> tuple[int, bytes]:
        """Status and body of the answer. A connection the server closed for being idle is opened again."""
        for _ in range(3):
            with contextlib.suppress(ConnectionError, asyncio.IncompleteReadError):
                found = await self._posted(path, content, headers)
                if found is not None:
                    return found
            self.close()
        raise ConnectionError("the server hangs up")

    async def _posted(self, path: str, content: Any, headers: str) -> tuple[int, bytes] | None:
        if self._streams is None:
            self._streams = await asyncio.open_connection("127.0.0.1", self._port)
        reader, writer = self._streams
        body = json.dumps(content).encode()
        head = f"POST {path} HTTP/1.1\r\nHost: l\r\nContent-Type: application/json\r\n{headers}"
        writer.write(f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body)
        first = await reader.readline()
        if not first:
            return None
        status, length = int(first.split()[1]), 0
        while (line := await reader.readline()) not in (b"\r\n", b""):
            name, _, value = line.partition(b":")
            if name.lower() == b"content-length":
                length = int(value)
        return status, await reader.readexactly(length)

    def close(self) -> None:
        """Hang up."""
        if self._streams is not None:
            self._streams[1].close()
        self._streams = None


class Phones:
    """The Bot API: what each chat got, and when the last of it came."""

    def __init__(self) -> None:
        self._bells: dict[str, asyncio.Event] = {}
        self._got: Counter[str] = Counter()
        self._at: dict[str, float] = {}
        self.sent = 0

    async def got(self, chat: str, count: int) -> float:
        """Wait until this chat has so many messages; the moment the last one came (`time.perf_counter`)."""
        while self._got[chat] < count:
            bell = self._bells.setdefault(chat, asyncio.Event())
            bell.clear()
            await bell.wait()
        return self._at.get(chat, 0.0)

    def _gets(self, chat: str) -> None:
        self.sent += 1
        self._got[chat] += 1
        self._at[chat] = time.perf_counter()
        if (bell := self._bells.get(chat)) is not None:
            bell.set()

    async def quiet(self, longest: float = 10.0) -> None:
        """Until nothing has come for a second: what hangs up on a message makes the house pause before the next."""
        until, before = time.monotonic() + longest, -1
        while before != self.sent and time.monotonic() < until:
            before = self.sent
            await asyncio.sleep(1.0)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection of the house."""
        try:
            while request := await reader.readline():
                length = 0
                while (line := await reader.readline()) not in (b"\r\n", b""):
                    name, _, value = line.partition(b":")
                    if name.lower() == b"content-length":
                        length = int(value)
                body = (await reader.readexactly(length)).decode()
                result: Any = True
                if b"/sendMessage" in request:
                    chat = parse_qs(body)["chat_id"][0]
                    self._gets(chat)
                    message = {"message_id": self.sent, "date": 1, "text": "x"}
                    result = {**message, "chat": {"id": int(chat), "type": "private"}}
                answer = json.dumps({"ok": True, "result": result}).encode()
                head = f"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {len(answer)}\r\n\r\n"
                writer.write(head.encode() + answer)
        except (ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError):
            return
        finally:
            writer.close()


Turn = Callable[[int, int, str], Awaitable[bool]]


async def crowd(
    people: int,
    seconds: float,
    scripts: Sequence[Sequence[str]],
    turn: Turn,
    tally: Tally,
    pause: float = 0.0,
) -> None:
    """`people` talk at once for so long, each one message after the answer to the one before; `pause`: seconds
    they read and type in between, half as long again or half as short."""
    until = time.monotonic() + seconds

    async def talk(number: int) -> None:
        count = 0
        chance = random.Random(number)  # the same people in every run
        await asyncio.sleep(ARRIVING * number / people)
        while time.monotonic() < until:
            for text in scripts[(number + count) % len(scripts)]:
                if time.monotonic() >= until:
                    return
                answered = await turn(number, count, text)
                count += 1
                # What is answered after the end would count turns of a longer time.
                tally.turns += answered and time.monotonic() <= until
                tally.silent += not answered
                if pause:
                    await asyncio.sleep(pause * chance.uniform(0.5, 1.5))

    await asyncio.gather(*(talk(number) for number in range(people)))
    tally.seconds += seconds


async def house(
    settings: Settings,
    api: int,
    people: int,
    seconds: float,
    scripts: Sequence[Sequence[str]],
    first: int,
    pause: float = 0.0,
) -> Tally:
    """Our house, its Bot API on `api`; update numbers from `first` on. A turn is answered with its last message."""
    tally, phones, answers = Tally(), Phones(), Answers(settings)
    lines = [Line(settings.port) for _ in range(people)]
    server = await asyncio.start_server(phones.serve, "127.0.0.1", api)

    async def turn(number: int, count: int, text: str) -> bool:
        chat = str(first + number + people * (count // TURNS_EACH))
        user = {"id": int(chat), "is_bot": False, "first_name": "A", "language_code": "fr"}
        message = {"message_id": count + 1, "date": 1, "from": user, "text": text}
        update = {
            "update_id": int(chat) * 100 + count % TURNS_EACH,
            "message": {**message, "chat": {"id": int(chat), "type": "private"}},
        }
        began = time.perf_counter()
        status, _ = await lines[number].post(
            "/api/channels/telegram/webhook", update, f"{HEADER}: {SECRET}\r\n"
        )
        tally.accepts.append((time.perf_counter() - began) * 1000)
        if status != 200:
            return False
        try:
            async with asyncio.timeout(PATIENCE):
                so_far = await answers.whole(chat)
                last = await phones.got(chat, so_far - (count % TURNS_EACH + 1))
        except TimeoutError:
            return False
        if last < began:  # a turn without a word of ours
            return False
        tally.waits.append((last - began) * 1000)
        return True

    try:
        await crowd(people, seconds, scripts, turn, tally, pause)
        await phones.quiet()
    finally:
        # Not waited for: the house keeps its connections open.
        server.close()
        answers.close()
        for line in lines:
            line.close()
    return tally


async def engine(
    port: int,
    people: int,
    seconds: float,
    scripts: Sequence[Sequence[str]],
    metadata: Callable[[Mapping[str, Any]], dict[str, Any]],
    pause: float = 0.0,
) -> Tally:
    """An engine's own REST door on `port`; `metadata` is what the gateway would send with a state."""
    tally = Tally()
    lines = [Line(port) for _ in range(people)]
    states: dict[int, Mapping[str, Any]] = {}

    async def turn(number: int, count: int, text: str) -> bool:
        content = {
            "sender": f"crowd-{number}-{count // 60}",
            "message": text,
            "metadata": metadata(states.get(number, {})),
        }
        began = time.perf_counter()
        try:
            post = lines[number].post("/webhooks/rest/webhook", content)
            _, body = await asyncio.wait_for(post, PATIENCE)
        except TimeoutError:
            lines[number] = Line(port)
            return False
        tally.waits.append((time.perf_counter() - began) * 1000)
        found = [item["custom"]["state"] for item in json.loads(body) if "custom" in item]
        states[number] = found[-1] if found else {}
        return bool(found)

    await crowd(people, seconds, scripts, turn, tally, pause)
    for line in lines:
        line.close()
    return tally
