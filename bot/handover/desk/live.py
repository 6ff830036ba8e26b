"""Live updates: one server-sent event when the list or a conversation changes; the page then reads itself."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable

from fastapi import APIRouter, Request
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response, StreamingResponse

from bot.handover.desk import cases
from bot.handover.desk.pages import Problem, SignInFirst
from bot.handover.desk.visit import Desk

# A message is seen within a second; fifty desks open are fifty small reads each time.
EVERY = 0.7
# A stream ends by itself and the browser comes back: a counsellor signed out elsewhere stops seeing.
ROUNDS = 400
BEAT = 20


def add(router: APIRouter, desk: Desk) -> None:
    """Add these routes."""

    @router.get("/live")
    async def live(request: Request) -> Response:
        return await _stream(request, lambda: _list(desk, request))

    @router.get("/cases/{handover_id}/live")
    async def live_case(request: Request, handover_id: str) -> Response:
        return await _stream(request, lambda: _case(desk, request, handover_id))


async def _stream(request: Request, look: Callable[[], str]) -> Response:
    first = await run_in_threadpool(look)
    return StreamingResponse(_events(request, look, first), media_type="text/event-stream")


async def _events(request: Request, look: Callable[[], str], seen: str) -> AsyncIterator[str]:
    yield f"event: mark\ndata: {seen}\n\n"
    for turn in range(ROUNDS):
        await asyncio.sleep(EVERY)
        if await request.is_disconnected():
            return
        try:
            now = await run_in_threadpool(look)
        except (SignInFirst, Problem):
            return
        if now != seen:
            seen = now
            yield f"event: change\ndata: {now}\n\n"
        elif turn % BEAT == 0:
            yield ": still here\n\n"


def _list(desk: Desk, request: Request) -> str:
    with desk.visit(request, "cases", passive=True) as visit:
        return cases.mark(visit.session, visit.who)


def _case(desk: Desk, request: Request, handover_id: str) -> str:
    with desk.visit(request, "cases", passive=True) as visit:
        row = visit.case(handover_id)
        return f"{row.version}-{desk.thread.last(visit.session, row.conversation_id)}"
