"""Plays a conversation's messages, one at a time and in order: decide, ask the engine, write all at once."""

from __future__ import annotations

import hashlib
import logging
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session, sessionmaker

from bot.gateway import erasing, lease, outbox, record
from bot.gateway.choices import Keywords, NumberWords
from bot.gateway.limits import Patience
from bot.gateway.message import Outgoing
from bot.gateway.outbox import Worded
from bot.gateway.ports import Clock, Detector, Effects, Engine, EngineFailure, Speech, Understanding
from bot.gateway.reply import MalformedReply, Reply, Say, parse
from bot.gateway.tables import Conversation, Inbox, new_id
from bot.gateway.turn import Message, Plan, Question, View, decide, settle
from bot.gateway.typed import clean
from bot.understanding.facts import Reading

log = logging.getLogger(__name__)


# Messages in and out after which the engine starts a new session. It forgets nothing that counts: state is ours.
SESSION_LENGTH = 60


class Changed(Exception):
    """The conversation changed hands while the turn was worked on: it is decided anew."""


@dataclass(frozen=True)
class Parts:
    """The rooms a turn needs."""

    understanding: Understanding
    detector: Detector
    speech: Speech
    engine: Engine
    effects: Effects
    numbers: NumberWords
    keywords: Keywords


@dataclass(frozen=True)
class Loaded:
    """One message with what is known of its conversation."""

    row_id: int
    conversation_id: str
    channel: str
    message: Message
    view: View
    overtaking: bool
    started: datetime
    session: int = 0


