"""What one message changes in the state: facts taken, questions answered, refused or passed over."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from types import SimpleNamespace
from typing import Any

from bot.diagnostic.state import State
from bot.diagnostic.urgency import LOCAL, urgency
from bot.profile.codes import fields
from bot.profile.merge import merge

PLACES = ("origin", "destination")

# Answered beside the questions: the question put before stands, and is not counted again.
ASIDES = frozenset(
    {
        "why",
        "repeat",
        "simpler",
        "change_language",
        "who_are_you",
        "thanks",
        "complaint",
        "out_of_scope",
        "my_data",
    }
    | {"more_offers", "why_not", "compare"}
)
# What stays when a new diagnostic begins: how to speak to the person.
LASTING_FIELDS = ("language", "plain")


@dataclass(frozen=True)
class Heard:
    """One message as the engine read it."""

    intent: str
    facts: Sequence[Mapping[str, Any]]
    now: datetime
    language: str
    plain: bool = False
    contact: str | None = None
    skip: bool = False


@dataclass
class Hearing:
    """The state after a message, and what is new in it.

    `learned` fields; `unclear` when nothing was understood; `aside` when the question put before still stands.
    """

    state: State
    learned: list[str] = field(default_factory=list)
    unclear: bool = False
    aside: bool = False


def hear(before: State, heard: Heard) -> Hearing:
    """Take a message into the state. Pure: the state given is not changed."""
    state = State.parse(before.as_dict())
    if heard.intent == "start_over":
        state = _fresh(state)
    # « Je ne parle pas français, une autre langue ? » tells something and still answers no question.
    answers = any(_answers(fact, state.asked) for fact in heard.facts)
    hearing = Hearing(state, aside=heard.intent in ASIDES and not answers)
    state.reask = None
    if heard.intent == "step_back":
        _go_back(state)
    _take_facts(hearing, heard)
    if heard.intent != "step_back":
        _answer_asked(hearing, heard)
    if heard.contact:
        state.contact = heard.contact
    state.profile["language"] = heard.language
    if heard.plain or heard.intent == "simpler":
        state.profile["plain"] = True
    if heard.intent == "human":
        state.profile["human_requested"] = True
    level = urgency(state.profile, state.horizon, heard.now)
    if level:
        state.profile["urgency"] = level
    else:
        state.profile.pop("urgency", None)
    return hearing


def _answers(fact: Mapping[str, Any], asked: str | None) -> bool:
    name = fact.get("field")
    return asked is None or name == asked or (asked == "deadline" and name == "horizon")


def answered(state: State, facts: Sequence[Mapping[str, Any]]) -> bool:
    """Whether these facts hold the answer to the question that was put."""
    return state.asked in fields() and any(_answers(fact, state.asked) for fact in facts)


def _take_facts(hearing: Hearing, heard: Heard) -> None:
    state = hearing.state
    plain_facts: list[Any] = []
    for fact in heard.facts:
        name = fact.get("field")
        if name == "horizon":
            state.horizon = fact.get("value")
            hearing.learned.append("deadline")
        elif name == "consent":
            state.consent = fact.get("value")
            hearing.learned.append("consent")
        elif "day" in fact:
            day = heard.now.astimezone(LOCAL).date() + timedelta(days=int(fact["day"]))
            plain_facts.append(_fact({**fact, "value": day.isoformat()}))
        elif fact.get("candidates") and name in PLACES:
            state.choose = {"field": name, "candidates": list(fact["candidates"])[:5]}
            hearing.learned.append(str(name))
        elif name in fields():
            plain_facts.append(_fact(fact))
    if not plain_facts:
        return
    merged = merge(state.profile, plain_facts)
    state.profile = dict(merged.profile)
    for fact in plain_facts:
        state.facts[fact.field] = {
            "confirmed": not fact.confirm and fact.evidence == "",
            "evidence": fact.evidence,
        }
        if fact.field not in hearing.learned:
            hearing.learned.append(fact.field)
        if state.choose and state.choose["field"] == fact.field:
            state.choose = None
        if fact.field in state.skipped:
            state.skipped.remove(fact.field)
        if fact.field == "deadline":
            state.horizon = None
    declined = [name for name in state.profile.get("declined", []) if name not in hearing.learned]
    if declined:
        state.profile["declined"] = declined
    else:
        state.profile.pop("declined", None)


def _fact(data: Mapping[str, Any]) -> Any:
    return SimpleNamespace(
        field=data["field"],
        value=data.get("value"),
        evidence=data.get("evidence", ""),
        start=data.get("start", 0),
        end=data.get("end", 0),
        operation=data.get("operation", "set"),
        confidence=data.get("confidence", 1.0),
        confirm=data.get("confirm", False),
        candidates=(),
    )


def _answer_asked(hearing: Hearing, heard: Heard) -> None:
    """What the message does to the question that was put, when it brought no fact for it."""
    state, asked = hearing.state, hearing.state.asked
    understood = bool(hearing.learned) or heard.contact is not None
    if asked in fields() and asked not in hearing.learned:
        if heard.skip or heard.intent == "dont_know":
            _append(state.skipped, asked)
            understood = True
        elif asked == "purpose" and "needs" in hearing.learned:
            # « Passer un permis » tells what it is for: the same question again would not be understood.
            _append(state.skipped, asked)
        elif heard.intent == "prefer_not":
            state.profile["declined"] = [*state.profile.get("declined", []), asked]
            understood = True
        elif heard.intent == "deny" and asked == "statuses":
            state.profile["statuses"] = []
            hearing.learned.append(asked)
            understood = True
        elif not understood and state.counts.get(asked, 0) >= 2:
            # Asked twice in two ways: going on serves better than a third time.
            _append(state.skipped, asked)
    if asked == "contact" and state.contact is None and heard.intent in ("prefer_not", "deny", "dont_know"):
        state.contact = "none"
        understood = True
    if state.choose and asked == state.choose["field"] and heard.intent in ("dont_know", "prefer_not"):
        state.choose = None
    wandering = heard.intent in ("nlu_fallback", "inform", "affirm", "deny", "out_of_scope")
    hearing.unclear = asked is not None and not understood and wandering and not heard.skip
    state.lost = state.lost + 1 if hearing.unclear else 0
    state.strayed = state.strayed + 1 if heard.intent == "out_of_scope" and not hearing.learned else 0


def _append(names: list[str], name: str) -> None:
    if name not in names:
        names.append(name)


def _go_back(state: State) -> None:
    """Forget the last answer and put its question again."""
    while state.trail:
        name = state.trail.pop()
        if state.asked == name and not state.settled(name):
            # Put and not answered: when its turn comes again it is no second time.
            state.counts.pop(name, None)
            continue
        state.profile.pop(name, None)
        state.facts.pop(name, None)
        state.skipped = [skipped for skipped in state.skipped if skipped != name]
        state.profile["declined"] = [other for other in state.profile.get("declined", []) if other != name]
        if not state.profile["declined"]:
            state.profile.pop("declined")
        if name == "deadline":
            state.horizon = None
        state.counts.pop(name, None)
        state.reask = name
        state.phase = "diagnostic"
        return


def _fresh(state: State) -> State:
    """A new diagnostic for the same person: how to speak to them and whether they can be reached stay."""
    return State(
        profile={name: state.profile[name] for name in LASTING_FIELDS if name in state.profile},
        noticed=state.noticed,
        contact=state.contact,
        handed_over=state.handed_over,
    )
