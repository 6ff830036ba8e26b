"""What helps somebody in a hurry beside the offers: a message ready to send, and money to ask for afterwards."""

from __future__ import annotations

from typing import Any

from bot.diagnostic.reply import Say
from bot.diagnostic.state import State

# Who pays the trip may ask France Travail for it afterwards, within a delay that depends on what it was for.
REFUNDED = {"entretien": "urgent.refund.interview", "emploi": "urgent.refund.work"}


def message_for_employer(state: State) -> Say:
    """A message ready to send, in French whatever the person's language: it goes to somebody else."""
    profile = state.profile
    kind = "interview" if profile.get("purpose") == "entretien" else "work"
    message: dict[str, Any] = {"in": "fr", "key": f"employer.message.{kind}"}
    if profile.get("deadline"):
        message["key"] += ".time" if profile.get("arrival") else ".day"
        message["values"] = {"day": {"date": profile["deadline"]}}
        if profile.get("arrival"):
            message["values"]["time"] = {"time": profile["arrival"]}
    return Say(f"employer.{kind}", {"message": message})


def refund(state: State) -> Say:
    """What can be asked for afterwards, with its source and its date."""
    return Say(REFUNDED.get(str(state.profile.get("purpose")), "urgent.refund"))
