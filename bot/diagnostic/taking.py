"""Facts of a message into the state: what is set, asked back because it fits several, doubted, or forgotten."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from types import SimpleNamespace
from typing import Any

from bot.diagnostic.state import State
from bot.diagnostic.urgency import LOCAL
from bot.profile.codes import fields, is_list
from bot.profile.merge import merge

PLACES = ("origin", "destination")
# Two values of these cannot both be true, and the difference changes what is open to the person. What a trip is
# for and its hour change as people talk: the last word counts.
EXCLUSIVE = frozenset({"age", "licence", "origin", "destination", "deadline", "household_quotient"})
MOST_CANDIDATES = 5


@dataclass
class Taken:
    """`learned` fields; `uncertain` ones, guessed from a misspelling or changed; `changed`: anything at all."""

    learned: list[str] = field(default_factory=list)
    uncertain: list[str] = field(default_factory=list)
    changed: bool = False


def answers_asked(fact: Mapping[str, Any], asked: str | None) -> bool:
    """Whether a fact is of the field that was asked, or nothing was."""
    name = fact.get("field")
    return asked is None or name == asked or (asked == "deadline" and name == "horizon")


def take(state: State, facts: Sequence[Mapping[str, Any]], now: datetime) -> Taken:
    """Take the facts of one message into the state."""
    taken = Taken(changed=bool(facts))
    plain_facts: list[Any] = []
    for fact in facts:
        name = fact.get("field")
        if name == "horizon":
            state.horizon = fact.get("value")
            taken.learned.append("deadline")
        elif name == "consent":
            state.consent = fact.get("value")
            taken.learned.append("consent")
        elif name == "cut":
            # Taken out of what is sent, not forgotten: it still finds offers here.
            state.cut = sorted({*state.cut, str(fact.get("value"))})
            taken.learned.append("consent")
        elif name == "declined":
            decline(state, str(fact.get("value")))
        elif name == "retract":
            forget(state, str(fact.get("value")))
            state.reask = str(fact.get("value"))
        elif "day" in fact:
            day = now.astimezone(LOCAL).date() + timedelta(days=int(fact["day"]))
            plain_facts.append(_fact({**fact, "value": day.isoformat()}))
        elif fact.get("candidates") and name in PLACES:
            state.choose = {"field": name, "candidates": list(fact["candidates"])[:MOST_CANDIDATES]}
            taken.learned.append(str(name))
        elif name in fields():
            plain_facts.append(_fact(fact))
    if plain_facts:
        _merge(state, taken, plain_facts)
    return taken


def _merge(state: State, taken: Taken, facts: Sequence[Any]) -> None:
    before = dict(state.profile)
    state.profile = dict(merge(before, facts).profile)
    for fact in facts:
        name = fact.field
        state.facts[name] = {
            "confirmed": not fact.confirm and fact.evidence == "",
            "evidence": fact.evidence,
        }
        if name not in taken.learned:
            taken.learned.append(name)
        old, new = before.get(name), state.profile.get(name)
        differs = old is not None and old != new and not is_list(name)
        if fact.confirm or differs:
            taken.uncertain.append(name)
        if differs and name in EXCLUSIVE and name != state.asked and not fact.corrects:
            state.doubt = {"field": name, "values": [old, new]}
        if state.choose and state.choose["field"] == name:
            state.choose = None
        if name in state.skipped:
            state.skipped.remove(name)
        if name == "deadline":
            state.horizon = None
    _declined(state, [name for name in state.profile.get("declined", []) if name not in taken.learned])


def forget(state: State, name: str) -> None:
    """What was said of this field, its question included, as if it had never been."""
    state.profile.pop(name, None)
    state.facts.pop(name, None)
    state.counts.pop(name, None)
    state.skipped = [skipped for skipped in state.skipped if skipped != name]
    _declined(state, [other for other in state.profile.get("declined", []) if other != name])
    if name == "deadline":
        state.horizon = None


def decline(state: State, name: str) -> None:
    """This question is not to be put again: the person would not answer it."""
    _declined(state, [*(one for one in state.profile.get("declined", []) if one != name), name])


def _declined(state: State, names: list[str]) -> None:
    if names:
        state.profile["declined"] = names
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
        corrects=data.get("corrects", False),
        candidates=(),
    )
