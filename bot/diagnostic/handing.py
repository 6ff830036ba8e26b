"""The way to a human: a number to call back, what will be sent, the agreement, the request."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from bot.diagnostic.answers import acknowledge, opening
from bot.diagnostic.describing import refusal, row
from bot.diagnostic.hearing import Hearing
from bot.diagnostic.offering import KEPT
from bot.diagnostic.readback import pieces
from bot.diagnostic.reply import Choice, Reply, Say
from bot.diagnostic.scene import Candidate
from bot.diagnostic.state import State

# A person on these channels can be answered where they write: no number is asked.
REACHABLE = ("sms", "telegram")
ATTEMPTS = 2

YES = {"intent": "inform", "facts": [{"field": "consent", "value": "yes"}]}
NO = {"intent": "inform", "facts": [{"field": "consent", "value": "no"}]}
CUT = {"intent": "inform", "facts": [{"field": "consent", "value": "cut"}]}
# Without the day nobody could answer in time: it stays in the summary.
KEPT_LINES = ("deadline",)


def next_step(state: State, channel: str) -> str | None:
    """`contact`, `consent`, or None when the request can be made or was refused."""
    if channel not in REACHABLE and state.contact is None and state.counts.get("contact", 0) < ATTEMPTS:
        return "contact"
    if state.consent == "cut":
        return "consent"
    if state.consent is None and state.counts.get("consent", 0) < ATTEMPTS + 1:
        return "consent"
    return None


def ask_contact(hearing: Hearing) -> Reply:
    """Ask where a counsellor may call back; one may go on without."""
    state = hearing.state
    again = state.counts.get("contact", 0) and not hearing.aside
    other = ".other" if state.about_other else ""
    says = [
        *opening(state),
        *_who(hearing),
        Say(
            "ask.contact.again" if again else f"ask.contact{other}",
            {},
            [Choice("choice.no_contact", {"intent": "prefer_not"})],
        ),
    ]
    return _asked(says, state, "contact", hearing.aside)


def ask_consent(hearing: Hearing) -> Reply:
    """Show what will be sent and ask whether it may be."""
    state = hearing.state
    lines = _lines(state)
    says = [*opening(state), *_who(hearing), *([Say("handover.noted")] if hearing.reached else [])]
    if state.consent == "cut" and lines:
        return _ask_cut(says, state, lines, hearing.aside)
    state.consent = None
    said = pieces(state.profile, [name for name in state.profile if name not in state.cut])
    if said:
        says.append(Say("handover.preview", {"facts": {"list": said}}))
    says.append(
        Say(
            f"handover.consent{'.other' if state.about_other else ''}",
            {},
            [
                Choice("choice.consent.yes", YES),
                Choice("choice.consent.no", NO),
                *([Choice("choice.consent.cut", CUT)] if lines else []),
            ],
        )
    )
    reply = _asked(says, state, "consent", hearing.aside)
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
        "cut": list(state.cut),
    }
    state.consent = None
    return Reply(opening(state), state.as_dict(), offers=rows, blocked=refused, effects=[effect])


def _lines(state: State) -> list[str]:
    """The fields that may still be taken out of the summary."""
    return [
        name
        for name in state.profile
        if name not in state.cut and name not in KEPT_LINES and pieces(state.profile, [name])
    ]


def _ask_cut(says: Sequence[Say], state: State, lines: Sequence[str], aside: bool) -> Reply:
    """What to take out: one choice for each thing said."""
    choices = [
        Choice(
            "choice.cut",
            {"intent": "inform", "facts": [{"field": "cut", "value": name}]},
            {"facts": {"list": pieces(state.profile, [name])}},
        )
        for name in lines
    ]
    # Asked again next time as the plain question, whatever comes.
    state.consent = None
    reply = _asked([*says, Say("handover.cut", {}, choices)], state, "consent", aside)
    return Reply(reply.say, state.as_dict(), asks=None)


def _who(hearing: Hearing) -> list[Say]:
    """What this message first told of who writes."""
    return acknowledge(Hearing(hearing.state, helper=hearing.helper, sent_by=hearing.sent_by))


def _asked(says: Sequence[Say], state: State, step: str, aside: bool) -> Reply:
    stands = state.asked == step and (aside or step == "consent")
    if not stands:
        state.counts[step] = state.counts.get(step, 0) + 1
    state.asked = step
    state.yes_no = {}
    return Reply(says, state.as_dict())
