"""Everything a person may want beside the questions; each action is one function of `bot/diagnostic/asides`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.events import EventType
from rasa_sdk.executor import CollectingDispatcher

from actions.catalogue import catalogue
from actions.diagnostic import wanted_field
from actions.turn import Turn
from bot.diagnostic import answers, asides, offering
from bot.diagnostic.hearing import Hearing
from bot.diagnostic.reply import Reply, Say
from bot.profile.codes import fields

REPLIES: dict[str, Callable[[Hearing], Reply]] = {
    "action_explain": asides.explain,
    "action_repeat": asides.repeat,
    "action_simplify": asides.simplify,
    "action_change_language": asides.change_language,
    "action_who_are_you": asides.who_are_you,
    "action_thanks": asides.thanks,
    "action_complaint": asides.complaint,
    "action_out_of_scope": asides.out_of_scope,
    "action_my_data": asides.my_data,
    "action_stop": asides.stop,
    "action_erase": asides.erase,
    "action_goodbye": asides.goodbye,
    "action_restart_diagnostic": asides.restart,
}


# After these words the offers on the table are said once more, as a question would be put again.
SAID_AGAIN = frozenset({"action_repeat", "action_simplify", "action_change_language"})
# After these nothing is asked.
ENDING = frozenset({"action_stop", "action_erase", "action_goodbye", "action_restart_diagnostic"})
# After these words somebody new is told nothing they can answer: the first question follows.
GOING_ON = frozenset({"action_who_are_you", "action_thanks", "action_out_of_scope", "action_simplify"})


class Aside(Action):
    """Answers with what its function makes of the message."""

    called = ""

    def name(self) -> str:
        """The name Rasa calls."""
        return self.called

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]
    ) -> list[EventType]:
        """Answer."""
        turn = Turn.of(tracker)
        reply = REPLIES[self.called](turn.hearing)
        state = turn.state
        offered = any(say.key == "language.which" for say in reply.say)
        if self.called in SAID_AGAIN and state.asked == "next" and state.shown and not offered:
            ranked, blocked = catalogue().sieve(state, turn.now)
            again = offering.same(state, ranked, blocked, turn.now, [Say(say.key) for say in reply.say])
            reply = replace(again, effects=reply.effects)
        idle = tracker.active_loop.get("name") is None
        begun = state.asked or state.handed_over or state.phase != "diagnostic"
        lost = state.asked in fields() and self.called not in ENDING
        silent = turn.hearing.quiet and not reply.say
        if silent and idle and begun and not lost:
            # Nothing stands that could be put again: what next is always there to say.
            reply = replace(reply, say=[Say("offers.next", {}, [answers.HUMAN, answers.RESTART])])
        turn.answer(dispatcher, reply)
        going_on = (self.called in GOING_ON or silent) and not begun
        if idle and (lost or going_on):
            # The engine begins a new session now and then and forgets the form; the question put still stands.
            wanted = wanted_field(turn)
            if wanted:
                turn.answer(dispatcher, answers.ask(turn.hearing, wanted, catalogue().questions))
        # A form that a rule opens after this one must not step aside for the same message.
        return [turn.stepped_aside()]


def aside_actions() -> list[type[Aside]]:
    """One class for each reply: rasa-sdk finds actions by their class."""
    return [
        type(called.title().replace("_", ""), (Aside,), {"called": called, "__doc__": reply.__doc__})
        for called, reply in REPLIES.items()
    ]
