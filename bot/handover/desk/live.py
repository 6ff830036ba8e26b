"""Live updates: one server-sent event when the list or a conversation changes; the page then reads itself."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable

from fastapi import APIRouter, Request
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response, StreamingResponse

from bot.handover.desk import cases
from bot.handover.desk.pages import Problem, SignInFirst
from bot.handover.desk.visit import Desk

# A message is seen within a second.
EVERY = 0.7
# A stream ends by itself and the browser comes back: a counsellor signed out elsewhere stops seeing.
ROUNDS = 400
# So often an open page is looked at whole, whatever the pulse says, and who is signed out is noticed.
BEAT = 20


class Pulse:
    """What all open lists watch, read once for all: fifty desks are one small read each time, not two hundred."""

    def __init__(self, read: Callable[[], cases.Beat]) -> None:
        """`read` asks the database; it is called in a thread."""
        self._read = read
        self._lock = asyncio.Lock()
        self._last: cases.Beat | None = None
        self._at = 0.0

    async def of(self, counsellor_id: str) -> str:
        """A short text that stays the same as long as this counsellor's list does."""
        async with self._lock:
            now = asyncio.get_running_loop().time()
            if self._last is None or now - self._at >= EVERY / 2:
                self._last, self._at = await run_in_threadpool(self._read), now
            return self._last.of(counsellor_id)


def add(router: APIRouter, desk: Desk) -> None:
    """Add these routes."""
    pulse = Pulse(lambda: _beat(desk))

    @router.get("/live")
    async def live(request: Request) -> Response:
        who = await run_in_threadpool(_who, desk, request)
        return await _stream(request, lambda: _list(desk, request), lambda: pulse.of(who))

    @router.get("/cases/{handover_id}/live")
    async def live_case(request: Request, handover_id: str) -> Response:
        return await _stream(request, lambda: _case(desk, request, handover_id))


Stirs = Callable[[], Awaitable[str]]


async def _stream(request: Request, look: Callable[[], str], stirs: Stirs | None = None) -> Response:
    before = await stirs() if stirs else ""
    first = await run_in_threadpool(look)
    return StreamingResponse(_events(request, look, first, stirs, before), media_type="text/event-stream")


async def _events(
    request: Request, look: Callable[[], str], seen: str, stirs: Stirs | None = None, before: str = ""
) -> AsyncIterator[str]:
    """`look` tells what the page shows; with `stirs` it is asked only when that has moved since `before`."""
    yield f"event: mark\ndata: {seen}\n\n"
    for turn in range(ROUNDS):
        await asyncio.sleep(EVERY)
        if await request.is_disconnected():
            return
        whole = turn % BEAT == 0
        stirred = await stirs() if stirs else ""
        if stirs and stirred == before and not whole:
            continue
        before = stirred
        try:
            now = await run_in_threadpool(look)
        except (SignInFirst, Problem):
            return
        if now != seen:
            seen = now
            yield f"event: change\ndata: {now}\n\n"
        elif whole:
            yield ": still here\n\n"


def _who(desk: Desk, request: Request) -> str:
    with desk.visit(request, "cases", passive=True) as visit:
        return visit.who.id


def _beat(desk: Desk) -> cases.Beat:
    with desk.sessions() as session:
        return cases.beat(session)


def _list(desk: Desk, request: Request) -> str:
    with desk.visit(request, "cases", passive=True) as visit:
        return cases.mark(visit.session, visit.who)


def _case(desk: Desk, request: Request, handover_id: str) -> str:
    with desk.visit(request, "cases", passive=True) as visit:
        row = visit.case(handover_id)
        return f"{row.version}-{desk.thread.last(visit.session, row.conversation_id)}"
