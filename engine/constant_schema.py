"""Speed patch 1: check each action-server answer against a validator that is built once.

Rasa 3.6.21 calls `jsonschema.validate(answer, schema)`, which re-checks the constant schema itself every
time: 72 % of a stock turn (measured 2026-11-22). The answer is still validated, with the same schema. Slots that are
set, of which our answers are full, are compared by hand with what the schema asks of them: trying each of its 22 kinds
of events was 4 % of the engine's time (28 November 2026).
"""

from __future__ import annotations

import functools
from typing import Any

import jsonschema
from rasa.core.actions.action import RemoteAction
from rasa.shared.constants import DOCS_BASE_URL

EXPECTED_SOURCE_NAMES = {"validate", "action_response_format_spec", "ValidationError"}


@functools.lru_cache(maxsize=1)
def _validator() -> Any:
    schema = RemoteAction.action_response_format_spec()
    validator_class = jsonschema.validators.validator_for(schema)
    validator_class.check_schema(schema)
    return validator_class(schema)


def _sets_a_slot(event: Any) -> bool:
    """Whether it is one valid event that sets a slot."""
    return (
        type(event) is dict
        and event.get("event") == "slot"
        and type(event.get("name")) is str
        and "value" in event
        and type(event.get("timestamp")) in (float, int, type(None))
        and type(event.get("metadata")) in (dict, type(None))
    )


def _in_question(result: Any) -> Any:
    """What of an answer has to be held against the schema."""
    if type(result) is not dict or type(result.get("events")) is not list:
        return result
    return {**result, "events": [event for event in result["events"] if not _sets_a_slot(event)]}


def _validate_action_result(_self: RemoteAction, result: Any) -> bool:
    error = jsonschema.exceptions.best_match(_validator().iter_errors(_in_question(result)))
    if error is None:
        return True
    error.message += f". The action server's answer is not valid, see {DOCS_BASE_URL}/custom-actions"
    raise error


def apply() -> None:
    """Put the patch in place. Raises `RuntimeError` when Rasa's method is not the one this was written for."""
    names = set(RemoteAction._validate_action_result.__code__.co_names) | {
        name
        for constant in RemoteAction._validate_action_result.__code__.co_consts
        if isinstance(constant, tuple)
        for name in constant
    }
    if not names >= EXPECTED_SOURCE_NAMES:
        raise RuntimeError(
            "Rasa's RemoteAction._validate_action_result has changed: review engine/constant_schema.py"
        )
    RemoteAction._validate_action_result = _validate_action_result
