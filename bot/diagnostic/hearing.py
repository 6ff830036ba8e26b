"""What one message changes in the state: facts taken, questions answered, refused or passed over."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from bot.diagnostic.state import State
from bot.diagnostic.taking import answers_asked, decline, forget, take
from bot.diagnostic.urgency import LOCAL, hurried, urgency
from bot.profile.codes import fields

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
# After such a silence one no longer remembers what was said: it is said again before going on.
AWAY = timedelta(hours=6)
# Questions about how to be reached: a time or a day said to them is when to call, not when to be there.
CALLED = frozenset({"contact", "consent"})
CALL_ME = frozenset({"human", "affirm"})
WHEN = frozenset({"arrival", "deadline", "hours"})
# Questions that « no » answers; to any other it is a way of passing over it.
YES_NO = frozenset({"licence", "statuses", "skills", "access_needs", "obstacles"})
# Not understood twice, or off the subject twice: a human is offered.
TWICE = 2


@dataclass(frozen=True)
class Heard:
    """One message as the engine read it.

    `skip` and `quiet` come with choices: the question is passed over, or only put again. `sent_by` names the service
    whose code came with the message.
    """

    intent: str
    facts: Sequence[Mapping[str, Any]]
    now: datetime
    language: str
    plain: bool = False
    contact: str | None = None
    skip: bool = False
    quiet: bool = False
    impossible: str | None = None
    about_other: bool = False
    sent_by: str | None = None


@dataclass
class Hearing:
    """The state after a message, and what is new in it.

    `learned` fields, of which `uncertain` ones are worth reading back alone; `unclear` when nothing was
    understood; `aside` when the question put before still stands; `disputed` the fields just read back when
    the person says no to them; `human` when one should be offered; `returned` after a long silence;
    `helper` and `sent_by` when this message first told that somebody helps or sent the person; `tongue` another
    language it asks for by name; `quiet` when a question is put again without a word on it; `impossible` the field
    asked, when the answer cannot be true of it; `reached` when this message told where a counsellor may call.
    """

    state: State
    learned: list[str] = field(default_factory=list)
    uncertain: list[str] = field(default_factory=list)
    unclear: bool = False
    aside: bool = False
    disputed: list[str] = field(default_factory=list)
    human: bool = False
    returned: bool = False
    helper: bool = False
    sent_by: str | None = None
    tongue: str | None = None
    quiet: bool = False
    impossible: str | None = None
    reached: bool = False


def hear(before: State, heard: Heard) -> Hearing:
    """Take a message into the state. Pure: the state given is not changed."""
    state = State.parse(before.as_dict())
    if heard.intent == "start_over":
        state = _fresh(state)
    # « Je ne parle pas français, une autre langue ? » tells something and still answers no question.
    answers = any(answers_asked(fact, state.asked) for fact in heard.facts)
    hearing = Hearing(state, aside=heard.intent in ASIDES and not answers, quiet=heard.quiet)
    hearing.impossible = heard.impossible
    named = [str(fact.get("value")) for fact in heard.facts if fact.get("field") == "language"]
    hearing.tongue = next((code for code in named if code != heard.language), None)
    _come_back(hearing, heard)
    state.reask = None
    if heard.intent == "step_back":
        _go_back(state)
    read_back, state.said_back = state.said_back, []
    if not hearing.aside:
        state.doubt = None
    taken = take(state, _about_the_trip(state, heard.facts), heard.now)
    hearing.learned, hearing.uncertain = taken.learned, taken.uncertain
    if heard.intent == "deny" and read_back and not taken.changed and state.asked not in YES_NO:
        _dispute(hearing, read_back)
    elif heard.intent != "step_back":
        _answer_asked(hearing, heard, changed=taken.changed)
    # « Pourquoi ? », « appelez-moi » and « oui » are no refusal of a number: it is asked for again.
    if heard.contact == "given" or (heard.contact and not hearing.aside and heard.intent not in CALL_ME):
        state.contact = heard.contact
    hearing.reached = heard.contact == "given"
    _who_writes(hearing, heard)
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
    state.hurry = hurried(state.profile, heard.now)
    if state.hurry:
        # No time to ask which of two: the last word counts, and is read back.
        state.doubt = None
    return hearing


def _about_the_trip(state: State, facts: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """The facts without those that say when to call back: « après 18 h », said to who asks for a number."""
    if state.asked not in CALLED:
        return list(facts)
    return [
        fact
        for fact in facts
        if fact.get("field") not in WHEN or fact.get("corrects") or not state.knows(str(fact.get("field")))
    ]


def answered(state: State, facts: Sequence[Mapping[str, Any]]) -> bool:
    """Whether these facts hold the answer to the question that was put."""
    return state.asked in fields() and any(answers_asked(fact, state.asked) for fact in facts)


def _come_back(hearing: Hearing, heard: Heard) -> None:
    """Notice a long silence, and drop a trip whose day has passed meanwhile."""
    state = hearing.state
    last = datetime.fromisoformat(state.heard_at) if state.heard_at else None
    state.heard_at = heard.now.isoformat()
    told = set(state.profile) - set(LASTING_FIELDS)
    hearing.returned = last is not None and heard.now - last >= AWAY and bool(told)
    deadline = state.profile.get("deadline")
    if deadline and date.fromisoformat(deadline) < heard.now.astimezone(LOCAL).date():
        for name in ("deadline", "arrival"):
            forget(state, name)


def _dispute(hearing: Hearing, read_back: list[str]) -> None:
    """« Non » after what was read back: ask which part is wrong, or that one again when there is only one."""
    state = hearing.state
    known = [name for name in read_back if state.knows(name) or (name == "deadline" and state.horizon)]
    if len(known) == 1:
        forget(state, known[0])
        state.reask = known[0]
        hearing.learned = []
    else:
        hearing.disputed = known


def _who_writes(hearing: Hearing, heard: Heard) -> None:
    state = hearing.state
    if heard.about_other and not state.about_other:
        state.about_other = hearing.helper = True
    if heard.sent_by and heard.sent_by != state.prescriber:
        state.prescriber = hearing.sent_by = heard.sent_by


def _answer_asked(hearing: Hearing, heard: Heard, *, changed: bool) -> None:
    """What the message does to the question that was put, when it brought no fact for it."""
    state, asked = hearing.state, hearing.state.asked
    understood = changed or bool(hearing.learned) or heard.contact is not None or bool(heard.sent_by)
    if asked in fields() and asked not in hearing.learned:
        if heard.skip or heard.intent == "dont_know":
            _append(state.skipped, asked)
            understood = True
        elif asked == "purpose" and "needs" in hearing.learned:
            # « Passer un permis » tells what it is for: the same question again would not be understood.
            _append(state.skipped, asked)
        elif heard.intent == "prefer_not" or asked in state.profile.get("declined", []):
            decline(state, asked)
            understood = True
        elif heard.intent == "deny" and asked == "statuses":
            state.profile["statuses"] = []
            hearing.learned.append(asked)
            understood = True
        elif heard.intent == "deny" and not understood and asked not in YES_NO:
            _append(state.skipped, asked)
            understood = True
        elif not understood and not hearing.aside and state.counts.get(asked, 0) >= TWICE:
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
    hearing.human = heard.intent == "complaint" or max(state.lost, state.strayed) >= TWICE


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
        forget(state, name)
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
        about_other=state.about_other,
        prescriber=state.prescriber,
        heard_at=state.heard_at,
    )
