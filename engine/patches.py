"""The engine's patches, in one place; each lives in its own module with its own test.

One more, `engine.no_tensorflow`, must be applied before Rasa is imported, which importing this module does.
"""

from __future__ import annotations

from engine import (
    action_calls,
    constant_schema,
    debug_copies,
    discreet_tracker,
    event_classes,
    plain_runner,
    prior_states,
    ready_weights,
    rule_keys,
    tracker_rows,
)


def apply_all() -> None:
    """Apply every patch; any of them raises `RuntimeError` when Rasa's internals are not as expected."""
    constant_schema.apply()
    event_classes.apply()
    plain_runner.apply()
    action_calls.apply()
    tracker_rows.apply()
    discreet_tracker.apply()
    ready_weights.apply()
    rule_keys.apply()
    debug_copies.apply()
    prior_states.apply()
