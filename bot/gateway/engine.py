"""The engine's client: one message over REST on the loopback, its items back or a failure."""

from __future__ import annotations

import zlib
from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, Self

from urllib3 import PoolManager, Timeout
from urllib3.exceptions import HTTPError, NewConnectionError, ProtocolError, TimeoutError

from bot.gateway.ports import EngineFailure

if TYPE_CHECKING:
    from bot.settings import Settings

CONNECT_TIMEOUT = 2.0
# Kept open to each engine process; more are opened and closed again.
CONNECTIONS = 64


class EngineClient:
    """Asks one of the engine processes, always the same one for a conversation."""

    def __init__(self, urls: Sequence[str], timeout: float) -> None:
        """`urls` are base addresses of the engine processes; `timeout` is in seconds for one message."""
        self._urls = tuple(url.rstrip("/") for url in urls)
        self._timeout = timeout
        # Below requests, which costs as much again as the call itself (28 November 2026). It knows of no proxy.
        self._pool = PoolManager(maxsize=CONNECTIONS, retries=False)

    @classmethod
    def of(cls, settings: Settings) -> Self:
        """The client for the engines of these settings."""
        return cls([f"http://127.0.0.1:{port}" for port in settings.engine_ports()], settings.engine_timeout)

    def ask(self, conversation_id: str, text: str, metadata: Mapping[str, Any]) -> Any:
        """The JSON items of the answer. Raises `EngineFailure` (refused, timeout, status, not JSON)."""
        url = self._urls[zlib.crc32(conversation_id.encode()) % len(self._urls)]
        try:
            response = self._pool.request(
                "POST",
                f"{url}/webhooks/rest/webhook",
                json={"sender": conversation_id, "message": text, "metadata": metadata},
                timeout=Timeout(connect=CONNECT_TIMEOUT, read=self._timeout),
            )
            if response.status != HTTPStatus.OK:
                raise EngineFailure(f"status-{response.status}")
            return response.json()
        except (
            NewConnectionError,
            ProtocolError,
        ):  # before the next: urllib3 counts the first among timeouts
            raise EngineFailure("refused") from None
        except TimeoutError:
            raise EngineFailure("timeout") from None
        except ValueError:
            raise EngineFailure("not-json") from None
        except HTTPError as error:
            raise EngineFailure(type(error).__name__) from None

    def healthy(self) -> bool:
        """Whether every engine process answers."""
        try:
            return all(
                self._pool.request("GET", f"{url}/", timeout=CONNECT_TIMEOUT).status == HTTPStatus.OK
                for url in self._urls
            )
        except HTTPError:
            return False
