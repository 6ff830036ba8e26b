"""Speed patch 4: calls of the action server over one kept connection, with what our actions read and no more.

Rasa 3.6.21 opens a connection for every call and sends the whole domain and every event of the session. Our
actions read the latest message, the slots and the active loop; the conversation's state is in the message.
"""

from __future__ import annotations

from typing import Any

import aiohttp
import rasa
from rasa.core.actions.action import RemoteAction
from rasa.core.constants import DEFAULT_REQUEST_TIMEOUT
from rasa.shared.core.trackers import EventVerbosity
from rasa.utils.endpoints import EndpointConfig

# The action server keeps an idle connection for 120 s (sanic): ours are let go well before.
IDLE_SECONDS = 20


class _Kept:
    """An `async with` around a session that stays open."""

    def __init__(self, session: aiohttp.ClientSession) -> None:
        self._session = session

    async def __aenter__(self) -> aiohttp.ClientSession:
        return self._session

    async def __aexit__(self, *_: Any) -> None:
        return None


def session(self: EndpointConfig) -> _Kept:
    """The endpoint's one session, made at its first use (inside the running loop) or after it was closed."""
    kept = self.__dict__.get("_kept")
    if kept is None or kept.closed:
        auth = (
            aiohttp.BasicAuth(self.basic_auth["username"], self.basic_auth["password"])
            if self.basic_auth
            else None
        )
        kept = self.__dict__["_kept"] = aiohttp.ClientSession(
            headers=self.headers,
            auth=auth,
            timeout=aiohttp.ClientTimeout(total=DEFAULT_REQUEST_TIMEOUT),
            connector=aiohttp.TCPConnector(limit=100, keepalive_timeout=IDLE_SECONDS),
        )
    return _Kept(kept)


def action_call_format(self: RemoteAction, tracker: Any, domain: Any) -> dict[str, Any]:
    """The call's JSON: no events, and a domain in name only."""
    return {
        "next_action": self._name,
        "sender_id": tracker.sender_id,
        "tracker": {**tracker.current_state(EventVerbosity.NONE), "events": []},
        # rasa-sdk refuses a call without a domain; ours look at none.
        "domain": {"version": "3.1"},
        "version": rasa.__version__,
    }


def apply() -> None:
    """Put the patch in place. Raises `RuntimeError` when Rasa's methods are not those this was written for."""
    if "ClientSession" not in EndpointConfig.session.__code__.co_names:
        raise RuntimeError("Rasa's EndpointConfig.session has changed: review engine/action_calls.py")
    if not set(RemoteAction._action_call_format.__code__.co_names) >= {"current_state", "ALL", "as_dict"}:
        raise RuntimeError(
            "Rasa's RemoteAction._action_call_format has changed: review engine/action_calls.py"
        )
    EndpointConfig.session = session
    RemoteAction._action_call_format = action_call_format
