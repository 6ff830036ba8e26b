"""Answers to the questions this room asks by itself: taken before the engine, which knows nothing of them.

The payload of such a choice is `{"handover": effect, "say": key}`, where `effect` is a mapping with `do` naming a
handler of this room. It is kept by the gateway and never travels outside.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bot.gateway.ports import Engine

OURS = "handover"


class Answering:
    """The engine, except for our own choices: those get their thanks and set off their effect."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def ask(self, conversation_id: str, text: str, metadata: Mapping[str, Any]) -> Any:
        """As the engine's; the state goes back as it came."""
        choice = metadata.get("choice") or {}
        if OURS not in choice:
            return self._engine.ask(conversation_id, text, metadata)
        return [
            {
                "custom": {
                    "turn": metadata.get("turn"),
                    "say": [{"key": choice["say"]}],
                    "state": dict(metadata.get("state") or {}),
                    "effects": [dict(choice[OURS])],
                }
            }
        ]
