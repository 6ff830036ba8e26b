"""Server-Sent Events: what is new in one conversation, as soon as it is written, resumable by number."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any

from bot.channels.web.door import Named
from bot.channels.web.ears import Ears
from bot.channels.web.transcript import delivered, holder, shown
from bot.gateway.gateway import Gateway
from bot.gateway.outbox import after

STILL_HERE = 15.0
# A stream ends by itself now and then; the browser resumes it. Nothing holds a stopping server for long.
LASTS = 300.0


async def feed(
    gateway: Gateway, ears: Ears, conversation_id: str, last: int, counsellor: Named
) -> AsyncIterator[str]:
    """Events `message` (id: its number) above `last`, and `state` whenever the conversation changes hands."""
    loop = asyncio.get_running_loop()
    began = silent_since = loop.time()
    state: dict[str, Any] = {}
    with ears.on(conversation_id) as bell:
        yield "retry: 2000\n\n"
        while loop.time() - began < LASTS:
            bell.clear()
            news, now = await asyncio.to_thread(_news, gateway, conversation_id, last, counsellor)
            if now != state:
                state = now
                yield f"event: state\ndata: {json.dumps(state)}\n\n"
            for message in news:
                last = message["seq"]
                yield f"id: {last}\nevent: message\ndata: {json.dumps(message)}\n\n"
            if news:
                silent_since = loop.time()
                # The stream is lazy: coming back here means the last event was handed to the connection.
                await asyncio.to_thread(_mark, gateway, conversation_id, last)
            elif loop.time() - silent_since >= STILL_HERE:
                silent_since = loop.time()
                yield ": still here\n\n"
            try:
                await asyncio.wait_for(bell.wait(), STILL_HERE)
            except TimeoutError:
                continue


def _news(
    gateway: Gateway, conversation_id: str, last: int, counsellor: Named
) -> tuple[list[dict[str, Any]], dict[str, Any]]:
    with gateway.sessions() as session:
        return [shown(out) for out in after(session, conversation_id, last)], holder(
            session, conversation_id, counsellor
        )


def _mark(gateway: Gateway, conversation_id: str, seq: int) -> None:
    with gateway.sessions.begin() as session:
        delivered(session, conversation_id, seq)
