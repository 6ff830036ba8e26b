"""The handover form: a number to call back, the agreement, the request."""

from __future__ import annotations

from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.events import EventType, SlotSet
from rasa_sdk.executor import CollectingDispatcher

from actions.catalogue import catalogue
from actions.turn import Turn
from bot.diagnostic import handing


class ValidateHandoverForm(Action):
    """Decides the next step towards a human."""

    def name(self) -> str:
        """The name Rasa calls."""
        return "validate_handover_form"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]
    ) -> list[EventType]:
        """Ask for a contact where the channel gives none, then for the agreement."""
        turn = Turn.of(tracker)
        if turn.intent != "human" and turn.interrupts(tracker):
            return turn.rejection("handover_form")
        return [
            SlotSet("heard", turn.id),
            SlotSet("requested_slot", handing.next_step(turn.state, turn.channel)),
        ]


class ActionAskContact(Action):
    """Asks where a counsellor may call back."""

    def name(self) -> str:
        """The name Rasa calls."""
        return "action_ask_contact"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]
    ) -> list[EventType]:
        """Ask."""
        turn = Turn.of(tracker)
        turn.answer(dispatcher, handing.ask_contact(turn.hearing))
        return []


class ActionAskConsent(Action):
    """Shows what will be sent and asks for the agreement."""

    def name(self) -> str:
        """The name Rasa calls."""
        return "action_ask_consent"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]
    ) -> list[EventType]:
        """Ask."""
        turn = Turn.of(tracker)
        turn.answer(dispatcher, handing.ask_consent(turn.hearing))
        return []


class ActionHandOver(Action):
    """Makes the request; the gateway writes it with the turn."""

    def name(self) -> str:
        """The name Rasa calls."""
        return "action_hand_over"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]
    ) -> list[EventType]:
        """Request."""
        turn = Turn.of(tracker)
        ranked, blocked = catalogue().sieve(turn.state, turn.now)
        turn.answer(dispatcher, handing.hand_over(turn.state, ranked, blocked))
        return []
