"""Replies that show offers: the first ones, more, the same again, what is closed, and how they compare."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from bot.diagnostic.answers import HUMAN, MORE, RESTART, WHY_NOT, acknowledge, opening, which_is_wrong
from bot.diagnostic.describing import describe, refusal, row
from bot.diagnostic.hearing import Hearing
from bot.diagnostic.hurry import message_for_employer, refund
from bot.diagnostic.reply import Choice, Reply, Say
from bot.diagnostic.scene import Candidate
from bot.diagnostic.state import State
from bot.diagnostic.trip import trip_line

SHOWN_AT_ONCE = 3
# Refusals told at once: a few more than offers, each is one line.
REFUSALS_AT_ONCE = 5
# What fits best and is full is told with the first offers: the person would ask there first.
FULL_AT_ONCE = 2
# A replay or a summary never needs more of either list than this.
KEPT = 60
OTHERS = {"more": MORE, "why_not": WHY_NOT}


def offers(
    hearing: Hearing,
    ranked: Sequence[Candidate],
    blocked: Sequence[Candidate],
    now: datetime,
    trip_km: float | None = None,
    thin: bool = False,
) -> Reply:
    """The first offers by level, or an honest word that nothing fits; then the way to a human.

    `trip_km` is the trip by road, `thin` whether it is at hours when few lines run.
    """
    state = hearing.state
    says = opening(state) + acknowledge(hearing)
    shown = list(ranked[:SHOWN_AT_ONCE])
    first = [f"{candidate.id} {candidate.decision.status}" for candidate in shown]
    again = state.phase == "offers"
    _leave(state, len(ranked) > len(state.shown if again else shown), bool(blocked))
    if hearing.disputed:
        state.asked = None
        says.append(which_is_wrong(hearing.disputed, state))
        return _reply(says, state, ranked, blocked, [])
    if again and (not hearing.learned or (first == state.first and shown)):
        key = "offers.same" if hearing.learned else None
        return _reply([*says, what_next(state, key)], state, ranked, blocked, [])
    urgent = state.hurry and not again
    if urgent:
        says.append(Say("urgent.now"))
    elif shown:
        says.append(Say("offers.some", {"count": {"count": len(ranked)}}))
    if not shown:
        says.append(Say("offers.none"))
    if not again:
        says += trip_line(state.profile, trip_km, thin=thin)
    says += [describe(candidate, number, now, _language(state)) for number, candidate in enumerate(shown, 1)]
    if not again:
        says += [_full(candidate) for candidate in blocked[:REFUSALS_AT_ONCE] if _is_full(candidate)][
            :FULL_AT_ONCE
        ]
    if urgent:
        says += [message_for_employer(state), refund(state)]
    state.shown, state.first = [candidate.id for candidate in shown], first
    state.phase = "offers"
    _leave(state, len(ranked) > len(shown), bool(blocked))
    marked = urgent and state.profile.get("urgency") == "U1" and not state.handed_over
    says.append(what_next(state, "offers.next.urgent" if marked else None))
    return _reply(says, state, ranked, blocked, [] if shown else [_unmet(state)])


def more(
    state: State,
    ranked: Sequence[Candidate],
    blocked: Sequence[Candidate],
    now: datetime,
    *,
    standing: bool = False,
) -> Reply:
    """The next offers not shown yet. `standing`: a question waits behind them, which the form puts again."""
    says = opening(state)
    rest = [candidate for candidate in ranked if candidate.id not in state.shown]
    shown = rest[:SHOWN_AT_ONCE]
    if shown:
        start = len(state.shown) + 1
        says += [
            describe(candidate, number, now, _language(state))
            for number, candidate in enumerate(shown, start)
        ]
    else:
        says.append(Say("offers.no_more"))
    state.shown = [*state.shown, *(candidate.id for candidate in shown)]
    _leave(state, len(rest) > len(shown), bool(blocked))
    return _reply([*says, *_then(state, standing)], state, ranked, blocked, [])


def same(
    state: State,
    ranked: Sequence[Candidate],
    blocked: Sequence[Candidate],
    now: datetime,
    before: Sequence[Say],
) -> Reply:
    """The offers shown last, once more: said again, in plainer words or in another language."""
    by_id = {candidate.id: candidate for candidate in ranked}
    last = (len(state.shown) - 1) // SHOWN_AT_ONCE * SHOWN_AT_ONCE if state.shown else 0
    says = [*opening(state), *before]
    says += [
        describe(by_id[name], number, now, _language(state))
        for number, name in enumerate(state.shown[last:], last + 1)
        if name in by_id
    ]
    return _reply([*says, what_next(state)], state, ranked, blocked, [])


def why_not(
    state: State, ranked: Sequence[Candidate], blocked: Sequence[Candidate], *, standing: bool = False
) -> Reply:
    """What is closed to this person, each with the words that close it; `standing` as for `more`."""
    says = opening(state)
    if blocked:
        says.append(Say("why_not.intro"))
        says += [_refused(candidate) for candidate in blocked[:REFUSALS_AT_ONCE]]
        says.append(Say("why_not.check"))
    else:
        says.append(Say("why_not.nothing"))
    _leave(state, len(ranked) > len(state.shown), False)
    return _reply([*says, *_then(state, standing)], state, ranked, blocked, [])


def _is_full(candidate: Candidate) -> bool:
    return candidate.held is not None and candidate.held.form == "full"


def _full(candidate: Candidate) -> Say:
    """That a service is full, and until when where somebody said so."""
    values: dict[str, Any] = {"name": {"text": candidate.service["nom"]}}
    if candidate.held.until is None:
        return Say("why_not.full", values)
    return Say("why_not.full_until", {**values, "date": {"date": candidate.held.until.isoformat()}})


def _refused(candidate: Candidate) -> Say:
    if _is_full(candidate):
        return _full(candidate)
    reason = refusal(candidate)
    form: dict[str, Any] = {"code": f"obstacles.{reason['form']}"}
    if reason["form"] == "meconnaissance" or reason["over"]:
        form = {"key": "why_not.ended"}
    values: dict[str, Any] = {"name": {"text": reason["name"]}, "form": form}
    if not reason["evidence"]:
        return Say("why_not.one", values)
    return Say("why_not.one.words", {**values, "words": {"text": reason["evidence"]}})


def compare(
    state: State, ranked: Sequence[Candidate], blocked: Sequence[Candidate], *, standing: bool = False
) -> Reply:
    """The offers shown last, by distance, cost, delay and conditions; the choice stays the person's.

    `standing` as for `more`.
    """
    by_id = {candidate.id: candidate for candidate in ranked}
    shown = [by_id[name] for name in state.shown[-SHOWN_AT_ONCE:] if name in by_id]
    says = opening(state)
    near = min(
        (item for item in shown if item.distance_km is not None),
        key=lambda item: item.distance_km or 0,
        default=None,
    )
    if near is not None:
        says.append(
            Say(
                "compare.nearest",
                {"name": {"text": near.service["nom"]}, "km": {"km": near.road_km or near.distance_km}},
            )
        )
    waits = [item.delay_days for item in shown if item.delay_days is not None]
    groups = {
        "compare.free": [item for item in shown if item.service.get("frais") == "gratuit"],
        "compare.soonest": [item for item in shown if waits and item.delay_days == min(waits)],
        "compare.open": [item for item in shown if item.decision.status == "open"],
    }
    says += [
        Say(key, {"names": {"list": [{"text": item.service["nom"]} for item in items]}})
        for key, items in groups.items()
        # What is true of all of them tells none apart.
        if 0 < len(items) < len(shown)
    ]
    says.append(Say("compare.counsellor"))
    _leave(state, len(ranked) > len(state.shown), bool(blocked))
    return _reply([*says, *_then(state, standing)], state, ranked, blocked, [])


def _then(state: State, standing: bool) -> list[Say]:
    """What next, unless a question still stands: one question at a time."""
    return [] if standing else [what_next(state)]


def _leave(state: State, has_more: bool, has_blocked: bool) -> None:
    """Remember what can be chosen under the offers, for every answer that leaves them on the table."""
    state.next = [name for name, there in (("more", has_more), ("why_not", has_blocked)) if there]


def next_choices(state: State) -> list[Choice]:
    """What can be done once offers were shown."""
    return [HUMAN, *(OTHERS[name] for name in state.next if name in OTHERS), RESTART]


def what_next(state: State, key: str | None = None) -> Say:
    """What the person wants to do now; yes asks for a human, no ends, unless something was just read back."""
    state.asked = "next"
    state.yes_no = {"affirm": {"intent": "human"}}
    if not state.said_back:
        state.yes_no["deny"] = {"intent": "goodbye"}
    return Say(key or ("offers.next.again" if state.handed_over else "offers.next"), {}, next_choices(state))


def _language(state: State) -> str:
    return str(state.profile.get("language") or "fr")


def _unmet(state: State) -> dict[str, Any]:
    return {
        "do": "unmet",
        "profile": {k: v for k, v in state.profile.items() if k not in ("declined", "danger")},
    }


def _reply(
    says: Sequence[Say],
    state: State,
    ranked: Sequence[Candidate],
    blocked: Sequence[Candidate],
    effects: Sequence[dict[str, Any]],
) -> Reply:
    return Reply(
        says,
        state.as_dict(),
        asks=None,
        offers=[row(candidate) for candidate in ranked[:KEPT]],
        blocked=[refusal(candidate) for candidate in blocked[:KEPT]],
        effects=effects,
    )
