"""Speed patch 9: the states a conversation went through are worked out once a turn, not at every prediction.

Rasa 3.6.21 plays the whole session from its beginning for each prediction (three or four a turn): 10 % of the engine's
time, more in a long conversation (28 November 2026). Here the walk goes on from where it stood, as long as the events
behind it are the same ones.
"""

from __future__ import annotations

from typing import Any

from rasa.shared.core.domain import Domain
from rasa.shared.core.events import ActionExecuted
from rasa.shared.core.trackers import DialogueStateTracker

EXPECTED = {
    Domain.states_for_tracker_history: {"generate_all_prior_trackers", "get_active_state", "_clean_state"},
    DialogueStateTracker.generate_all_prior_trackers: {
        "init_copy",
        "applied_events",
        "ActionExecuted",
        "update",
    },
}
_stock = Domain.states_for_tracker_history


class _Walk:
    """How far a tracker was played: the events behind, the tracker as it was then, the states until then."""

    def __init__(self, domain: Domain, tracker: DialogueStateTracker) -> None:
        self.domain = domain
        self._tracker = tracker.init_copy()
        self._behind: list[Any] = []
        self._states: list[Any] = []

    def leads_to(self, events: list[Any]) -> bool:
        """Whether these events begin with those that are behind."""
        return len(events) >= len(self._behind) and all(
            one is other for one, other in zip(self._behind, events, strict=False)
        )

    def states(self, events: list[Any]) -> list[Any]:
        """The states before each action of these events, and the one after them all."""
        for event in events[len(self._behind) :]:
            if isinstance(event, ActionExecuted):
                self._states.append(self._now())
            self._tracker.update(event)
            self._behind.append(event)
        # Who asked may write into the states (the featurizer takes words out).
        return [{name: dict(part) for name, part in state.items()} for state in (*self._states, self._now())]

    def _now(self) -> Any:
        return self.domain._clean_state(self.domain.get_active_state(self._tracker))


def states_for_tracker_history(
    self: Domain,
    tracker: DialogueStateTracker,
    omit_unset_slots: bool = False,
    ignore_rule_only_turns: bool = False,
    rule_only_data: dict[str, Any] | None = None,
) -> list[Any]:
    """The states of a conversation, as Rasa finds them."""
    if type(tracker) is not DialogueStateTracker or omit_unset_slots or ignore_rule_only_turns:
        states: list[Any] = _stock(self, tracker, omit_unset_slots, ignore_rule_only_turns, rule_only_data)
        return states
    events = tracker.applied_events()
    walk = tracker.__dict__.get("_walk")
    if walk is None or walk.domain is not self or not walk.leads_to(events):
        walk = tracker.__dict__["_walk"] = _Walk(self, tracker)
    return walk.states(events)


def apply() -> None:
    """Put the patch in place. Raises `RuntimeError` when Rasa's methods are not those this was written for."""
    for method, names in EXPECTED.items():
        if not set(method.__code__.co_names) >= names:
            raise RuntimeError(f"Rasa's {method.__qualname__} has changed: review engine/prior_states.py")
    Domain.states_for_tracker_history = states_for_tracker_history
