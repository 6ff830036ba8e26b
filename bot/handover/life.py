"""The life of a handover: one pure machine. Events in, the new life and what must follow out.

    requested -> queued | deferred -> claimed -> closed(outcome)
    withdrawn (the person goes on alone), expired (nobody came; still claimable), stopped (STOP or erased)

Every transition is idempotent: an event that says what is already so changes nothing and has no effect.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum


class State(StrEnum):
    """Where a handover stands."""

    REQUESTED = "requested"
    QUEUED = "queued"
    DEFERRED = "deferred"
    CLAIMED = "claimed"
    CLOSED = "closed"
    WITHDRAWN = "withdrawn"
    EXPIRED = "expired"
    STOPPED = "stopped"


class Outcome(StrEnum):
    """How a handover ended, in the field's words."""

    SOLUTION = "solution"
    PARTLY = "partielle"
    NONE = "aucune"
    GIVEN_BACK = "rendue"


class Effect(StrEnum):
    """What a transition asks of the world around; carried out by the caller, in the same transaction."""

    TELL_QUEUED = "tell-queued"
    TELL_DEFERRED = "tell-deferred"
    TELL_CLAIMED = "tell-claimed"
    TELL_CLOSED = "tell-closed"
    TELL_GIVEN_BACK = "tell-given-back"
    TELL_WAITING = "tell-waiting"
    TELL_EXPIRED = "tell-expired"
    NOTIFY_TEAM = "notify-team"
    REMIND_TEAM = "remind-team"
    UNMET_NEED = "unmet-need"


OPEN = frozenset({State.REQUESTED, State.QUEUED, State.DEFERRED, State.CLAIMED})
CLAIMABLE = frozenset({State.QUEUED, State.DEFERRED, State.EXPIRED})
FINAL = frozenset({State.CLOSED, State.WITHDRAWN, State.STOPPED})


@dataclass(frozen=True)
class Life:
    """One handover: its state, the one who holds it, the platform in charge and those already tried."""

    state: State = State.REQUESTED
    claimed_by: str | None = None
    platform: str | None = None
    tried: tuple[str, ...] = ()
    outcome: Outcome | None = None
    requeues: int = 0
    reminders: int = 0

    @property
    def owner(self) -> str:
        """Who has the conversation: `counsellor`, `queue` or `bot`; always exactly one."""
        if self.state is State.CLAIMED:
            return "counsellor"
        return "queue" if self.state in OPEN else "bot"


@dataclass(frozen=True)
class Route:
    """The platform is known; `open_now` tells whether somebody reads there at this moment."""

    platform: str | None
    open_now: bool


@dataclass(frozen=True)
class Reach:
    """The opening hour a deferred handover waited for has come."""


@dataclass(frozen=True)
class Claim:
    """A counsellor takes it."""

    by: str


@dataclass(frozen=True)
class Requeue:
    """The holder is silent, off duty or gone; `by` None when the house decides it."""

    by: str | None = None


@dataclass(frozen=True)
class Move:
    """To another platform: a transfer by its holder (`by`), or an escalation (`by` None)."""

    platform: str
    by: str | None = None


@dataclass(frozen=True)
class Remind:
    """The team has not taken it; `number` counts reminders from 1, so that the same one is sent once."""

    number: int


@dataclass(frozen=True)
class Close:
    """The holder ends it with an outcome (`rendue`: given back to the bot)."""

    by: str
    outcome: Outcome


@dataclass(frozen=True)
class Withdraw:
    """The person goes on without a human."""


@dataclass(frozen=True)
class Expire:
    """Nobody came in time."""


@dataclass(frozen=True)
class Ask:
    """The person asks again for a human."""


@dataclass(frozen=True)
class Stop:
    """STOP, or the person erased themselves."""


Event = Route | Reach | Claim | Requeue | Move | Remind | Close | Withdraw | Expire | Ask | Stop


