"""Speed patch 7: what rules ask is read once, not at every prediction, and only rules that may fit are looked at.

Rasa 3.6.21 keeps each rule as JSON text, and reads the text of all of them again for each state of the conversation it
compares them with. The rules do not change while a model is loaded. Most of them follow another action or another
intent than the latest: to compare those was 8 % of the engine's time (28 November 2026).
"""

from __future__ import annotations

import json
from typing import Any

from rasa.core.policies.rule_policy import SHOULD_NOT_BE_SET, RulePolicy
from rasa.shared.core.constants import PREVIOUS_ACTION, USER
from rasa.shared.nlu.constants import ACTION_NAME, INTENT

EXPECTED_NAMES = {"set", "keys", "enumerate", "reversed", "filter"}
EXPECTED_NAMES_OF_ONE = {"reversed", "_rule_key_to_state", "PREVIOUS_ACTION", "_does_rule_match_state"}


class _Asked:
    """What the rules of a lookup ask: the states of each, the latest first, and which a latest state may fit."""

    def __init__(self, lookup: dict[str, str]) -> None:
        self.lookup = lookup
        self.states: dict[str, list[Any]] = {key: json.loads(key)[::-1] for key in lookup}
        self._by_latest: dict[tuple[Any, Any], set[str]] = {}
        for key, states in self.states.items():
            self._by_latest.setdefault(_latest(states[0]), set()).add(key)

    def fits(self, lookup: dict[str, str]) -> bool:
        """Whether it was read of this lookup, as it is now."""
        return self.lookup is lookup and self.states.keys() == lookup.keys()

    def may(self, state: Any) -> set[str]:
        """The rules that are not out of the question because of the latest action or intent."""
        action, intent = _latest(state)
        found: set[str] = set()
        for marks in {(action, intent), (action, None), (None, intent), (None, None)}:
            found |= self._by_latest.get(marks, set())
        return found


def _latest(state: Any) -> tuple[Any, Any]:
    """The action before and the intent, each None where nothing definite is asked."""
    action = (state.get(PREVIOUS_ACTION) or {}).get(ACTION_NAME)
    intent = (state.get(USER) or {}).get(INTENT)
    return tuple(mark if mark and mark != SHOULD_NOT_BE_SET else None for mark in (action, intent))  # type: ignore[return-value]


def _read(self: RulePolicy, lookup: dict[str, str]) -> _Asked:
    known: dict[int, _Asked] = self.__dict__.setdefault("_rules_asked", {})
    kept = known.get(id(lookup))
    if kept is None or not kept.fits(lookup):
        kept = known[id(lookup)] = _Asked(lookup)
    return kept


def get_possible_keys(self: RulePolicy, lookup: dict[str, str], states: list[Any]) -> set[str]:
    """The rules that the states of a conversation satisfy, as Rasa finds them."""
    asked = _read(self, lookup)
    possible = asked.may(states[-1]) if states else set(lookup)
    for index, state in enumerate(reversed(states)):
        if not possible:
            break
        before = state.get(PREVIOUS_ACTION)
        possible = {key for key in possible if _satisfied(self, asked.states[key], index, state, before)}
    return possible


def _satisfied(self: RulePolicy, rule: list[Any], index: int, state: Any, before: Any) -> bool:
    if index >= len(rule):
        return True  # further back than the rule looks
    wanted = rule[index].get(PREVIOUS_ACTION)
    if not wanted or not before:  # the beginning of a conversation, which only another beginning satisfies
        return not wanted and not before
    matches: bool = self._does_rule_match_state(rule[index], state)
    return matches


def apply() -> None:
    """Put the patch in place. Raises `RuntimeError` when Rasa's methods are not those this was written for."""
    names = set(RulePolicy._get_possible_keys.__code__.co_names)
    of_one = set(RulePolicy._is_rule_applicable.__code__.co_names)
    if not (names >= EXPECTED_NAMES and of_one >= EXPECTED_NAMES_OF_ONE):
        raise RuntimeError("Rasa's RulePolicy._get_possible_keys has changed: review engine/rule_keys.py")
    RulePolicy._get_possible_keys = get_possible_keys
