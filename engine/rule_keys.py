"""Speed patch 7: what rules ask is read once, not at every prediction.

Rasa 3.6.21 keeps each rule as JSON text, and reads the text of all of them again for each state of the conversation it
compares them with. The rules do not change while a model is loaded.
"""

from __future__ import annotations

import json
from typing import Any

from rasa.core.policies.rule_policy import RulePolicy
from rasa.shared.core.constants import PREVIOUS_ACTION

EXPECTED_NAMES = {"set", "keys", "enumerate", "reversed", "filter"}
EXPECTED_NAMES_OF_ONE = {"reversed", "_rule_key_to_state", "PREVIOUS_ACTION", "_does_rule_match_state"}


def _read(self: RulePolicy, lookup: dict[str, str]) -> dict[str, list[Any]]:
    """The states of each rule of a lookup, the latest first."""
    known = self.__dict__.setdefault("_rule_states", {})
    kept = known.get(id(lookup))
    if kept is None or kept[0] is not lookup or kept[1].keys() != lookup.keys():
        kept = known[id(lookup)] = (lookup, {key: json.loads(key)[::-1] for key in lookup})
    states: dict[str, list[Any]] = kept[1]
    return states


def get_possible_keys(self: RulePolicy, lookup: dict[str, str], states: list[Any]) -> set[str]:
    """The rules that the states of a conversation satisfy, as Rasa finds them."""
    asked = _read(self, lookup)
    possible = set(lookup)
    for index, state in enumerate(reversed(states)):
        before = state.get(PREVIOUS_ACTION)
        possible = {key for key in possible if _satisfied(self, asked[key], index, state, before)}
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
