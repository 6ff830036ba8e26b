"""Rasa's custom actions: thin, they hand the turn to `bot/diagnostic` and send back its reply."""

from actions.asides import aside_actions
from actions.diagnostic import (
    ActionCompare,
    ActionMoreOffers,
    ActionShowOffers,
    ActionWhyNot,
    ValidateDiagnosticForm,
    asking_actions,
)
from actions.handover import ActionAskConsent, ActionAskContact, ActionHandOver, ValidateHandoverForm

# rasa-sdk finds actions by their class: these are made from tables and must be held somewhere.
ASKING = asking_actions()
ASIDES = aside_actions()

__all__ = [
    "ASIDES",
    "ASKING",
    "ActionAskConsent",
    "ActionAskContact",
    "ActionCompare",
    "ActionHandOver",
    "ActionMoreOffers",
    "ActionShowOffers",
    "ActionWhyNot",
    "ValidateDiagnosticForm",
    "ValidateHandoverForm",
]
