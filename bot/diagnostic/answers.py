"""Replies of the diagnostic: a question, the offers, more of them, the reasons of a refusal."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from bot.diagnostic.describing import describe, refusal, row
from bot.diagnostic.hearing import Hearing
from bot.diagnostic.questions import Questions
from bot.diagnostic.readback import pieces
from bot.diagnostic.reply import Choice, Reply, Say
from bot.diagnostic.scene import Candidate
from bot.diagnostic.state import State

SHOWN_AT_ONCE = 3
# A replay or a summary never needs more of either list than this.
KEPT = 60

HUMAN = Choice("choice.human", {"intent": "human"})
MORE = Choice("choice.more", {"intent": "more_offers"})
WHY_NOT = Choice("choice.why_not", {"intent": "why_not"})
RESTART = Choice("choice.restart", {"intent": "start_over"})


def opening(state: State) -> list[Say]:
    """The notice of the first answer: a program, what for, one may stop (AI Act art. 50). Said once."""
    if state.noticed:
        return []
    state.noticed = True
    return [Say("notice")]


def ask(hearing: Hearing, name: str, questions: Questions) -> Reply:
    """Put this question: after the notice, what was understood, or a word that it was not."""
    state = hearing.state
    says = opening(state) + _acknowledge(hearing)
    question = questions.ask(
        name, state, again=state.counts.get(name, 0) > (hearing.aside and state.asked == name)
    )
    if state.lost >= 2:
        question = Say(question.key, question.values, [*question.choices, HUMAN])
    if not (hearing.aside and state.asked == name):
        state.counts[name] = state.counts.get(name, 0) + 1
        state.trail.append(name)
    state.asked = name
    state.yes_no = {}
    return Reply([*says, question], state.as_dict(), asks=name)


def _acknowledge(hearing: Hearing) -> list[Say]:
    state = hearing.state
    if hearing.unclear:
        return [Say("sorry.human" if state.lost >= 2 else "sorry")]
    learned = [name for name in hearing.learned if name != "consent"]
    if len(learned) >= 2 or (learned and state.phase == "offers"):
        said = pieces(state.profile, learned)
        if said:
            return [Say("understood", {"facts": {"list": said}})]
    return []


def offers(
    hearing: Hearing, ranked: Sequence[Candidate], blocked: Sequence[Candidate], now: datetime
) -> Reply:
    """The first offers by level, or an honest word that nothing fits; then the way to a human."""
    state = hearing.state
    says = opening(state) + _acknowledge(hearing)
    again = state.phase == "offers"
    if again and not hearing.learned:
        says.append(_what_next(state, len(ranked) > len(state.shown), bool(blocked)))
        return _reply(says, state, ranked, blocked, [])
    urgent = state.profile.get("urgency") == "U1" and not again
    shown = list(ranked[:SHOWN_AT_ONCE])
    if urgent:
        says.append(Say("urgent.now"))
    if shown:
        says.append(Say("offers.some", {"count": {"count": len(ranked)}}))
        says += [describe(candidate, number, now) for number, candidate in enumerate(shown, start=1)]
    else:
        says.append(Say("offers.none"))
    if urgent:
        says.append(_message_for_employer(state))
        says.append(Say("urgent.refund"))
    says.append(_what_next(state, len(ranked) > len(shown), bool(blocked)))
    state.shown = [candidate.id for candidate in shown]
    state.phase = "offers"
    effects = [] if shown else [_unmet(state)]
    return _reply(says, state, ranked, blocked, effects)


def more(state: State, ranked: Sequence[Candidate], blocked: Sequence[Candidate], now: datetime) -> Reply:
    """The next offers not shown yet."""
    says = opening(state)
    rest = [candidate for candidate in ranked if candidate.id not in state.shown]
    shown = rest[:SHOWN_AT_ONCE]
    if shown:
        start = len(state.shown) + 1
        says += [describe(candidate, number, now) for number, candidate in enumerate(shown, start=start)]
    else:
        says.append(Say("offers.no_more"))
    state.shown = [*state.shown, *(candidate.id for candidate in shown)]
    says.append(_what_next(state, len(rest) > len(shown), bool(blocked)))
    return _reply(says, state, ranked, blocked, [])


def why_not(state: State, ranked: Sequence[Candidate], blocked: Sequence[Candidate]) -> Reply:
    """What is closed to this person, each with the words that close it."""
    says = opening(state)
    if blocked:
        says.append(Say("why_not.intro"))
        for candidate in blocked[: SHOWN_AT_ONCE + 2]:
            reason = refusal(candidate)
            values: dict[str, Any] = {
                "name": {"text": reason["name"]},
                "form": {"code": f"obstacles.{reason['form']}"},
            }
            key = "why_not.one"
            if reason["evidence"]:
                key = "why_not.one.words"
                values["words"] = {"text": reason["evidence"]}
            says.append(Say(key, values))
        says.append(Say("why_not.check"))
    else:
        says.append(Say("why_not.nothing"))
    says.append(_what_next(state, len(ranked) > len(state.shown), False))
    return _reply(says, state, ranked, blocked, [])


def compare(state: State, ranked: Sequence[Candidate], blocked: Sequence[Candidate]) -> Reply:
    """The offers shown last, by cost and by distance; the choice stays the person's."""
    by_id = {candidate.id: candidate for candidate in ranked}
    shown = [by_id[name] for name in state.shown[-SHOWN_AT_ONCE:] if name in by_id]
    says = opening(state)
    near = sorted(
        (item for item in shown if item.distance_km is not None), key=lambda item: item.distance_km or 0
    )
    free = [item for item in shown if item.service.get("frais") == "gratuit"]
    if near:
        says.append(
            Say(
                "compare.nearest",
                {"name": {"text": near[0].service["nom"]}, "km": {"km": near[0].distance_km}},
            )
        )
    if free:
        says.append(
            Say("compare.free", {"names": {"list": [{"text": item.service["nom"]} for item in free]}})
        )
    says.append(Say("compare.counsellor"))
    says.append(_what_next(state, len(ranked) > len(state.shown), bool(blocked)))
    return _reply(says, state, ranked, blocked, [])


def _what_next(state: State, has_more: bool, has_blocked: bool) -> Say:
    state.asked = "next"
    state.yes_no = {"affirm": {"intent": "human"}, "deny": {"intent": "goodbye"}}
    choices = [HUMAN]
    if has_more:
        choices.append(MORE)
    if has_blocked:
        choices.append(WHY_NOT)
    choices.append(RESTART)
    return Say("offers.next.again" if state.handed_over else "offers.next", {}, choices)


def _message_for_employer(state: State) -> Say:
    """A message ready to send; what it quotes is French whatever the person's language."""
    profile = state.profile
    key = "employer.interview" if profile.get("purpose") == "entretien" else "employer.work"
    if not (profile.get("deadline") and profile.get("arrival")):
        return Say(key)
    day = {"in": "fr", "date": profile["deadline"]}
    return Say(f"{key}.time", {"day": day, "time": {"in": "fr", "time": profile["arrival"]}})


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
