"""What is worth asking: only facts that can still change which offers come first. Pure, but for the scene it asks."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from bot.diagnostic.ranking import Relevance, contenders, rank
from bot.diagnostic.scene import Candidate, Scene
from bot.diagnostic.state import State
from bot.profile.codes import codes, is_list


def weigh(
    candidates: Sequence[Candidate],
    state: State,
    scene: Scene,
    relevance: Relevance,
    now: datetime,
    places: int,
) -> list[tuple[str, float]]:
    """(field, share) of every fact that may change the first `places` offers.

    The share is what it settles among the offers still in the running; a fact that changes what helps most
    (the rules of relevance, not a condition) counts by the share of its answers that change the first places.
    """
    running = contenders(candidates, state, relevance, now, places)
    weights = dict(scene.weights(state.profile, now, running))
    first = _first(candidates, state, relevance, now, places)
    for name in relevance.fields():
        if state.settled(name):
            continue
        answers = list(_answers(name))
        swung = sum(
            _first(candidates, _knowing(state, {name: answer}), relevance, now, places) != first
            for answer in answers
        )
        if swung:
            weights[name] = max(weights.get(name, 0.0), swung / len(answers))
    return list(weights.items())


def _answers(name: str) -> Iterator[Any]:
    for code in codes(name):
        yield [code] if is_list(name) else code


def _knowing(state: State, more: Mapping[str, Any]) -> State:
    return State(profile={**state.profile, **more}, horizon=state.horizon)


def _first(
    candidates: Sequence[Candidate], state: State, relevance: Relevance, now: datetime, places: int
) -> list[str]:
    return [candidate.id for candidate in rank(candidates, state, relevance, now)[:places]]
