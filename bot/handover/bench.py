"""`relais bench desk`: fifty counsellors at once before ten thousand conversations, pages and live updates timed.

The real application in a process of its own, on SQLite; each counsellor keeps one event stream open and reads a page
every few seconds. No engine runs: pages ask it nothing.
"""

from __future__ import annotations

import asyncio
import contextlib
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from random import Random
from statistics import median, quantiles
from typing import Any
from urllib.parse import quote

from sqlalchemy import select, update
from sqlalchemy.orm import Session, sessionmaker

from bot.assembly import open_database
from bot.database import sessions
from bot.directory.importer import load_bundled
from bot.directory.tables import Structure
from bot.gateway.tables import Conversation, Inbox
from bot.handover import crowded
from bot.handover.desk.browser import COOKIE
from bot.handover.desk.scope import visible
from bot.handover.desk.secrets import fingerprint
from bot.handover.tables import Counsellor, DeskSession, Handover
from bot.migrations import upgrade
from bot.replay.stage import free_port
from bot.running.parts import application
from bot.running.steps import step
from bot.running.supervisor import Supervisor
from bot.settings import Settings
from bot.understanding.places import Gazetteer

CONVERSATIONS, COUNSELLORS = 10_000, 50
QUICK_CONVERSATIONS, QUICK_COUNSELLORS = 1_000, 10
THINKING = (2.0, 5.0)
WARM_UP = 8.0
SEEN_WITHIN = 10.0


@dataclass
class Tally:
    """Milliseconds by page, and how long a message took to be told to an open page."""

    pages: dict[str, list[float]] = field(default_factory=dict)
    live: list[float] = field(default_factory=list)
    wrong: int = 0

    def add(self, page: str, ms: float) -> None:
        """One page read."""
        self.pages.setdefault(page, []).append(ms)


def run(*, quick: bool = False) -> dict[str, Any]:
    """`p95_ms` over all pages, `pages` each one's, `live_p95_ms` from a message to its event."""
    conversations = QUICK_CONVERSATIONS if quick else CONVERSATIONS
    counsellors = QUICK_COUNSELLORS if quick else COUNSELLORS
    with tempfile.TemporaryDirectory(prefix="relais-bench-") as folder:
        settings = Settings(var=Path(folder), database_url="", port=free_port(), public_url="")
        make = sessions(open_database(settings))
        with step(f"{conversations} conversations, {counsellors} counsellors"):
            cookies = stage(settings, make, conversations, counsellors)
        supervisor = Supervisor([application(settings)], _said)
        try:
            with step("Starting the application"):
                supervisor.start()
            with step("Counsellors at work"):
                tally = asyncio.run(_work(settings.port, make, cookies, 15.0 if quick else 90.0))
        finally:
            supervisor.stop()
            make.kw["bind"].dispose()
    everything = [ms for each in tally.pages.values() for ms in each]
    return {
        "conversations": conversations,
        "counsellors": counsellors,
        "requests": len(everything),
        "wrong": tally.wrong,
        "p50_ms": round(median(everything), 1),
        "p95_ms": p95(everything),
        "pages": {name: p95(each) for name, each in sorted(tally.pages.items())},
        "live_p50_ms": round(median(tally.live), 1) if tally.live else None,
        "live_p95_ms": p95(tally.live),
    }


def stage(settings: Settings, make: sessionmaker[Session], conversations: int, counsellors: int) -> list[str]:
    """An empty database made and filled; the counsellors' cookies."""
    upgrade(make.kw["bind"])
    load_bundled(make, settings.data / "directory")
    places = Gazetteer.load(settings.data)
    with make() as session:
        region = _communes(session, places)
    return crowded.fill(
        make,
        settings,
        places,
        region,
        conversations=conversations,
        counsellors=counsellors,
        now=datetime.now(UTC),
    )


def p95(values: Sequence[float]) -> float | None:
    """The value 95 % stay below; None with less than two."""
    return round(quantiles(values, n=20)[18], 1) if len(values) > 1 else None


def _communes(session: Session, places: Gazetteer) -> list[str]:
    """The communes in which the loaded directory has a structure."""
    codes = session.scalars(select(Structure.code_insee).where(Structure.code_insee.is_not(None)).distinct())
    return sorted(code for code in codes if code and places.commune(code))


async def _work(port: int, make: sessionmaker[Session], cookies: Sequence[str], seconds: float) -> Tally:
    tally, warm = Tally(), Tally()
    for kept, duration in ((warm, WARM_UP), (tally, seconds)):
        until = time.monotonic() + duration
        heard = _heard(port, make, cookies[-1], kept, until)
        await asyncio.gather(heard, *(_counsellor(port, make, cookie, kept, until) for cookie in cookies))
    return tally