class Player:
    """Plays conversations. Safe to share between threads."""

    def __init__(
        self,
        sessions: sessionmaker[Session],
        parts: Parts,
        clock: Clock,
        *,
        message_limit: int,
        turn_timeout: float,
        patience: Patience,
        told: Callable[[str, Reply | None, list[Outgoing]], None],
    ) -> None:
        """`turn_timeout`: seconds one turn may take at most; `told` hears of every turn once it is written."""
        self._sessions = sessions
        self._parts = parts
        self._clock = clock
        self._limit = message_limit
        self._hold = timedelta(seconds=2 * turn_timeout + 10)
        self._patience = patience
        self._told = told
        self._spoken = frozenset(parts.speech.languages())

    def play(self, conversation_id: str) -> list[Outgoing]:
        """Work on every message of the conversation that is due; what was answered.

        Nothing when another worker has the conversation.
        """
        owner, out = new_id(), []
        claimed_at: datetime | None = None
        try:
            while True:
                now = self._clock()
                # A fresh claim covers a whole turn; while it does, the next message needs no new one.
                if claimed_at is None or now - claimed_at > self._hold / 3:
                    if not lease.claim(self._sessions, conversation_id, owner, now, now + self._hold):
                        break
                    claimed_at = now
                loaded = self._load(conversation_id)
                if loaded is None:
                    break
                answered = self._turn(loaded, owner)
                if answered is None:
                    claimed_at = None
                else:
                    out += answered
        finally:
            lease.release(self._sessions, conversation_id, owner)
        return out

    def _load(self, conversation_id: str) -> Loaded | None:
        """The next message due. Behind one that waits for the engine, only what needs no engine may pass."""
        now = self._clock()
        with self._sessions() as session:
            rows = session.scalars(
                select(Inbox)
                .where(Inbox.conversation_id == conversation_id, Inbox.status == "pending")
                .order_by(Inbox.seq)
            ).all()
            row = next((row for row in rows if row.next_try_at <= now), None)
            conversation = session.get(Conversation, conversation_id) if row else None
            if row is None or conversation is None:
                return None
            choice = (row.given or {}).get("choice")
            message = Message(
                kind=row.kind,
                typed=clean(row.text or "", self._limit),
                at=row.at,
                choice=choice,
                tapped=record.older_choice(session, conversation_id, choice),
                given={name: value for name, value in (row.given or {}).items() if name != "choice"},
            )
            return Loaded(
                row.id,
                conversation_id,
                conversation.channel,
                message,
                record.view(session, conversation),
                row is not rows[0],
                now,
                row.seq // SESSION_LENGTH,
            )

    def _turn(self, loaded: Loaded, owner: str) -> list[Outgoing] | None:
        """What was answered; None when the conversation changed meanwhile and nothing was written."""
        began = time.perf_counter()
        outcome = "answered"
        out: list[Outgoing] | None = []
        plan = Plan(None)
        try:
            plan = self._decided(loaded)
            if loaded.overtaking and plan.question is not None and plan.question.signal == "human":
                # The engine is away already: who asks for a human now does not wait behind it.
                return self._trouble(loaded, owner, "overtaking", plan)
            if loaded.overtaking and (plan.question is not None or not plan.urgent):
                self._queue_up(loaded)
                return []
            if plan.question is not None:
                plan = settle(plan, self._asked(loaded, plan.question, plan.language))
            out = self._write(loaded, plan, owner, self._words(loaded, plan))
        except Changed:
            outcome, out = "changed", None
        except EngineFailure as failure:
            outcome = f"engine-{failure}"
            out = self._trouble(loaded, owner, str(failure), plan)
        except Exception as error:  # a turn that breaks must not lose the message nor stop the worker
            outcome = f"broken-{type(error).__name__}-{_where(error)}"
            out = self._trouble(loaded, owner, "broken", plan)
        log.log(
            logging.INFO if outcome in ("answered", "changed") else logging.WARNING,
            "turn=%s conversation=%s channel=%s outcome=%s ms=%.1f",
            loaded.row_id,
            hashlib.sha256(loaded.conversation_id.encode()).hexdigest()[:10],
            loaded.channel,
            outcome,
            (time.perf_counter() - began) * 1000,
        )
        return out

    def _decided(self, loaded: Loaded) -> Plan:
        message, view, parts = loaded.message, loaded.view, self._parts
        reading, guess = Reading(), None
        if message.choice is None and message.typed.made_of == "words" and message.kind != "start":
            text = message.typed.text
            reading = parts.understanding.read(text, now=message.at, language=view.language, asked=view.asked)
            promised = parts.keywords.signal(text)
            if promised is not None:
                reading = replace(reading, signal=promised)
            if not view.chosen:
                guess = parts.detector.detect(text, view.language)
        return decide(message, view, reading, guess, parts.numbers, self._spoken)

    def _asked(self, loaded: Loaded, question: Question, language: str | None) -> Reply:
        view = loaded.view
        metadata: dict[str, Any] = {
            "turn": loaded.row_id,
            "now": loaded.message.at.isoformat(),
            "language": language or view.language,
            "plain": view.plain,
            "channel": loaded.channel,
            "state": view.state or {},
            "choice": question.choice,
            "signal": question.signal,
            "contact": question.contact,
            "given": dict(question.given),
            "kind": loaded.message.kind,
            "text_limit_hit": question.cut,
        }
        # The engine's own memory is dropped now and then: a turn of a long conversation costs what the tenth did.
        sender = f"{loaded.conversation_id}-{loaded.session}"
        items = self._parts.engine.ask(sender, question.text, metadata)
        try:
            return parse(items, loaded.row_id)
        except MalformedReply as error:
            raise EngineFailure(f"malformed-{error}") from None

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
            conversation = self._taken(session, loaded, owner, plan.keep, "done")
            contact = conversation.contact
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
            asks = plan.reported.asks if plan.reported is not None else None
            out = outbox.write(
                session, conversation, words, now, turn=None if plan.erase else loaded.row_id, asks=asks
            )
        self._told(loaded.conversation_id, plan.reported, out)
        return out

    def _taken(
        self, session: Session, loaded: Loaded, owner: str, keep: str | None, status: str
    ) -> Conversation:
        """Close the inbox row and lock the conversation. Raises `Changed` if somebody else was faster."""
        closed = session.execute(
            update(Inbox)
            .where(Inbox.id == loaded.row_id, Inbox.status == "pending")
            .values(status=status, text=keep, given=None)
            .execution_options(synchronize_session=False)
        )
        conversation = session.get(Conversation, loaded.conversation_id, with_for_update=True)
        if closed.rowcount != 1 or conversation is None or conversation.lease_owner != owner:  # type: ignore[attr-defined]
            raise Changed
        return conversation

    def _queue_up(self, loaded: Loaded) -> None:
        """Wait behind the message that waits for the engine."""
        with self._sessions.begin() as session:
            head = session.scalar(
                select(Inbox.next_try_at)
                .where(Inbox.conversation_id == loaded.conversation_id, Inbox.status == "pending")
                .order_by(Inbox.seq)
                .limit(1)
            )
            session.execute(update(Inbox).where(Inbox.id == loaded.row_id).values(next_try_at=head))

    def _trouble(self, loaded: Loaded, owner: str, code: str, plan: Plan) -> list[Outgoing]:
        """The engine does not answer: keep the message, say so once, in the end give it to a human."""
        now, patience = self._clock(), self._patience
        out: list[Outgoing] = []
        with self._sessions.begin() as session:
            row = session.get(Inbox, loaded.row_id, with_for_update=True)
            conversation = session.get(Conversation, loaded.conversation_id, with_for_update=True)
            if (
                row is None
                or row.status != "pending"
                or conversation is None
                or conversation.lease_owner != owner
            ):
                return []
            row.attempts += 1
            row.reason = code[:64]
            row.first_try_at = row.first_try_at or loaded.started
            row.next_try_at = now + patience.pause(row.attempts)
            conversation.trouble_since = conversation.trouble_since or loaded.started
            late = now - conversation.trouble_since >= patience.say_after
            hopeless = now - row.first_try_at >= patience.give_up_after
            wants_human = late and plan.question is not None and plan.question.signal == "human"
            key: str | None = None
            if hopeless or wants_human:
                row.status = "dead" if hopeless else "done"
                if conversation.trouble_said != "human":
                    key, conversation.trouble_said = "trouble.human", "human"
                    effect = {"do": "handover", "reason": "trouble", "turn": row.id}
                    self._parts.effects.apply(session, conversation, effect)
            elif late and conversation.trouble_said is None:
                key, conversation.trouble_said = "trouble.wait", "wait"
            if key is not None and conversation.contact.stopped_at is None:
                words = self._words(loaded, Plan(None, says=(Say(key),)))
                out = outbox.write(session, conversation, words, now, turn=row.id)
        if out:
            self._told(loaded.conversation_id, None, out)
        return out


def _where(error: BaseException) -> str:
    """Module and line where it broke; the message of an error may quote the person and is not logged."""
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    return f"{trace.tb_frame.f_globals.get('__name__')}:{trace.tb_lineno}" if trace is not None else "?"
