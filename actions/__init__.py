"""Rasa's custom actions: thin, they hand the turn to `bot/diagnostic` and send back its reply."""

from actions.asides import (
    ActionChangeLanguage,
    ActionComplaint,
    ActionErase,
    ActionExplain,
    ActionGoodbye,
    ActionMyData,
    ActionOutOfScope,
    ActionRepeat,
    ActionRestartDiagnostic,
    ActionSimplify,
    ActionStop,
    ActionThanks,
    ActionWhoAreYou,
)
from actions.diagnostic import (
    ActionCompare,
    ActionMoreOffers,
    ActionShowOffers,
    ActionWhyNot,
    ValidateDiagnosticForm,
    asking_actions,
)
from actions.handover import ActionAskConsent, ActionAskContact, ActionHandOver, ValidateHandoverForm

# One `action_ask_<field>` class a question: rasa-sdk finds actions by their class.
ASKING = asking_actions()

__all__ = [
    "ASKING",
    "ActionAskConsent",
    "ActionAskContact",
    "ActionChangeLanguage",
    "ActionCompare",
    "ActionComplaint",
    "ActionErase",
    "ActionExplain",
    "ActionGoodbye",
    "ActionHandOver",
    "ActionMoreOffers",
    "ActionMyData",
    "ActionOutOfScope",
    "ActionRepeat",
    "ActionRestartDiagnostic",
    "ActionShowOffers",
    "ActionSimplify",
    "ActionStop",
    "ActionThanks",
    "ActionWhoAreYou",
    "ActionWhyNot",
    "ValidateDiagnosticForm",
    "ValidateHandoverForm",
]
