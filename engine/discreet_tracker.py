"""Privacy patch: the engine's store keeps how a dialogue went, never what was said in it.

Rasa stores every event whole: the message's words, what was read from it, the gateway's metadata (with the
person's profile) and the answers (with the profile again). Nothing of it is needed once the turn is over: the
state of a conversation is the gateway's, and the next turn is decided on intents, actions, forms and slots.
"""

from __future__ import annotations

from typing import Any

from rasa.shared.core.events import BotUttered, UserUttered

from engine import tracker_rows

# What Rasa itself put in an event's metadata.
KEPT_METADATA = frozenset({"model_id", "assistant_id"})
# The keys these events are stored with; another one would have to be looked at.
USER_KEYS = frozenset({"event", "timestamp", "metadata", "text", "parse_data", "input_channel", "message_id"})
BOT_KEYS = frozenset({"event", "timestamp", "metadata", "text", "data"})


def discreet(data: dict[str, Any]) -> dict[str, Any]:
    """An event as it is stored: what conducts the dialogue, without words, facts or state. `data` is left alone."""
    kind = data.get("event")
    if kind not in (UserUttered.type_name, BotUttered.type_name):
        return data
    bare = {**data, "text": None, "metadata": _own(data.get("metadata"))}
    if kind == BotUttered.type_name:
        bare["data"] = {}
        return bare
    parsed = data.get("parse_data") or {}
    # The names of entities are part of what a rule may look at; their values and places are the person's.
    entities = [{"entity": entity.get("entity")} for entity in parsed.get("entities") or []]
    intent = parsed.get("intent") or {}
    bare["parse_data"] = {
        "intent": {"name": intent.get("name"), "confidence": intent.get("confidence")},
        "entities": entities,
        "text": None,
        "message_id": None,
        "metadata": {},
    }
    bare["message_id"] = None
    return bare


def _own(metadata: Any) -> dict[str, Any]:
    return {key: value for key, value in (metadata or {}).items() if key in KEPT_METADATA}


class _Bare:
    """An event that gives its discreet form."""

    def __init__(self, event: Any) -> None:
        self.type_name = event.type_name
        self._data = discreet(event.as_dict())

    def as_dict(self) -> dict[str, Any]:
        """What is stored."""
        return self._data


def apply() -> None:
    """Put the patch in place, after `tracker_rows`. Raises `RuntimeError` when Rasa's events have changed."""
    for event, keys in ((UserUttered("x"), USER_KEYS), (BotUttered("x"), BOT_KEYS)):
        if set(event.as_dict()) != keys:
            raise RuntimeError(
                f"Rasa's {type(event).__name__} has changed: review engine/discreet_tracker.py"
            )
    whole = tracker_rows.row

    def row(sender_id: str, event: Any) -> dict[str, Any]:
        return whole(sender_id, _Bare(event))

    tracker_rows.row = row
