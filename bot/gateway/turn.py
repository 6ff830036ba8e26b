"""One turn, decided on plain data: what is obeyed first, what goes to the engine, what is said without it.

No clock, no network, no database here: `decide` takes what is known and says what to do, `settle` joins
the engine's reply to it.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

from bot.gateway.choices import AnswerWords, Offered, meant, tapped
from bot.gateway.plan import Message, Plan, Question, View
from bot.gateway.ports import Guess
from bot.gateway.reach import reach
from bot.gateway.reply import Choice, Reply, Say
from bot.gateway.typed import masked
from bot.understanding.facts import Reading

PLACES = ("origin", "destination")
# The question under way is put once more, without a word on it.
AGAIN = {"intent": "repeat", "quiet": True}
# A number or an address in answer to these is where the person can be reached.
REACHED_AT = ("contact", "consent")
FEW_WORDS = 3
HOLDING_NOTE_EVERY = timedelta(minutes=10)


def own(key: str, action: str, **more: Any) -> Choice:
    """A choice the gateway itself understands."""
    values = {"language": {"key": f"language.name.{more['code']}"}} if "code" in more else {}
    return Choice(key, values, {"gateway": action, **more})


def decide(
    message: Message,
    view: View,
    reading: Reading,
    guess: Guess | None,
    answer_words: AnswerWords,
    spoken: frozenset[str],
    near: str | None = None,
) -> Plan:
    """The plan for one message. `guess` is None when no language was to be told; `spoken` are ours; `near` is
    the INSEE code of the commune nearest to a location that was shared.

    The order is the promise: stopped, STOP, erase, danger, a human holds it, choices, language, engine.
    """
    keep = _kept(message, view, reading)
    choice = _choice(message, view, answer_words)
    action = choice.payload.get("gateway") if choice else None
    if view.stopped:
        return _while_stopped(message, reading, keep)
    if reading.signal == "stop":
        says = (Say("stop.done"),)
        return Plan(keep, says=says, effects=({"do": "stop"},), stopped=True, owner="bot", urgent=True)
    if reading.signal == "erase":
        offer = (own("erase.yes", "erase"), own("erase.no", "keep"))
        return Plan(keep, says=(Say("erase.confirm", choices=offer),), urgent=True)
    if action == "erase":
        return Plan(None, says=(Say("erase.done"),), effects=({"do": "erase"},), erase=True, urgent=True)
    if reading.danger:
        return _danger(view, reading.danger)
    if view.owner != "bot" and action not in ("back", "language", "keep"):
        return _held(message, view, keep)
    if choice is not None and action is not None:
        return _own_choice(choice, view)
    if choice is not None:
        return Plan(choice.label, question=Question(choice.label, choice=choice.payload))
    if message.kind == "location":
        return _located(view, near, keep)
    local = _local(message)
    if local is not None:
        return Plan(keep, says=(Say(local),))
    return _to_engine(message, view, reading, guess, keep, spoken)


def _kept(message: Message, view: View, reading: Reading) -> str:
    spans = list(reading.sensitive)
    if view.asked in REACHED_AT:
        spans += reach(message.typed.text).spans
    return masked(message.typed.text, spans)


def _choice(message: Message, view: View, answer_words: AnswerWords) -> Offered | None:
    if message.tapped is not None:
        return message.tapped
    if message.choice is not None:
        return tapped(message.choice, view.choices)
    return meant(message.typed.text, view.choices, answer_words) if message.kind == "text" else None


def _while_stopped(message: Message, reading: Reading, keep: str) -> Plan:
    """Nothing is said until the person writes START; an erasure asked for is carried out in silence."""
    if reading.signal == "start" or message.kind == "start":
        return Plan(keep, says=(Say("stop.resumed"),), stopped=False, urgent=True)
    if reading.signal == "erase":
        return Plan(None, effects=({"do": "erase"},), erase=True, urgent=True)
    return Plan(None, urgent=True)


def _danger(view: View, danger: str) -> Plan:
    """The number first; nothing of the message is kept, and the question under way is dropped."""
    state = {**(view.state or {}), "asked": None}
    profile = {**(state.get("profile") or {}), "danger": danger, "urgency": "U0"}
    says = (
        Say(f"danger.{danger}", choices=(own("danger.human", "human"), own("danger.continue", "continue"))),
    )
    effects = ({"do": "danger", "code": danger},)
    return Plan(
        None,
        says=says,
        effects=effects,
        urgent=True,
        state=state,
        reported=Reply(says, {**state, "profile": profile}, effects=effects),
    )


def _held(message: Message, view: View, keep: str) -> Plan:
    """A human holds it: the message is theirs. At most one note in ten minutes, none once they have spoken."""
    effects = ({"do": "heard"},)
    silent = view.owner == "counsellor" and view.human_spoke
    recent = view.held_note_at is not None and message.at - view.held_note_at < HOLDING_NOTE_EVERY
    if silent or recent:
        return Plan(keep, effects=effects, urgent=True)
    back = (own("hold.back", "back"),) if view.owner == "queue" else ()
    says = (Say(f"hold.{view.owner}", choices=back),)
    return Plan(keep, says=says, effects=effects, held_note=True, urgent=True)


def _own_choice(choice: Offered, view: View) -> Plan:
    label = choice.label
    match choice.payload.get("gateway"):
        case "keep":
            return Plan(label, question=Question(label, choice=AGAIN), says=(Say("erase.kept"),))
        case "back":
            effects = ({"do": "withdraw"},)
            return Plan(label, says=(Say("hold.returned"),), effects=effects, owner="bot")
        case "language":
            code = str(choice.payload["code"])
            # The question under way is put again in the new language; not when the old one is kept.
            again = Question(label, choice=AGAIN) if code != view.language else None
            return Plan(
                label,
                question=again,
                says=(Say("language.set"),),
                language=code,
                chosen=True,
                settled=True,
                urgent=again is None,
            )
        case "human":
            return Plan(label, question=Question(label, signal="human"))
        case _:
            return Plan(label, question=Question(label, choice=AGAIN))


def _located(view: View, near: str | None, keep: str) -> Plan:
    """A point on a map: the commune is said back before it counts, for a town hall next door may be nearer."""
    if near is None:
        return Plan(keep, says=(Say("location.unknown"),))
    asked = view.asked if view.asked in PLACES else PLACES[0]
    fact = {"field": asked, "value": near}
    offer = (
        Choice("location.yes", {}, {"intent": "inform", "facts": [fact]}),
        Choice("location.no", {}, {"intent": "repeat"}),
    )
    return Plan(keep, says=(Say("location.confirm", {"place": {"place": near}}, offer),))


def _local(message: Message) -> str | None:
    """The key of what is answered without the engine, None when it is the engine's turn."""
    if message.kind == "choice":
        return "input.choice_gone"
    if message.kind == "edit":
        return "input.edited"
    if message.kind == "media":
        return "input.media" if message.typed.made_of != "words" else None
    if message.kind == "text" and message.typed.made_of != "words":
        return "input.emoji" if message.typed.made_of == "emoji" else "input.empty"
    return None


