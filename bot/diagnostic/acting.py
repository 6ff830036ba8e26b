"""An invented person talking with the real pipeline: answers what is asked, each in their own manner."""

from __future__ import annotations

import time
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from bot.diagnostic.persona import Persona
from bot.diagnostic.urgency import urgency
from bot.gateway.message import Incoming, Outgoing
from bot.profile.codes import fields
from bot.replay.answering import answer_to
from bot.replay.play import FrozenClock
from bot.replay.stage import Stage

# Nobody of goodwill is asked this much; a conversation that is not over by then leads nowhere.
MOST_MESSAGES = 30
OFFERED = frozenset({"offers.some", "offers.none", "offers.same", "urgent.now"})
AWAY = timedelta(hours=26)
PIECES = ("purpose", "needs", "deadline", "arrival", "means", "origin", "destination", "age")


@dataclass
class Talk:
    """What happened: questions put (asides apart), turns in milliseconds, what should not have been.

    `repeated` lists the fields asked again although the person had answered, refused or said not to know;
    `unanswered` the numbers of messages that got nothing, `hurried_at` and `shown_at` those of the message
    that told the hurry and of the one answered with offers.
    """

    persona: Persona
    asked: list[str] = field(default_factory=list)
    milliseconds: list[float] = field(default_factory=list)
    repeated: list[str] = field(default_factory=list)
    unanswered: list[int] = field(default_factory=list)
    ended: bool = False
    offers: list[str] = field(default_factory=list)
    hurried_at: int | None = None
    shown_at: int | None = None
    heard: dict[str, Any] = field(default_factory=dict)
    lines: list[str] = field(default_factory=list)

    @property
    def urgent(self) -> bool:
        """Whether the trip is within a day, of somebody who is willing to say so."""
        return urgency(self.persona.told(), None, self.persona.now) == "U1"

    @property
    def waited(self) -> int | None:
        """Messages from the one that told the hurry to the offers; None when either never came."""
        if self.hurried_at is None or self.shown_at is None:
            return None
        return self.shown_at - self.hurried_at


