"""The life of handovers on real tables and the real gateway: any hands, any order, again and again."""

from __future__ import annotations

import contextlib
import tempfile
from pathlib import Path
from typing import Any

from hypothesis import settings as hypothesis
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule
from sqlalchemy import select

from bot.database import Base, connect, sessions
from bot.gateway.effects import EffectBook
from bot.gateway.gateway import Gateway
from bot.gateway.message import Incoming
from bot.gateway.tables import Conversation, Outbox
from bot.handover.asked import HandoverEffects
from bot.handover.conversation import GatewayThread
from bot.handover.life import Claim, Close, Event, Outcome, RefusedError, Requeue, State
from bot.handover.tables import Handover
from bot.handover.telling import happen
from bot.handover.watch import delays, tick
from bot.sealing import Sealer, seal
from bot.settings import Settings
from tests.gateway.house import Clock, Detector, Speech, Understanding
from tests.gateway.house import Engine as Conductor
from tests.handover.conftest import DATA, MONDAY, PLATFORMS, SomePlaces

HANDS = st.sampled_from(["ana", "bob"])
GOODBYE = {"stop.done"}
OWNERS = {"queued": "queue", "deferred": "queue", "requested": "queue", "claimed": "counsellor"}


class KeptLife(RuleBasedStateMachine):
    """One person, two counsellors, the watch."""

    def __init__(self) -> None:
        super().__init__()
        self._folder = tempfile.TemporaryDirectory()
        self._database = seal(connect(f"sqlite:///{Path(self._folder.name) / 'life.db'}"), Sealer("k" * 32))
        Base.metadata.create_all(self._database)
        self.clock, self.engine, self.count, self.stopped = Clock(), Conductor(), 0, False
        self.clock.now = MONDAY.astimezone(self.clock.now.tzinfo)
        configured = Settings(_env_file=None)
        effects = HandoverEffects(configured, SomePlaces(), self.clock)
        self.book = EffectBook(effects.handlers())
        parts: tuple[Any, ...] = (Understanding(), Detector(), Speech(), self.engine, self.book)
        self.gateway = Gateway(configured, sessions(self._database), *parts, self.clock)
        effects.speak_through(self.gateway)
        self.thread, self.make = GatewayThread(self.gateway), self.gateway.sessions
        self.id = self._write("bonjour à tous")

    def teardown(self) -> None:
        self._database.dispose()
        self._folder.cleanup()

    def _write(self, text: str) -> str:
        self.count += 1
        came = Incoming("sms", "+33612345678", external_id=str(self.count), text=text)
        conversation = self.gateway.conversation_of(self.gateway.receive(came))
        self.gateway.play(conversation)
        return conversation

    def _effect(self, do: str, **more: Any) -> None:
        with self.make.begin() as session:
            conversation = session.get_one(Conversation, self.id)
            conversation.state = {"profile": {"origin": "49023", "purpose": "emploi", "urgency": "U2"}}
            self.book.apply(session, conversation, {"do": do, **more})

    def _acts(self, event: Event) -> None:
        with contextlib.suppress(RefusedError), self.make.begin() as session:
            for row in session.scalars(select(Handover).where(Handover.state != State.CLOSED.value)):
                happen(session, self.thread, row, event, self.clock(), platforms=PLATFORMS, name="Ana")

    @precondition(lambda self: not self.stopped)
    @rule()
    def asks_for_a_human(self) -> None:
        self._effect("handover", consent={"transmission": True})

    @precondition(lambda self: not self.stopped)
    @rule()
    def goes_on_alone(self) -> None:
        self._effect("withdraw")
        with self.make.begin() as session:
            # As the gateway does in the turn that withdraws; several may have been opened in the same second.
            states = set(session.scalars(select(Handover.state)))
            if State.WITHDRAWN.value in states and not states & set(OWNERS):
                self.thread.hold(session, self.id, "bot")

    @rule(text=st.sampled_from(["je suis là", "merci beaucoup à vous"]))
    def writes(self, text: str) -> None:
        with self.make() as session:
            held = session.get_one(Conversation, self.id).owner == "counsellor"
        before = len(self.engine.asked)
        self._write(text)
        if held or self.stopped:
            assert len(self.engine.asked) == before, (
                "the bot is silent while a human holds it, and after STOP"
            )

    @rule(hand=HANDS)
    def claims(self, hand: str) -> None:
        self._acts(Claim(hand))

    @rule(hand=HANDS, outcome=st.sampled_from(list(Outcome)))
    def closes(self, hand: str, outcome: Outcome) -> None:
        self._acts(Close(hand, outcome))

    @rule(hand=HANDS)
    def lets_go(self, hand: str) -> None:
        self._acts(Requeue(hand))

    @rule(hours=st.sampled_from([1, 5, 26]))
    def time_passes(self, hours: int) -> None:
        self.clock.forward(hours=hours)
        for _ in range(2):
            tick(
                self.make,
                self.thread,
                platforms=PLATFORMS,
                places=SomePlaces(),
                given=delays(DATA),
                now=self.clock(),
            )

    @rule()
    def stops(self) -> None:
        self._write("stop")
        self.stopped = True

    @invariant()
    def one_under_way_and_its_owner_holds_the_conversation(self) -> None:
        with self.make() as session:
            rows = list(session.scalars(select(Handover)))
            owner = session.get_one(Conversation, self.id).owner
        running = [row for row in rows if row.state in OWNERS]
        assert len(running) <= 1
        assert owner == (OWNERS[running[0].state] if running else "bot")
        assert all((row.claimed_by is not None) == (row.state == "claimed") for row in rows)

    @invariant()
    def nothing_leaves_after_stop(self) -> None:
        if self.stopped:
            with self.make() as session:
                rows = list(session.scalars(select(Handover.state)))
                waiting = session.scalars(
                    select(Outbox).where(Outbox.conversation_id == self.id, Outbox.status == "queued")
                ).all()
            assert not set(rows) & (set(OWNERS) | {"expired"})
            assert {row.say["key"] for row in waiting if row.say} <= GOODBYE


def test_who_asks_again_while_a_counsellor_holds_them_stays_with_the_counsellor() -> None:
    life = KeptLife()
    life.asks_for_a_human()
    life.claims("ana")
    life.asks_for_a_human()
    life.one_under_way_and_its_owner_holds_the_conversation()
    life.teardown()


KeptLife.TestCase.settings = hypothesis(max_examples=25, stateful_step_count=14, deadline=None)
TestKeptLife = KeptLife.TestCase
