"""Plays a conversation's messages, one at a time and in order: decide, ask the engine, write all at once."""

from __future__ import annotations

import hashlib
import logging
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import Row
from sqlalchemy.orm import Session, sessionmaker

from bot.database import at_once
from bot.gateway import erasing, outbox, record, trouble, waiting
from bot.gateway.asking import ask
from bot.gateway.departures import LEASE, Departure
from bot.gateway.lease import Leases
from bot.gateway.limits import Patience
from bot.gateway.measures import part, turn_seconds
from bot.gateway.message import Incoming, Outgoing
from bot.gateway.outbox import Worded
from bot.gateway.parts import Parts
from bot.gateway.plan import Plan
from bot.gateway.ports import Clock, EngineFailure
from bot.gateway.reply import Reply, Say
from bot.gateway.straight import Way, way_for
from bot.gateway.turn import decide, settle
from bot.gateway.typed import clean
from bot.gateway.waiting import Loaded
from bot.understanding.facts import Reading

log = logging.getLogger(__name__)
# Heard above the limit of messages too.
PRESSING = frozenset({"stop", "start", "erase"})


class Changed(Exception):
    """The conversation changed hands while the turn was worked on: it is decided anew."""


class Player:
    """Plays conversations. Safe to share between threads."""

    def __init__(
        self,
        sessions: sessionmaker[Session],
        parts: Parts,
        clock: Clock,
        *,
        message_limit: int,
        patience: Patience,
        told: Callable[[str, Reply | None, list[Outgoing], bool], None],
        way: Callable[[], Way | None],
    ) -> None:
        """`told` hears of every turn once it is written, and whether what it says is on its `way` out already."""
        self.leases = Leases(sessions, clock)
        self._sessions = sessions
        self._at_once = at_once(sessions)
        self._parts = parts
        self._clock = clock
        self._limit = message_limit
        self._patience = patience
        self._told = told
        self._way = way
        self._spoken = frozenset(parts.speech.languages())

    def play(self, conversation_id: str, again: Callable[[], None] | None = None) -> list[Outgoing]:
        """Work on every message of the conversation that is due; what was answered.

        Nothing when another worker has the conversation. With `again`, one message only; it is called when more
        wait, so that somebody who writes as fast as they are answered keeps nobody else waiting.
        """
        out: list[Outgoing] = []
        while (claim := self.leases.claim(conversation_id)) is not None:
            owner = claim.owner
            row: Row[Any] | None = claim.row
            try:
                # A turn that leaves nothing to do gives the conversation back itself.
                while self.leases.holds(owner) and (
                    loaded := waiting.load(self._at_once, conversation_id, self._clock(), self._limit, row)
                ):
                    row = None
                    answered = self._turn(loaded, owner)
                    if answered is None:
                        break
                    out += answered
                    if again is not None and self.leases.holds(owner):
                        again()
                        return out
                else:
                    break
            finally:
                self.leases.release(owner)
        return out

    def pressing(self, incoming: Incoming, language: str) -> bool:
        """Whether a message is heard whatever else the person sends: STOP, an erasure, a danger."""
        typed = clean(incoming.text, self._limit)
        if incoming.kind == "start":
            return True
        if incoming.kind == "choice" or typed.made_of != "words":
            return False
        reading = self._heard(typed.text, self._clock(), language, None)
        return reading.danger is not None or reading.signal in PRESSING

    def _turn(self, loaded: Loaded, owner: str) -> list[Outgoing] | None:
        """What was answered; None when the conversation changed meanwhile and nothing was written."""
        began = time.perf_counter()
        outcome = "answered"
        out: list[Outgoing] | None = []
        plan = Plan(None)
        try:
            with part("read", loaded.row_id):
                plan = self._decided(loaded)
            if loaded.overtaking and plan.question is not None and plan.question.signal == "human":
                # The engine is away already: who asks for a human now does not wait behind it.
                return self._trouble(loaded, owner, "overtaking", plan)
            if loaded.overtaking and (plan.question is not None or not plan.urgent):
                waiting.queue_up(self._sessions, loaded)
                return []
            if plan.question is not None:
                with part("engine", loaded.row_id):
                    reply = ask(self._parts.engine, loaded, plan.question, plan.language)
                plan = settle(plan, reply)
            with part("write", loaded.row_id):
                out = self._write(loaded, plan, owner, self._words(loaded, plan))
        except Changed:
            outcome, out = "changed", None
        except EngineFailure as failure:
            outcome = f"engine-{failure}"
            out = self._trouble(loaded, owner, str(failure), plan)
        except Exception as error:  # a turn that breaks must not lose the message nor stop the worker
            outcome = f"broken-{type(error).__name__}-{trouble.place(error)}"
            out = self._trouble(loaded, owner, "broken", plan)
        seconds = time.perf_counter() - began
        turn_seconds.labels("whole").observe(seconds)
        log.log(
            logging.INFO if outcome in ("answered", "changed") else logging.WARNING,
            "turn=%s conversation=%s channel=%s outcome=%s ms=%.1f",
            loaded.row_id,
            hashlib.sha256(loaded.conversation_id.encode()).hexdigest()[:10],
            loaded.channel,
            outcome,
            seconds * 1000,
        )
        return out

    def _decided(self, loaded: Loaded) -> Plan:
        message, view, parts = loaded.message, loaded.view, self._parts
        reading, guess = Reading(), None
        if message.choice is None and message.typed.made_of == "words" and message.kind != "start":
            text = message.typed.text
            reading = self._heard(text, message.at, view.language, view.asked)
            if not view.chosen:
                guess = parts.detector.detect(text, view.language)
        near = None
        if message.kind == "location":
            near = parts.nearest(message.given["latitude"], message.given["longitude"])
        return decide(message, view, reading, guess, parts.answer_words, self._spoken, near)

    def _heard(self, text: str, at: datetime, language: str, asked: str | None) -> Reading:
        """What is heard before anything else; the words our own sentences promise win over the lexicons."""
        reading = self._parts.understanding.listen(text, now=at, language=language, asked=asked)
        promised = self._parts.keywords.signal(text)
        return reading if promised is None else replace(reading, signal=promised)

    def _words(self, loaded: Loaded, plan: Plan) -> list[Worded]:
        words = outbox.worded(
            plan.says,
            self._parts.speech,
            language=plan.language or loaded.view.language,
            channel=loaded.channel,
            plain=loaded.view.plain if plan.plain is None else plan.plain,
            now=loaded.message.at,
        )
        if plan.says and not words:
            raise EngineFailure("no-words")
        return words

    def _write(self, loaded: Loaded, plan: Plan, owner: str, words: list[Worded]) -> list[Outgoing]:
        """Everything a turn changes, in one transaction: all of it is there afterwards, or none."""
        now = self._clock()
        with self._sessions.begin() as session:
            taken = waiting.taken(session, loaded, plan.keep, rings=bool(words))
            if taken is None or taken.conversation.lease_owner != owner:
                raise Changed
            conversation, contact = taken.conversation, taken.conversation.contact
            if (
                conversation.owner != loaded.view.owner
                or (contact.stopped_at is not None) != loaded.view.stopped
            ):
                raise Changed
            if plan.question is not None:
                conversation.trouble_since = conversation.trouble_said = None
                conversation.choices = None
            record.change(session, conversation, plan, loaded.message.at, now)
            for effect in plan.effects:
                self._parts.effects.apply(session, conversation, {**effect, "turn": loaded.row_id})
            if plan.erase:
                erasing.wipe(session, conversation, now)
            if not taken.more:
                conversation.lease_owner = conversation.lease_until = None
            asks = plan.reported.asks if plan.reported is not None else None
            turn = None if plan.erase else loaded.row_id
            straight = not (taken.behind or plan.erase) and bool(words)
            way = way_for(contact, conversation.channel, self._way()) if straight else None
            written = self._clock()  # the lock may have been waited for
            until = written + LEASE if way is not None else None
            out = outbox.write(
                session, conversation, words, now, turn=turn, asks=asks, locked=True, taken_until=until
            )
            channel, where = contact.channel, contact.address if way is not None else None
        if not taken.more:
            self.leases.gave_back(owner)
        if way is not None:
            way.leave([Departure(one.id, one, channel, 1, written, where) for one in out])
        self._told(loaded.conversation_id, plan.reported, out, way is not None)
        return out

    def _trouble(self, loaded: Loaded, owner: str, code: str, plan: Plan) -> list[Outgoing]:
        """The engine does not answer: what is said of it, if anything."""
        now = self._clock()
        out: list[Outgoing] = []
        with self._sessions.begin() as session:
            noted = trouble.note(
                session,
                loaded,
                owner,
                code,
                asks_human=plan.question is not None and plan.question.signal == "human",
                patience=self._patience,
                effects=self._parts.effects,
                now=now,
            )
            if noted is not None and noted[1] is not None:
                words = self._words(loaded, Plan(None, says=(Say(noted[1]),)))
                out = outbox.write(session, noted[0], words, now, turn=loaded.row_id)
        if out:
            self._told(loaded.conversation_id, None, out, False)
        return out