class Actor:
    """One persona before the gateway. Not shared between threads; the clock is that of the thread."""

    def __init__(
        self, stage: Stage, clock: FrozenClock, persona: Persona, openings: Mapping[str, Any]
    ) -> None:
        """`openings`: the sentences of `personas.yml` by language."""
        self._stage, self._clock, self._persona = stage, clock, persona
        self._openings = openings[persona.language]
        self._address = f"persona-{uuid.uuid4().hex}"
        self._conversation = ""
        self._out: list[Outgoing] = []
        self._last: list[Outgoing] = []
        self._asked: str | None = None
        self._corrected = False
        self.talk = Talk(persona)

    def play(self) -> Talk:
        """The whole conversation, from the first message to the offers."""
        self._clock.set(self._persona.now)
        self._say({"kind": "text", "text": self._first()})
        self._before_answering()
        for _ in range(MOST_MESSAGES):
            if self.talk.ended or self._asked is None:
                break
            if self._persona.behaviour == "returning" and len(self.talk.asked) == 2:
                self._clock.set(self._clock() + AWAY)
            answered = self._asked
            self._say(self._answer(answered))
            if self._persona.behaviour == "correcting" and answered == "origin" and not self._corrected:
                self._corrected = True
                if self.talk.ended:
                    self.talk.ended = False
                elif self._asked is not None:
                    # The question on the table goes unanswered: put again later, it is the same one.
                    self.talk.asked.pop()
                self._say({"kind": "text", "text": self._persona.says["step_back"]}, aside=True)
        return self.talk

    def _before_answering(self) -> None:
        """What comes between the first question and its answer."""
        says = self._persona.says
        if self._persona.behaviour == "asking-why" and "why" in says:
            self._say({"kind": "text", "text": says["why"]}, aside=True)
        if self._persona.behaviour == "changing-language":
            target = "en" if self._persona.language == "fr" else self._persona.language
            self._say({"kind": "text", "text": says["change_language"]}, aside=True)
            for number, choice in enumerate(self._choices(), start=1):
                if choice["payload"].get("code") == target:
                    self._say({"kind": "choice", "choice": number}, aside=True)
                    return

    def _first(self) -> str:
        persona = self._persona
        greeting = persona.says.get("greet", "")
        told = [self._piece(name) for name in PIECES if name in persona.opening]
        return ". ".join([greeting, *told] if greeting else told) or "…"

    def _piece(self, name: str) -> str:
        value = self._persona.profile[name]
        language = self._persona.language
        if name in self._openings:
            words = self._spoken({"place": value}, language) if name != "age" else str(value)
            return str(self._openings[name].format(**{name: words}))
        tagged: Any = {"codes": [f"{name}.{code}" for code in value]} if isinstance(value, list) else None
        tagged = tagged or {"deadline": {"date": value}, "arrival": {"time": value}}.get(name)
        return self._spoken(tagged or {"code": f"{name}.{value}"}, language)

    def _answer(self, asked: str) -> dict[str, Any]:
        """How this person answers this question."""
        persona = self._persona
        if asked in persona.refuses:
            return self._by_intent("prefer_not")
        value = persona.profile.get(asked)
        if asked == "origin" and persona.behaviour == "correcting" and not self._corrected:
            value = persona.other_place
        choices = self._choices()
        if asked == "deadline":
            return self._when(value, choices)
        if value is None and asked == "purpose":
            wish = answer_to("needs", persona.profile.get("needs"), "needs", choices, self._words)
            if wish is not None:
                return wish
        answer = answer_to(asked, value, asked, choices, self._words)
        return answer or self._by_intent("dont_know")

    def _when(self, day: str | None, choices: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
        """A day in words; those who only tap, and those without a date, choose the nearest choice."""
        if day is not None and self._persona.behaviour not in ("tapping", "changing-language"):
            return {"kind": "text", "text": self._words({"date": day})}
        now = self._persona.now
        wanted: Any = urgency({"deadline": day}, None, now) if day else "U4"
        if day and wanted == "U1":
            wanted = (date.fromisoformat(day) - now.date()).days
        for number, choice in enumerate(choices, start=1):
            fact = (choice["payload"].get("facts") or [{}])[0]
            if fact.get("value", fact.get("day")) == wanted:
                return {"kind": "choice", "choice": number}
        return self._by_intent("dont_know")

    def _by_intent(self, intent: str) -> dict[str, Any]:
        """The choice that means it, else the person's own words for it."""
        for number, choice in enumerate(self._choices(), start=1):
            skips = intent == "dont_know" and choice["payload"].get("skip")
            if choice["payload"].get("intent") == intent or skips:
                return {"kind": "choice", "choice": number}
        return {"kind": "text", "text": self._persona.says.get(intent, "?")}

    def _say(self, message: Mapping[str, Any], *, aside: bool = False) -> None:
        persona, talk = self._persona, self.talk
        number = len(talk.milliseconds) + 1
        incoming = Incoming(
            channel=persona.channel,
            address=self._address,
            external_id=f"{self._address}-{number}",
            language_hint=self._hint(),
            **message,
        )
        began = time.perf_counter()
        inbox_id = self._stage.gateway.receive(incoming)
        self._conversation = self._stage.gateway.conversation_of(inbox_id)
        before = max((item.seq for item in self._last), default=0)
        self._stage.gateway.play(self._conversation)
        talk.milliseconds.append((time.perf_counter() - began) * 1000)
        self._last = self._stage.gateway.after(self._conversation, before) or self._last
        new = [item for item in self._last if item.seq > before]
        talk.lines.append(f"> {message}")
        talk.lines += [f"  {item.key} [{item.lang}] {item.text[:90]!r} asks={item.asks}" for item in new]
        self._take(new, number, aside)
        self._clock.advance()

    def _take(self, new: Sequence[Outgoing], number: int, aside: bool) -> None:
        talk = self.talk
        if not new or not all(item.text.strip() for item in new):
            talk.unanswered.append(number)
        keys = {item.key for item in new}
        asks = next((item.asks for item in reversed(new) if item.asks), None)
        if asks in fields() and not aside:
            # A place that several communes bear the name of is asked back: another question, not the same again.
            if asks in talk.asked and "ask.place.which" not in keys:
                talk.repeated.append(str(asks))
            talk.asked.append(str(asks))
        self._asked = asks or (self._asked if aside else None)
        reply = self._stage.gateway.last_reply(self._conversation)
        if reply is not None:
            talk.heard = dict(reply.state.get("profile") or {})
        if talk.heard.get("urgency") == "U1" and talk.hurried_at is None:
            talk.hurried_at = number
        if keys & OFFERED and reply is not None:
            talk.ended = any(choices for choices in (item.choices for item in new))
            talk.offers = [str(row["service_id"]) for row in reply.offers or ()][:3]
            talk.shown_at = talk.shown_at or number

    def _hint(self) -> str | None:
        persona = self._persona
        if persona.behaviour == "changing-language":
            return "fr"
        return persona.language if persona.hinted else None

    def _choices(self) -> list[dict[str, Any]]:
        return self._stage.choices(self._conversation)

    def _words(self, value: Any) -> str:
        return self._stage.words(self._conversation, value)

    def _spoken(self, tagged: Any, language: str) -> str:
        said = self._stage.house.speech.say(
            "echo", {"value": tagged}, language=language, channel=self._persona.channel
        )
        return said.text
