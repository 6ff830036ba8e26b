"""Which question next: only what changes the outcome, need → trip → means → what settles most (design §6)."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from bot.diagnostic.questions import Questions
from bot.diagnostic.scene import Candidate
from bot.diagnostic.state import State


def next_field(
    state: State,
    questions: Questions,
    survey: Callable[[], Sequence[Candidate]],
    weights: Callable[[Sequence[Candidate]], Sequence[tuple[str, float]]],
    stands: str | None = None,
) -> str | None:
    """The profile field to ask now; None when the offers should be shown.

    What the person went back to comes first, then which of two values is true, then which of several places.
    `stands` is the question put before a word aside: it is put again, however often it was.
    When the trip is today or tomorrow one question at most is put: where from.
    """
    if state.reask:
        return state.reask
    if state.doubt:
        return str(state.doubt["field"])
    if state.choose and state.counts.get(state.choose["field"], 0) < questions.repeats + 1:
        return str(state.choose["field"])
    if stands and not state.settled(stands):
        return stands
    spent = state.questions()
    if state.hurry:
        # What was asked before the hurry was known does not count: where from decides almost everything.
        unasked = not state.rushed and not state.settled("origin")
        return "origin" if unasked and state.phase != "offers" else None
    if spent >= questions.patience:
        return None
    for opening in questions.opening:
        if (
            opening.worth(state)
            and _open(state, opening.field, questions)
            and not _dated(state, opening.field)
        ):
            return opening.field
    if state.phase == "offers":
        # The offers were shown: a fact more refreshes them, it does not start the questions again.
        return None
    return _settling(state, questions, survey, weights)


def _settling(
    state: State,
    questions: Questions,
    survey: Callable[[], Sequence[Candidate]],
    weights: Callable[[Sequence[Candidate]], Sequence[tuple[str, float]]],
) -> str | None:
    askable = set(questions.settling["fields"])
    last = set(questions.settling["last"])
    factor = float(questions.settling["last_factor"])
    best: tuple[float, str] | None = None
    for name, share in weights(survey()):
        weight = share * factor if name in last else share
        if (
            name not in askable
            or questions.spared(name, state)
            or not _open(state, name, questions)
            or share < questions.settling["least_share"]
        ):
            continue
        if best is None or weight > best[0]:
            best = (weight, name)
    return best[1] if best else None


def _open(state: State, name: str, questions: Questions) -> bool:
    return not state.settled(name) and state.counts.get(name, 0) < questions.repeats


def _dated(state: State, name: str) -> bool:
    return name == "deadline" and state.horizon is not None
