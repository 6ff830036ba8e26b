"""Answers beside the questions: why this is asked, who speaks, simpler words, thanks, a complaint, the end."""

from __future__ import annotations

from dataclasses import replace

from bot.diagnostic.answers import HUMAN, RESTART, opening
from bot.diagnostic.hearing import Hearing
from bot.diagnostic.offering import next_choices
from bot.diagnostic.reply import Choice, Reply, Say
from bot.profile.codes import codes, fields

STEPS = ("contact", "consent")


def explain(hearing: Hearing) -> Reply:
    """What the answer to the question just put opens; after the offers, why these come first."""
    asked = hearing.state.asked
    if asked == "next":
        return _aside(hearing, Say("why.offers"))
    known = asked in fields() or asked in STEPS
    return _aside(hearing, Say(f"why.{asked}" if known else "why.general"))


def repeat(hearing: Hearing) -> Reply:
    """A word before the question is put again; none when the person did not ask for it."""
    if hearing.quiet:
        return Reply(opening(hearing.state), hearing.state.as_dict())
    return _aside(hearing, Say("repeat"))


def simplify(hearing: Hearing) -> Reply:
    """Plain words from now on."""
    reply = _aside(hearing, Say("simpler"))
    return replace(reply, effects=[{"do": "plain", "value": True}])


def change_language(hearing: Hearing) -> Reply:
    """The language named, at once; else every language by its own name. The gateway keeps the choice for good."""
    if hearing.tongue:
        hearing.state.profile["language"] = hearing.tongue
        reply = _aside(hearing, Say("language.set"))
        return replace(reply, effects=[{"do": "language", "code": hearing.tongue}])
    choices = [
        Choice(f"language.name.{code}", {"gateway": "language", "code": code}) for code in codes("language")
    ]
    return _aside(hearing, Say("language.which", {}, choices))


def who_are_you(hearing: Hearing) -> Reply:
    """A program, by whom, for what, where the data goes."""
    hearing.state.noticed = True
    return _aside(hearing, Say("who_are_you"))


def thanks(hearing: Hearing) -> Reply:
    """A kind word."""
    return _aside(hearing, Say("thanks"))


def complaint(hearing: Hearing) -> Reply:
    """Calm, and a human offered."""
    return _aside(hearing, Say("complaint"))


def out_of_scope(hearing: Hearing) -> Reply:
    """Say what this is for; the second time offer a human."""
    return _aside(hearing, Say("out_of_scope.again" if hearing.human else "out_of_scope"))


def my_data(hearing: Hearing) -> Reply:
    """The gateway shows what is kept."""
    state = hearing.state
    return Reply(opening(state), state.as_dict(), effects=[{"do": "export"}])


def stop(hearing: Hearing) -> Reply:
    """Somebody who wants to end: the word that makes us silent for good is theirs to write.

    The gateway obeys STOP before the engine; what the classifier takes for it (0.57 of recall) is not enough.
    """
    return _aside(hearing, Say("stop.how", {}, [HUMAN]))


def erase(hearing: Hearing) -> Reply:
    """Ask before erasing: it cannot be undone, and the classifier may be wrong."""
    choices = [Choice("erase.yes", {"gateway": "erase"}), Choice("erase.no", {"gateway": "keep"})]
    return _aside(hearing, Say("erase.confirm", {}, choices))


def goodbye(hearing: Hearing) -> Reply:
    """Good luck, and the way back."""
    state = hearing.state
    says = [*opening(state), Say("goodbye", {}, [HUMAN, RESTART])]
    state.asked = None
    state.yes_no = {}
    return Reply(says, state.as_dict())


def restart(hearing: Hearing) -> Reply:
    """A word before the questions begin again; the hearing has already cleared the state."""
    return _aside(hearing, Say("restart"))


def _aside(hearing: Hearing, say: Say) -> Reply:
    """The word aside. What could be chosen before it can still be: under the offers, their choices come again;
    where a human is offered and no question follows to offer it under, it is offered here."""
    state = hearing.state
    choices = list(say.choices)
    if not choices and state.asked == "next":
        choices = next_choices(state)
    elif not choices and hearing.human and state.asked not in (*fields(), *STEPS):
        choices = [HUMAN, RESTART]
    return Reply([*opening(state), Say(say.key, say.values, choices)], state.as_dict())