async def _counsellor(
    port: int, make: sessionmaker[Session], cookie: str, tally: Tally, until: float
) -> None:
    """Reads pages as a counsellor does, with one event stream open all the time."""
    pick = Random(cookie)
    with make() as session:
        ids = _own(session, cookie)
    stream = asyncio.create_task(_listen(port, cookie, "/desk/live", lambda _event: None))
    pages = [("list", "/desk"), ("day", "/desk/day"), ("services", f"/desk/services?q={quote('véhicule')}")]
    pages += [("case", f"/desk/cases/{one}") for one in ids[:6]]
    pages += [("sieve", f"/desk/cases/{one}/sieve") for one in ids[:2]]
    pages += [("print", f"/desk/cases/{one}/summary.json") for one in ids[:1]]
    pages += [("observatory", "/desk/observatory")]
    line = Line(port, cookie)
    try:
        while True:
            await asyncio.sleep(pick.uniform(*THINKING))
            if time.monotonic() > until:
                return
            name, path = pick.choice(pages)
            began = time.perf_counter()
            status = await line.get(path)
            tally.add(name, (time.perf_counter() - began) * 1000)
            tally.wrong += status != 200
    finally:
        line.close()
        stream.cancel()
        await asyncio.gather(stream, return_exceptions=True)


def _own(session: Session, cookie: str) -> list[str]:
    row = session.get_one(DeskSession, fingerprint(cookie))
    who = session.get_one(Counsellor, row.counsellor_id)
    wanted = select(Handover.id).where(visible(who), Handover.state.in_(["queued", "claimed"])).limit(8)
    return list(session.scalars(wanted))


async def _heard(port: int, make: sessionmaker[Session], cookie: str, tally: Tally, until: float) -> None:
    """Writes a message now and then, and waits for the page of its case to be told."""
    with make() as session:
        case = _own(session, cookie)[0]
        conversation = session.get_one(Handover, case).conversation_id
    told: asyncio.Queue[float] = asyncio.Queue()

    def event(line: str) -> None:
        if line == "event: change":
            told.put_nowait(time.perf_counter())

    stream = asyncio.create_task(_listen(port, cookie, f"/desk/cases/{case}/live", event))
    await asyncio.sleep(1.5)
    try:
        while time.monotonic() < until - SEEN_WITHIN / 5:
            written = await asyncio.to_thread(_message, make, conversation)
            try:
                seen = await asyncio.wait_for(told.get(), SEEN_WITHIN)
                tally.live.append((seen - written) * 1000)
            except TimeoutError:
                tally.wrong += 1
            await asyncio.sleep(1.3)
    finally:
        stream.cancel()
        await asyncio.gather(stream, return_exceptions=True)


def _message(make: sessionmaker[Session], conversation: str) -> float:
    now = datetime.now(UTC)
    with make.begin() as session:
        session.execute(
            update(Conversation).where(Conversation.id == conversation).values(seq=Conversation.seq + 1)
        )
        seq = session.scalar(select(Conversation.seq).where(Conversation.id == conversation)) or 0
        session.add(
            Inbox(
                conversation_id=conversation,
                channel="web",
                dedupe=f"live-{conversation[-12:]}-{seq}",
                seq=seq,
                kind="text",
                text="bonjour",
                at=now,
                received_at=now,
                status="done",
                next_try_at=now,
            )
        )
    return time.perf_counter()


class Line:
    """One kept-alive connection of a signed-in browser."""

    def __init__(self, port: int, cookie: str) -> None:
        self._port = port
        self._cookie = cookie
        self._streams: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    async def get(self, path: str) -> int:
        """The status of a page, read whole. A connection the server closed for being idle is opened again."""
        for _ in range(3):
            with contextlib.suppress(ConnectionError):
                if self._streams is None:
                    self._streams = await asyncio.open_connection("127.0.0.1", self._port)
                reader, writer = self._streams
                writer.write(_request(path, self._cookie))
                status, length = await _head(reader)
                await reader.readexactly(length)
                return status
            self.close()
            self._streams = None
        raise ConnectionError("the server hangs up")

    def close(self) -> None:
        """Hang up."""
        if self._streams is not None:
            self._streams[1].close()


async def _listen(port: int, cookie: str, path: str, event: Callable[[str], None]) -> None:
    """Reads an event stream until cancelled."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port, limit=1 << 20)
    try:
        writer.write(_request(path, cookie))
        await _head(reader)
        while line := await reader.readline():
            event(line.decode().strip())
    finally:
        writer.close()


def _request(path: str, cookie: str) -> bytes:
    return f"GET {path} HTTP/1.1\r\nHost: l\r\nCookie: {COOKIE}={cookie}\r\n\r\n".encode()


async def _head(reader: asyncio.StreamReader) -> tuple[int, int]:
    first = await reader.readline()
    if not first:
        raise ConnectionError("closed")
    status, length = int(first.split()[1]), 0
    while (line := await reader.readline()) not in (b"\r\n", b""):
        name, _, value = line.partition(b":")
        if name.lower() == b"content-length":
            length = int(value)
    return status, length


def _said(part: str, line: str) -> None:
    print(f"{part:>12} │ {line}", file=sys.stderr)
