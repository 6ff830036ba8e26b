"""Every HTTP request has an identifier: in its answer, and in each log line it causes."""

from __future__ import annotations

import re
import uuid

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from bot.telemetry.logs import request

HEADER = "x-request-id"
# What a proxy may hand us as its identifier: no words of anybody fit in.
_IDENTIFIER = re.compile(r"[0-9a-fA-F-]{8,64}")


class Identified:
    """Gives every request an identifier, or keeps the one a proxy gave it, and says it in the answer."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on with the identifier in the context."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        given = dict(scope["headers"]).get(HEADER.encode(), b"").decode("latin-1")
        mark = given if _IDENTIFIER.fullmatch(given) else uuid.uuid4().hex
        token = request.set(mark)

        async def marked(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message).setdefault(HEADER, mark)
            await send(message)

        try:
            await self._app(scope, receive, marked)
        finally:
            request.reset(token)
