"""The way in: what a provider's webhook says is stored, then answered with an empty 200."""

from __future__ import annotations

import asyncio
import logging
import threading

from fastapi import APIRouter, Request, Response

from bot.channels.sms.ovh import Ovh
from bot.channels.sms.provider import Forged, Inbound, Raw, Report, SmsProvider, Unreadable, number
from bot.gateway import passage
from bot.gateway.gateway import Gateway
from bot.gateway.message import Incoming
from bot.gateway.reports import report
from bot.gateway.sender import Refused, Throttled, Unreachable

CHANNEL = "sms"
FETCH_EVERY = 10.0
log = logging.getLogger(__name__)


class Receiver:
    """Takes a provider's messages and reports into the gateway."""

    def __init__(self, gateway: Gateway, provider: SmsProvider) -> None:
        self._gateway = gateway
        self._provider = provider

    def take(self, raw: Raw) -> None:
        """Store what one request says. Raises `Forged` or `Unreadable`."""
        for said in self._provider.read(raw):
            if isinstance(said, Report):
                with self._gateway.sessions.begin() as session:
                    report(session, CHANNEL, said.provider_id, said.status)
            else:
                self.hear(said)

    def hear(self, said: Inbound) -> None:
        """Store one message. Short codes and names are left alone: a machine would answer a machine for ever."""
        sender = number(said.sender)
        if sender is None:
            log.info("sms: not from a number")
            return
        word = said.text.strip()
        if passage.looks_like(word) and self._gateway.go_on(CHANNEL, sender, word):
            incoming = Incoming(CHANNEL, sender, said.external_id, "start")
        else:
            incoming = Incoming(CHANNEL, sender, said.external_id, text=said.text)
        self._gateway.receive(incoming)


def router(receiver: Receiver, provider: str, address: str) -> APIRouter:
    """`/api/channels/sms/{provider}` and `/api/channels/sms/{provider}/{secret}`, GET and POST."""
    made = APIRouter(prefix="/api/channels/sms", tags=["SMS channel"])

    async def webhook(request: Request, secret: str = "") -> Response:
        """One request of the provider; 200 only once what it says is stored."""
        raw = Raw(
            request.method,
            f"{address}{request.url.path}",
            {name.lower(): value for name, value in request.headers.items()},
            dict(request.query_params),
            await request.body(),
            secret,
            request.url.query,
        )
        try:
            await asyncio.to_thread(receiver.take, raw)
        except Forged as forged:
            log.warning("sms: refused, %s", forged)
            return Response(status_code=403)
        except Unreadable as unreadable:
            log.warning("sms: unreadable, %s", unreadable)
            return Response(status_code=400)
        return Response(status_code=200, media_type="text/plain")

    for path in (f"/{provider}", f"/{provider}/{{secret}}"):
        made.add_api_route(path, webhook, methods=["POST"], response_class=Response)
        made.add_api_route(path, webhook, methods=["GET"], response_class=Response, include_in_schema=False)
    return made


class Fetcher:
    """Fetches the answers of a provider that cannot prove itself to a webhook."""

    def __init__(
        self, receiver: Receiver, gateway: Gateway, provider: Ovh, every: float = FETCH_EVERY
    ) -> None:
        """`every`: seconds between two looks."""
        self._receiver = receiver
        self._gateway = gateway
        self._provider = provider
        self._every = every
        self._seen: set[str] = set()
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="sms-fetch", daemon=True)

    def start(self) -> None:
        """Begin to fetch."""
        self._thread.start()

    def stop(self) -> None:
        """End."""
        self._stopping.set()
        if self._thread.is_alive():
            self._thread.join(5)

    def fetch(self) -> int:
        """Fetch once; how many messages came. What is stored here is deleted there: a message that outlived its
        own retention or erasure here must not come a second time."""
        found = self._provider.fetch(self._seen.__contains__)
        for said in found:
            self._receiver.hear(said)
            name = said.external_id or ""
            self._seen.add(name)
            try:
                self._provider.drop(name)
            except (Unreachable, Refused, Throttled) as error:  # known by its id until the next start
                log.warning("sms drop: %s", error)
        return len(found)

    def _run(self) -> None:
        while not self._stopping.is_set():
            try:
                self.fetch()
            except Exception as error:  # the provider or the database is away: try again, never die
                log.warning("sms fetch: %s", type(error).__name__)
            self._stopping.wait(self._every)