def _to_engine(
    message: Message,
    view: View,
    reading: Reading,
    guess: Guess | None,
    keep: str,
    spoken: frozenset[str],
) -> Plan:
    contact, found = None, None
    if view.asked in REACHED_AT:
        given = message.given.get("phone")
        found = {"phone": given} if isinstance(given, str) else reach(message.typed.text).value
        contact = "given" if found else "none" if view.asked == "contact" else None
    signal = reading.signal if reading.signal in ("human", "my-data") else None
    if message.kind == "start":
        # Opening a conversation is a greeting; it has no words of its own.
        signal, keep = "start", keep or "start"
    given_on: dict[str, Any] = {"code": message.given["code"]} if "code" in message.given else {}
    if reading.about_other:
        given_on["about_other"] = True
    question = Question(keep, None, signal, contact, given_on, message.typed.cut)
    plan = Plan(keep, question=question, reach=found or None)
    if message.typed.cut:
        plan = replace(plan, says=(Say("input.too_long"),))
    if message.kind != "text":
        return plan
    if view.settled and len(message.typed.text.split()) < FEW_WORDS:
        # Two words may be anybody's: a place, a yes. They change no language.
        return plan
    return _with_language(plan, view, guess, spoken)


def _with_language(plan: Plan, view: View, guess: Guess | None, spoken: frozenset[str]) -> Plan:
    """An explicit choice wins for good; the first message may set; later changes are offered, once."""
    heard = guess.language if guess is not None and guess.sure and guess.language in spoken else None
    if view.chosen:
        return plan
    if not view.settled:
        return replace(plan, settled=True, language=heard)
    if heard is None or heard == view.language or view.proposed:
        return plan
    offer = (
        own("language.yes", "language", code=heard),
        own("language.no", "language", code=view.language),
    )
    return replace(plan, after=(Say("language.propose", choices=offer, language=heard),), proposed=True)


def settle(plan: Plan, reply: Reply) -> Plan:
    """The plan completed by the engine's reply: its words between ours, its state, its effects."""
    done = replace(
        plan,
        says=(*plan.says, *reply.say, *plan.after),
        effects=(*plan.effects, *reply.effects),
        state=reply.state,
        reported=reply,
    )
    for effect in reply.effects:
        match effect["do"]:
            case "language" if isinstance(effect.get("code"), str):
                done = replace(done, language=effect["code"], chosen=True, settled=True)
            case "plain":
                done = replace(done, plain=bool(effect.get("value", True)))
            case "stop":
                done = replace(done, stopped=True, owner="bot")
            case "erase":
                done = replace(done, erase=True, keep=None)
            case _:
                pass
    return done
