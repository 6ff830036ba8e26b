"""The reply that puts a question: after the notice and what was understood, or a word that it was not."""

from __future__ import annotations

from typing import Any

from bot.diagnostic.hearing import Hearing
from bot.diagnostic.questions import Questions
from bot.diagnostic.readback import pieces
from bot.diagnostic.reply import Choice, Reply, Say
from bot.diagnostic.state import State
from bot.profile.codes import fields

HUMAN = Choice("choice.human", {"intent": "human"})
MORE = Choice("choice.more", {"intent": "more_offers"})
WHY_NOT = Choice("choice.why_not", {"intent": "why_not"})
RESTART = Choice("choice.restart", {"intent": "start_over"})
# Somebody back after days is told this much of what they said; the rest would bury it.
RECALLED = 5
# Never read back: they tell how to talk, or answer another step.
UNSAID = ("consent", "language", "plain", "access_needs")


def opening(state: State) -> list[Say]:
    """The notice of the first answer: a program, what for, one may stop (AI Act art. 50). Said once."""
    if state.noticed:
        return []
    state.noticed = True
    return [Say("notice")]


def ask(hearing: Hearing, name: str, questions: Questions) -> Reply:
    """Put this question: after the notice, what was understood, or a word that it was not."""
    state = hearing.state
    says = opening(state) + acknowledge(hearing)
    stands = hearing.aside and state.asked == name
    if hearing.disputed:
        return Reply([*says, which_is_wrong(hearing.disputed, state)], state.as_dict(), asks=state.asked)
    if state.doubt and state.doubt["field"] == name:
        question = _which_is_true(state.doubt)
    else:
        question = questions.ask(name, state, again=state.counts.get(name, 0) > stands)
        if not stands:
            state.counts[name] = state.counts.get(name, 0) + 1
            state.trail.append(name)
    extra = [HUMAN] if hearing.human else []
    if hearing.returned:
        extra.append(RESTART)
    state.asked = name
    state.yes_no = {}
    state.rushed = state.rushed or state.hurry
    question = Say(question.key, question.values, [*question.choices, *extra])
    return Reply([*says, question], state.as_dict(), asks=name)


def acknowledge(hearing: Hearing) -> list[Say]:
    """Who was heard to write, what was remembered, what was understood or that nothing was."""
    state = hearing.state
    says = []
    if hearing.sent_by:
        says.append(Say("prescriber.code", {"service": {"text": hearing.sent_by}}))
    if hearing.helper:
        says.append(Say("prescriber.mode"))
    if hearing.returned:
        recalled = [piece for piece in pieces(state.profile) if piece][:RECALLED]
        if recalled:
            says.append(Say("resume", {"facts": {"list": recalled}}))
    if hearing.unclear:
        if not hearing.aside:
            plain_word = "sorry.human" if hearing.human else "sorry"
            says.append(Say(f"impossible.{hearing.impossible}" if hearing.impossible else plain_word))
        return says
    doubted = state.doubt["field"] if state.doubt else None
    learned = [name for name in hearing.learned if name not in (*UNSAID, doubted)]
    # One fact is not said back when it answers the question, or opens the conversation; told beside a question it is.
    beside = state.asked in fields() and not (
        state.asked in learned or (state.asked == "purpose" and "needs" in learned)
    )
    if len(learned) >= 2 or (learned and (state.phase == "offers" or hearing.uncertain or beside)):
        said = pieces(state.profile, learned)
        if said:
            state.said_back = learned
            says.append(Say("understood", {"facts": {"list": said}}))
    return says


def which_is_wrong(names: list[str], state: State) -> Say:
    """Ask which of the things read back is wrong; the one chosen is asked again."""
    choices = [
        Choice("echo", _retract(name), {"value": {"list": said}})
        for name in names
        if (said := pieces(state.profile, [name]))
    ]
    return Say("wrong.which", {}, choices)


def _retract(name: str) -> dict[str, Any]:
    return {"intent": "inform", "facts": [{"field": "retract", "value": name}]}


def _which_is_true(doubt: dict[str, Any]) -> Say:
    """Both values told for one field; the one chosen counts."""
    name = doubt["field"]
    choices = [
        Choice(
            "echo",
            {"intent": "inform", "facts": [{"field": name, "value": value, "corrects": True}]},
            {"value": {"list": pieces({name: value})}},
        )
        for value in doubt["values"]
    ]
    return Say("doubt.which", {}, choices)
