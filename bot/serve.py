"""`python -m bot.serve`: the application on its port. Who connects and does not speak in time is hung up on."""

from __future__ import annotations

import argparse
import asyncio
from asyncio import TimerHandle

import uvicorn
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from bot.loaded import settle
from bot.settings import Settings

# For the head of a request, all of it; its body has a time of its own (`bot.channels.shield`).
HEAD_SECONDS = 10.0
# An open event stream must not hold up a stop: browsers come back by themselves.
GOODBYE_SECONDS = 3


class Patient(HttpToolsProtocol):
    """The server's protocol with an end to its patience: a head that drips holds no connection for ever."""

    head_seconds = HEAD_SECONDS
    _late: TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Begin to wait for a request."""
        super().connection_made(transport)
        self._wait()

    def connection_lost(self, exc: Exception | None) -> None:
        """Wait no more."""
        self._enough()
        super().connection_lost(exc)

    def on_message_begin(self) -> None:
        """The first byte of a request on a connection that was kept: its head must come in time too."""
        self._wait()
        super().on_message_begin()

    def on_headers_complete(self) -> None:
        """The head is there."""
        self._enough()
        super().on_headers_complete()

    def _wait(self) -> None:
        self._enough()
        self._late = self.loop.call_later(self.head_seconds, self._hang_up)

    def _enough(self) -> None:
        if self._late is not None:
            self._late.cancel()
            self._late = None

    def _hang_up(self) -> None:
        if self.transport is not None and not self.transport.is_closing():
            self.transport.abort()


def main() -> None:
    """Serve until told to stop."""
    settings = Settings()
    asked = argparse.ArgumentParser(prog="python -m bot.serve")
    asked.add_argument("--host", default=settings.host)
    asked.add_argument("--port", type=int, default=settings.port)
    given = asked.parse_args()
    # Loaded here and not above: the protocol alone needs no application.
    from bot.app import create_app

    app = create_app()
    settle()
    uvicorn.run(
        app,
        host=given.host,
        port=given.port,
        http=Patient,
        access_log=False,
        log_level="warning",
        server_header=False,
        timeout_graceful_shutdown=GOODBYE_SECONDS,
    )


if __name__ == "__main__":
    main()
