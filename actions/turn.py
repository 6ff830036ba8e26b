"""One turn as an action sees it: the gateway's metadata, the message's facts, the state after hearing it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from rasa_sdk import Tracker
from rasa_sdk.events import ActionExecutionRejected, EventType, SlotSet
from rasa_sdk.executor import CollectingDispatcher

from actions.catalogue import catalogue
from bot.diagnostic.hearing import ASIDES, Heard, Hearing, answered, hear
from bot.diagnostic.horizons import impossible_age
from bot.diagnostic.reply import Reply
from bot.diagnostic.state import State
from bot.profile.codes import limits

# What a rule answers while a form is open (data/rules/rules.yml): the form itself must step aside first.
INTERRUPTING = ASIDES | {"stop", "erase", "goodbye", "human", "start_over"}


@dataclass
class Turn:
    """Every action of a turn rebuilds the same turn from the same message: nothing is kept in between."""

    id: str
    now: datetime
    channel: str
    intent: str
    language: str
    hearing: Hearing

    @classmethod
    def of(cls, tracker: Tracker) -> Turn:
        """The turn in the tracker's latest message. Raises `KeyError` without the gateway's metadata."""
        message: dict[str, Any] = tracker.latest_message
        metadata = message["metadata"]
        intent = (message.get("intent") or {}).get("name") or "nlu_fallback"
        choice = metadata.get("choice") or {}
        given = metadata.get("given") or {}
        now = datetime.fromisoformat(metadata["now"])
        facts = [
            entity["value"] for entity in message.get("entities") or [] if entity.get("entity") == "fact"
        ]
        before = State.parse(metadata.get("state"))
        if intent == "human" and not metadata.get("signal") and not choice and answered(before, facts):
            # The classifier takes some communes' names for a call for help; the answer is what was written.
            intent = "inform"
        horizon = _horizon(before, facts, str(message.get("text") or "")) if not choice else None
        if horizon:
            facts, intent = [*facts, {"field": "horizon", "value": horizon}], "inform"
        heard = Heard(
            intent=intent,
            facts=facts,
            now=now,
            language=metadata.get("language") or "fr",
            plain=bool(metadata.get("plain")),
            contact=metadata.get("contact"),
            skip=bool(choice.get("skip")),
            quiet=bool(choice.get("quiet")),
            impossible=None if choice else _impossible(before, facts, str(message.get("text") or "")),
            about_other=bool(given.get("about_other")),
            sent_by=catalogue().prescribers.named(str(given.get("code") or message.get("text") or "")),
        )
        return cls(
            id=str(metadata["turn"]),
            now=now,
            channel=metadata.get("channel") or "web",
            intent=intent,
            language=heard.language,
            hearing=hear(before, heard),
        )

    def interrupts(self, tracker: Tracker) -> bool:
        """Whether a rule beside the form answers this message; only the first time the form is run for it."""
        return (
            self.intent in INTERRUPTING
            and tracker.active_loop.get("name") is not None
            and tracker.get_slot("heard") != f"{self.id}:aside"
        )

    def rejection(self, form: str) -> list[EventType]:
        """Events by which a form leaves the turn to the rules, and remembers that it did."""
        return [self.stepped_aside(), ActionExecutionRejected(form)]

    def stepped_aside(self) -> EventType:
        """Remembers that this message is answered beside the form."""
        return SlotSet("heard", f"{self.id}:aside")

    @property
    def state(self) -> State:
        """The state after the message."""
        return self.hearing.state

    def answer(self, dispatcher: CollectingDispatcher, reply: Reply) -> None:
        """Send the reply as the one JSON message of this action."""
        dispatcher.utter_message(json_message=reply.as_dict(self.id))


def _horizon(before: State, facts: list[dict[str, Any]], text: str) -> str | None:
    """When the trip is, said without a day in answer to that question: « le mois prochain », « plus tard »."""
    dated = any(fact.get("field") in ("deadline", "horizon") for fact in facts)
    return catalogue().horizons.said(text) if before.asked == "deadline" and not dated else None


def _impossible(before: State, facts: list[dict[str, Any]], text: str) -> str | None:
    """The field asked, when the answer names a day or an age that cannot be."""
    asked = before.asked
    if facts or asked not in ("deadline", "age"):
        return None
    if asked == "deadline":
        return asked if catalogue().horizons.impossible(text) else None
    low, high = limits(asked)
    return asked if impossible_age(text, low, high) else None
