"""Answers beside the questions: why this is asked, who speaks, simpler words, thanks, a complaint, the end."""

from __future__ import annotations

from bot.diagnostic.answers import HUMAN, RESTART, opening
from bot.diagnostic.hearing import Hearing
from bot.diagnostic.reply import Choice, Reply, Say
from bot.profile.codes import codes, fields


def explain(hearing: Hearing) -> Reply:
    """What the answer to the question just put opens."""
    asked = hearing.state.asked
    known = asked in fields() or asked in ("contact", "consent")
    return _aside(hearing, Say(f"why.{asked}" if known else "why.general"))


def repeat(hearing: Hearing) -> Reply:
    """A word before the question is put again."""
    return _aside(hearing, Say("repeat"))


def simplify(hearing: Hearing) -> Reply:
    """Plain words from now on."""
    return _aside(hearing, Say("simpler"))


def change_language(hearing: Hearing) -> Reply:
    """Offer every language, each by its own name; the gateway keeps the choice for good."""
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
    return _aside(hearing, Say("complaint", {}, [HUMAN]))


def out_of_scope(hearing: Hearing) -> Reply:
    """Say what this is for; the second time offer a human."""
    return _aside(
        hearing, Say("out_of_scope.again", {}, [HUMAN]) if hearing.state.strayed >= 2 else Say("out_of_scope")
    )


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
    state = hearing.state
    return Reply([*opening(state), say], state.as_dict())
