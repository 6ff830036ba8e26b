"""The way to a human: a number to call back, what will be sent, the agreement, the request."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from bot.diagnostic.answers import KEPT, opening
from bot.diagnostic.describing import refusal, row
from bot.diagnostic.hearing import Hearing
from bot.diagnostic.readback import pieces
from bot.diagnostic.reply import Choice, Reply, Say
from bot.diagnostic.scene import Candidate
from bot.diagnostic.state import State

# A person on these channels can be answered where they write: no number is asked.
REACHABLE = ("sms", "telegram")
ATTEMPTS = 2

YES = {"intent": "inform", "facts": [{"field": "consent", "value": "yes"}]}
NO = {"intent": "inform", "facts": [{"field": "consent", "value": "no"}]}


def next_step(state: State, channel: str) -> str | None:
    """`contact`, `consent`, or None when the request can be made or was refused."""
    if channel not in REACHABLE and state.contact is None and state.counts.get("contact", 0) < ATTEMPTS:
        return "contact"
    if state.consent is None and state.counts.get("consent", 0) < ATTEMPTS + 1:
        return "consent"
    return None


def ask_contact(hearing: Hearing) -> Reply:
    """Ask where a counsellor may call back; one may go on without."""
    state = hearing.state
    again = ".again" if state.counts.get("contact", 0) and not hearing.aside else ""
    says = [
        *opening(state),
        Say(f"ask.contact{again}", {}, [Choice("choice.no_contact", {"intent": "prefer_not"})]),
    ]
    return _asked(says, state, "contact")


def ask_consent(hearing: Hearing) -> Reply:
    """Show what will be sent and ask whether it may be."""
    state = hearing.state
    said = pieces(state.profile)
    says = opening(state)
    if said:
        says.append(Say("handover.preview", {"facts": {"list": said}}))
    says.append(
        Say("handover.consent", {}, [Choice("choice.consent.yes", YES), Choice("choice.consent.no", NO)])
    )
    reply = _asked(says, state, "consent")
    state.yes_no = {"affirm": YES, "deny": NO}
    return Reply(reply.say, state.as_dict(), asks=None)


def hand_over(state: State, ranked: Sequence[Candidate], blocked: Sequence[Candidate]) -> Reply:
    """Make the request, or stay here when the person said no. What is promised is said by the handover room."""
    agreed = state.consent == "yes"
    state.asked = None
    state.yes_no = {}
    rows = [row(candidate) for candidate in ranked[:KEPT]]
    refused = [refusal(candidate) for candidate in blocked[:KEPT]]
    if not agreed:
        state.consent = None
        state.counts.pop("consent", None)
        return Reply(
            [*opening(state), Say("handover.not_sent")], state.as_dict(), offers=rows, blocked=refused
        )
    state.handed_over = True
    state.counts.pop("consent", None)
    state.counts.pop("contact", None)
    effect: dict[str, Any] = {
        "do": "handover",
        "consent": {"orientation": True, "transmission": True},
        "offers": rows,
        "blocked": refused,
    }
    state.consent = None
    return Reply(opening(state), state.as_dict(), offers=rows, blocked=refused, effects=[effect])


def _asked(says: Sequence[Say], state: State, step: str) -> Reply:
    if state.asked != step or step != "consent":
        state.counts[step] = state.counts.get(step, 0) + 1
    state.asked = step
    state.yes_no = {}
    return Reply(says, state.as_dict())
