"""The engine's client: one message over REST on the loopback, its items back or a failure."""

from __future__ import annotations

import threading
import zlib
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Self

import requests

from bot.gateway.ports import EngineFailure

if TYPE_CHECKING:
    from bot.settings import Settings

CONNECT_TIMEOUT = 2.0


class EngineClient:
    """Asks one of the engine processes, always the same one for a conversation."""

    def __init__(self, urls: Sequence[str], timeout: float) -> None:
        """`urls` are base addresses of the engine processes; `timeout` is in seconds for one message."""
        self._urls = tuple(url.rstrip("/") for url in urls)
        self._timeout = timeout
        self._local = threading.local()

    @classmethod
    def of(cls, settings: Settings) -> Self:
        """The client for the engines of these settings."""
        return cls([f"http://127.0.0.1:{port}" for port in settings.engine_ports()], settings.engine_timeout)

    def ask(self, conversation_id: str, text: str, metadata: Mapping[str, Any]) -> Any:
        """The JSON items of the answer. Raises `EngineFailure` (refused, timeout, status, not JSON)."""
        url = self._urls[zlib.crc32(conversation_id.encode()) % len(self._urls)]
        try:
            response = self._session().post(
                f"{url}/webhooks/rest/webhook",
                json={"sender": conversation_id, "message": text, "metadata": metadata},
                timeout=(CONNECT_TIMEOUT, self._timeout),
            )
            if response.status_code != requests.codes.ok:
                raise EngineFailure(f"status-{response.status_code}")
            return response.json()
        except requests.Timeout:
            raise EngineFailure("timeout") from None
        except requests.ConnectionError:
            raise EngineFailure("refused") from None
        except ValueError:
            raise EngineFailure("not-json") from None
        except requests.RequestException as error:
            raise EngineFailure(type(error).__name__) from None

    def healthy(self) -> bool:
        """Whether every engine process answers."""
        try:
            return all(self._session().get(f"{url}/", timeout=CONNECT_TIMEOUT).ok for url in self._urls)
        except requests.RequestException:
            return False

    def _session(self) -> requests.Session:
        """One per thread: requests does not promise that a session may be shared."""
        found = getattr(self._local, "session", None)
        if not isinstance(found, requests.Session):
            found = requests.Session()
            found.trust_env = False  # the engine is on the loopback: no proxy, no .netrc
            self._local.session = found
        return found
