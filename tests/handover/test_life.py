"""The handover's machine: its laws as a state machine, its refusals as a table."""

from __future__ import annotations

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from bot.handover.life import (
    FINAL,
    Ask,
    Claim,
    Close,
    Effect,
    Event,
    Expire,
    Life,
    Move,
    Outcome,
    Reach,
    RefusedError,
    Remind,
    Requeue,
    Route,
    State,
    Step,
    Stop,
    Withdraw,
    step,
)

COUNSELLORS = st.sampled_from(["ana", "bob"])
PLATFORMS = st.sampled_from(["p44", "p49", "pdl"])
EVENTS = st.one_of(
    st.builds(Route, PLATFORMS, st.booleans()),
    st.just(Reach()),
    st.builds(Claim, COUNSELLORS),
    st.builds(Requeue, st.none() | COUNSELLORS),
    st.builds(Move, PLATFORMS, st.none() | COUNSELLORS),
    st.builds(Remind, st.integers(1, 3)),
    st.builds(Close, COUNSELLORS, st.sampled_from(list(Outcome))),
    st.just(Withdraw()),
    st.just(Expire()),
    st.just(Ask()),
    st.just(Stop()),
)
REPEATABLE = (Route, Reach, Claim, Remind, Close, Withdraw, Expire, Stop)


class HandoverLife(RuleBasedStateMachine):
    """Any events in any order, from several hands."""

    def __init__(self) -> None:
        super().__init__()
        self.life = Life()
        self.stopped = False
        self.claims: list[str] = []

    @rule(event=EVENTS)
    def happens(self, event: Event) -> None:
        before = self.life
        try:
            taken = step(before, event)
        except RefusedError:
            return
        if self.stopped:
            assert taken == Step(before), "nothing happens after STOP"
        if isinstance(event, Claim) and before.state is State.CLAIMED:
            assert before.claimed_by == event.by, "a second hand cannot take what is held"
        if isinstance(event, REPEATABLE):
            assert step(taken.life, event) == Step(taken.life), "the same event again changes nothing"
        if before.state in FINAL:
            assert taken.life == before and not taken.effects
        self.stopped = self.stopped or taken.life.state is State.STOPPED
        self.life = taken.life

    @invariant()
    def one_owner(self) -> None:
        assert (self.life.claimed_by is not None) == (self.life.state is State.CLAIMED)
        assert (self.life.owner == "counsellor") == (self.life.claimed_by is not None)
        assert self.life.owner in {"bot", "queue", "counsellor"}

    @invariant()
    def an_outcome_only_when_closed(self) -> None:
        assert (self.life.outcome is not None) == (self.life.state is State.CLOSED)


HandoverLife.TestCase.settings = settings(max_examples=150, stateful_step_count=25, deadline=None)
TestHandoverLife = HandoverLife.TestCase

QUEUED = Life(State.QUEUED, platform="p49")
HELD = Life(State.CLAIMED, claimed_by="ana", platform="p49")
CLOSED = Life(State.CLOSED, platform="p49", outcome=Outcome.SOLUTION)


@pytest.mark.parametrize(
    ("life", "event", "reason"),
    [
        pytest.param(HELD, Claim("bob"), "already-claimed", id="claimed by another"),
        pytest.param(CLOSED, Claim("bob"), "not-waiting", id="claim after the end"),
        pytest.param(Life(), Claim("bob"), "not-waiting", id="claim before it is routed"),
        pytest.param(HELD, Close("bob", Outcome.SOLUTION), "not-yours", id="close another's"),
        pytest.param(QUEUED, Close("ana", Outcome.SOLUTION), "not-yours", id="close without claiming"),
        pytest.param(HELD, Move("pdl", "bob"), "not-yours", id="transfer another's"),
        pytest.param(HELD, Move("pdl"), "not-waiting", id="escalate what is held"),
        pytest.param(CLOSED, Ask(), "ended", id="ask again after the end"),
    ],
)
def test_refused(life: Life, event: Event, reason: str) -> None:
    with pytest.raises(RefusedError) as caught:
        step(life, event)
    assert caught.value.reason == reason


@pytest.mark.parametrize(
    ("life", "event", "state", "effects"),
    [
        pytest.param(
            Life(), Route("p49", True), State.QUEUED, {Effect.TELL_QUEUED, Effect.NOTIFY_TEAM}, id="open"
        ),
        pytest.param(
            Life(),
            Route("p49", False),
            State.DEFERRED,
            {Effect.TELL_DEFERRED, Effect.NOTIFY_TEAM},
            id="closed",
        ),
        pytest.param(Life(State.DEFERRED), Reach(), State.QUEUED, {Effect.NOTIFY_TEAM}, id="opening hour"),
        pytest.param(
            Life(State.DEFERRED), Claim("ana"), State.CLAIMED, {Effect.TELL_CLAIMED}, id="early bird"
        ),
        pytest.param(
            Life(State.EXPIRED), Claim("ana"), State.CLAIMED, {Effect.TELL_CLAIMED}, id="late, still there"
        ),
        pytest.param(
            QUEUED, Expire(), State.EXPIRED, {Effect.TELL_EXPIRED, Effect.UNMET_NEED}, id="nobody came"
        ),
        pytest.param(
            HELD,
            Close("ana", Outcome.NONE),
            State.CLOSED,
            {Effect.TELL_CLOSED, Effect.UNMET_NEED},
            id="no solution",
        ),
        pytest.param(HELD, Close("ana", Outcome.SOLUTION), State.CLOSED, {Effect.TELL_CLOSED}, id="solved"),
        pytest.param(
            HELD, Close("ana", Outcome.GIVEN_BACK), State.CLOSED, {Effect.TELL_GIVEN_BACK}, id="given back"
        ),
        pytest.param(
            HELD, Requeue(), State.QUEUED, {Effect.TELL_WAITING, Effect.NOTIFY_TEAM}, id="holder gone"
        ),
        pytest.param(
            QUEUED, Move("pdl"), State.QUEUED, {Effect.TELL_WAITING, Effect.NOTIFY_TEAM}, id="escalated"
        ),
        pytest.param(Life(State.EXPIRED), Ask(), State.REQUESTED, set(), id="asks again"),
        pytest.param(HELD, Withdraw(), State.WITHDRAWN, set(), id="taken back by the person"),
        pytest.param(HELD, Stop(), State.STOPPED, set(), id="STOP says nothing more"),
    ],
)
def test_happens(life: Life, event: Event, state: State, effects: set[Effect]) -> None:
    taken = step(life, event)
    assert taken.life.state is state
    assert set(taken.effects) == effects


def test_escalation_remembers_who_was_tried() -> None:
    assert step(QUEUED, Move("pdl")).life.tried == ("p49",)