class RefusedError(Exception):
    """The event cannot happen now; `reason` is a code of the desk's catalogue (`refused.<reason>`)."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True)
class Step:
    """The life after an event, and what must follow."""

    life: Life
    effects: tuple[Effect, ...] = ()


def step(life: Life, event: Event) -> Step:
    """The life after this event. Raises `RefusedError` when the event cannot happen in this state."""
    if isinstance(event, Stop):
        return (
            Step(replace(life, state=State.STOPPED, claimed_by=None))
            if life.state not in FINAL
            else Step(life)
        )
    if isinstance(event, Route):
        return _route(life, event)
    if isinstance(event, Claim):
        return _claim(life, event)
    if isinstance(event, Close):
        return _close(life, event)
    if isinstance(event, Move):
        return _move(life, event)
    if isinstance(event, Requeue):
        return _requeue(life, event)
    return _wait(life, event)


def _route(life: Life, event: Route) -> Step:
    if life.state is not State.REQUESTED:
        return Step(life)
    state = State.QUEUED if event.open_now else State.DEFERRED
    told = Effect.TELL_QUEUED if event.open_now else Effect.TELL_DEFERRED
    return Step(replace(life, state=state, platform=event.platform), (told, Effect.NOTIFY_TEAM))


def _claim(life: Life, event: Claim) -> Step:
    if life.state is State.CLAIMED and life.claimed_by == event.by:
        return Step(life)
    if life.state is State.CLAIMED:
        raise RefusedError("already-claimed")
    if life.state not in CLAIMABLE:
        raise RefusedError("not-waiting")
    return Step(replace(life, state=State.CLAIMED, claimed_by=event.by), (Effect.TELL_CLAIMED,))


def _close(life: Life, event: Close) -> Step:
    if life.state is State.CLOSED and life.outcome is event.outcome:
        return Step(life)
    _must_hold(life, event.by)
    closed = replace(life, state=State.CLOSED, claimed_by=None, outcome=event.outcome)
    if event.outcome is Outcome.GIVEN_BACK:
        return Step(closed, (Effect.TELL_GIVEN_BACK,))
    unmet = (Effect.UNMET_NEED,) if event.outcome is Outcome.NONE else ()
    return Step(closed, (Effect.TELL_CLOSED, *unmet))


def _move(life: Life, event: Move) -> Step:
    if event.by is not None:
        _must_hold(life, event.by)
    elif life.state not in {State.QUEUED, State.DEFERRED}:
        raise RefusedError("not-waiting")
    if life.platform == event.platform:
        return Step(life) if event.by is None else _requeue(life, Requeue(event.by))
    tried = (*life.tried, life.platform) if life.platform else life.tried
    moved = replace(
        life, state=State.QUEUED, claimed_by=None, platform=event.platform, tried=tried, reminders=0
    )
    return Step(moved, (Effect.TELL_WAITING, Effect.NOTIFY_TEAM))


def _requeue(life: Life, event: Requeue) -> Step:
    if life.state is State.QUEUED:
        return Step(life)
    if event.by is not None:
        _must_hold(life, event.by)
    if life.state is not State.CLAIMED:
        raise RefusedError("not-claimed")
    again = replace(life, state=State.QUEUED, claimed_by=None, requeues=life.requeues + 1, reminders=0)
    return Step(again, (Effect.TELL_WAITING, Effect.NOTIFY_TEAM))


def _wait(life: Life, event: Reach | Remind | Withdraw | Expire | Ask) -> Step:
    waiting = life.state in {State.QUEUED, State.DEFERRED}
    match event:
        case Reach() if life.state is State.DEFERRED:
            return Step(replace(life, state=State.QUEUED), (Effect.NOTIFY_TEAM,))
        case Remind(number=number) if waiting and number > life.reminders:
            return Step(replace(life, reminders=number), (Effect.REMIND_TEAM,))
        case Withdraw() if life.state not in FINAL:
            # Also from a counsellor's hands: it is the person's request, and theirs to take back.
            return Step(replace(life, state=State.WITHDRAWN, claimed_by=None))
        case Expire() if waiting:
            return Step(replace(life, state=State.EXPIRED), (Effect.TELL_EXPIRED, Effect.UNMET_NEED))
        case Ask() if life.state is State.EXPIRED:
            return Step(replace(life, state=State.REQUESTED, reminders=0))
        case Ask() if life.state in FINAL:
            raise RefusedError("ended")
    return Step(life)


def _must_hold(life: Life, by: str) -> None:
    if life.state is not State.CLAIMED or life.claimed_by != by:
        raise RefusedError("not-yours")
