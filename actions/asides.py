"""Everything a person may want beside the questions; one class an intent, each one line of `bot/diagnostic/asides`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar

from rasa_sdk import Action, Tracker
from rasa_sdk.events import EventType
from rasa_sdk.executor import CollectingDispatcher

from actions.turn import Turn
from bot.diagnostic import asides
from bot.diagnostic.hearing import Hearing
from bot.diagnostic.reply import Reply


class Aside(Action):
    """Answers with what its `reply` makes of the message."""

    called: ClassVar[str] = ""
    reply: ClassVar[Callable[[Hearing], Reply]]

    def name(self) -> str:
        """The name Rasa calls."""
        return self.called

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]
    ) -> list[EventType]:
        """Answer."""
        turn = Turn.of(tracker)
        turn.answer(dispatcher, type(self).reply(turn.hearing))
        return []


class ActionExplain(Aside):
    """Why this question."""

    called = "action_explain"
    reply = staticmethod(asides.explain)


class ActionRepeat(Aside):
    """Once more."""

    called = "action_repeat"
    reply = staticmethod(asides.repeat)


class ActionSimplify(Aside):
    """Plainer words."""

    called = "action_simplify"
    reply = staticmethod(asides.simplify)


class ActionChangeLanguage(Aside):
    """Another language."""

    called = "action_change_language"
    reply = staticmethod(asides.change_language)


class ActionWhoAreYou(Aside):
    """Who speaks."""

    called = "action_who_are_you"
    reply = staticmethod(asides.who_are_you)


class ActionThanks(Aside):
    """Thanks."""

    called = "action_thanks"
    reply = staticmethod(asides.thanks)


class ActionComplaint(Aside):
    """A complaint or an insult."""

    called = "action_complaint"
    reply = staticmethod(asides.complaint)


class ActionOutOfScope(Aside):
    """Something else than getting about."""

    called = "action_out_of_scope"
    reply = staticmethod(asides.out_of_scope)


class ActionMyData(Aside):
    """What is kept of me."""

    called = "action_my_data"
    reply = staticmethod(asides.my_data)


class ActionStop(Aside):
    """Stop."""

    called = "action_stop"
    reply = staticmethod(asides.stop)


class ActionErase(Aside):
    """Erase everything."""

    called = "action_erase"
    reply = staticmethod(asides.erase)


class ActionGoodbye(Aside):
    """Goodbye."""

    called = "action_goodbye"
    reply = staticmethod(asides.goodbye)


class ActionRestartDiagnostic(Aside):
    """From the beginning: the questions that follow start from a fresh state."""

    called = "action_restart_diagnostic"
    reply = staticmethod(asides.restart)
