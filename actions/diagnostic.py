"""The diagnostic form: which question next, each question, the offers and what can be asked of them."""

from __future__ import annotations

from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.events import EventType, SlotSet
from rasa_sdk.executor import CollectingDispatcher

from actions.catalogue import catalogue
from actions.turn import Turn
from bot.diagnostic import answers, offering
from bot.diagnostic.inquiry import next_field
from bot.profile.codes import fields

# Never asked by a form: said, derived, or looked for before the engine.
NOT_ASKED = ("language", "plain", "declined", "urgency", "danger", "human_requested")


def wanted_field(turn: Turn) -> str | None:
    """The field to ask in this turn; None when the offers should be shown."""
    known = catalogue()
    return next_field(
        turn.state,
        known.questions,
        lambda: known.scene.survey(turn.state.profile, turn.now),
        lambda candidates: known.weigh(turn.state, turn.now, candidates),
        turn.state.asked if turn.hearing.aside and turn.state.asked in fields() else None,
    )


def standing(tracker: Tracker) -> bool:
    """Whether a form waits behind this turn and will put its question again."""
    return tracker.active_loop.get("name") is not None


def asked_first(turn: Turn, tracker: Tracker, dispatcher: CollectingDispatcher) -> bool:
    """Whether a first message got the first question instead of an answer about offers: none was shown yet.

    « Autre chose », « plutôt le vélo », « pourquoi pas moi ? » as first words are read as commands about offers.
    """
    new = turn.state.phase == "diagnostic" and not (turn.state.shown or turn.state.asked)
    wanted = wanted_field(turn) if new and not standing(tracker) else None
    if wanted is None:
        return False
    turn.answer(dispatcher, answers.ask(turn.hearing, wanted, catalogue().questions))
    return True


class ValidateDiagnosticForm(Action):
    """Decides the next question; the form stops when there is none."""

    def name(self) -> str:
        """The name Rasa calls."""
        return "validate_diagnostic_form"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]
    ) -> list[EventType]:
        """Ask nothing that was said; `heard` changes each turn so that the form never rejects one."""
        turn = Turn.of(tracker)
        if turn.interrupts(tracker):
            return turn.rejection("diagnostic_form")
        return [SlotSet("heard", turn.id), SlotSet("requested_slot", wanted_field(turn))]


class AskField(Action):
    """Puts the question of one field."""

    field = ""

    def name(self) -> str:
        """The name Rasa calls."""
        return f"action_ask_{self.field}"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]
    ) -> list[EventType]:
        """Ask."""
        turn = Turn.of(tracker)
        turn.answer(dispatcher, answers.ask(turn.hearing, self.field, catalogue().questions))
        return []


def asking_actions() -> list[type[AskField]]:
    """One class for each field a form may ask."""
    return [
        type(
            f"ActionAsk{name.title().replace('_', '')}",
            (AskField,),
            {"field": name, "__doc__": f"Asks {name}."},
        )
        for name in fields()
        if name not in NOT_ASKED
    ]


class ActionShowOffers(Action):
    """Shows the first offers by level when the diagnostic has what it needs."""

    def name(self) -> str:
        """The name Rasa calls."""
        return "action_show_offers"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]
    ) -> list[EventType]:
        """Show."""
        turn = Turn.of(tracker)
        ranked, blocked = catalogue().sieve(turn.state, turn.now)
        known, profile = catalogue(), turn.state.profile
        km, thin = known.scene.trip_km(profile), known.relevance.thin(profile)
        turn.answer(dispatcher, offering.offers(turn.hearing, ranked, blocked, turn.now, km, thin))
        return []


class ActionMoreOffers(Action):
    """Shows the next offers."""

    def name(self) -> str:
        """The name Rasa calls."""
        return "action_more_offers"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]
    ) -> list[EventType]:
        """Show."""
        turn = Turn.of(tracker)
        if asked_first(turn, tracker, dispatcher):
            return []
        ranked, blocked = catalogue().sieve(turn.state, turn.now)
        turn.answer(
            dispatcher, offering.more(turn.state, ranked, blocked, turn.now, standing=standing(tracker))
        )
        return []


class ActionWhyNot(Action):
    """Tells what is closed to the person and which words close it."""

    def name(self) -> str:
        """The name Rasa calls."""
        return "action_why_not"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]
    ) -> list[EventType]:
        """Tell."""
        turn = Turn.of(tracker)
        if asked_first(turn, tracker, dispatcher):
            return []
        ranked, blocked = catalogue().sieve(turn.state, turn.now)
        turn.answer(dispatcher, offering.why_not(turn.state, ranked, blocked, standing=standing(tracker)))
        return []


class ActionCompare(Action):
    """Compares the offers shown last."""

    def name(self) -> str:
        """The name Rasa calls."""
        return "action_compare"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]
    ) -> list[EventType]:
        """Compare."""
        turn = Turn.of(tracker)
        if asked_first(turn, tracker, dispatcher):
            return []
        ranked, blocked = catalogue().sieve(turn.state, turn.now)
        turn.answer(dispatcher, offering.compare(turn.state, ranked, blocked, standing=standing(tracker)))
        return []
