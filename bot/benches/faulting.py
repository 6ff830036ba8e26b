"""Faults one after the other under load: what stands beside the gateway fails, each time in another way.

A fault lasts a moment; then everything that was written until its end must be answered, once and in order, before
the next one begins. The clock of the house runs faster, so that pauses between tries are real but short: times are
told in its seconds, which are at least those of a house at its usual pace.
"""

from __future__ import annotations

import os
import random
import signal
import subprocess
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from sqlalchemy import Engine as Database
from sqlalchemy import create_engine, text
from sqlalchemy.exc import SQLAlchemyError

from bot.assembly import open_database
from bot.benches import killing
from bot.benches.killing import Figures, People
from bot.benches.outside_world import World, world
from bot.directory.cluster import restart
from bot.migrations import upgrade
from bot.replay.stage import free_port
from bot.settings import Settings

# How much faster the clock of the house runs than the world's.
SPEED = 5.0
# How long a fault lasts, in seconds.
LASTS = (0.05, 0.5)
# After this long (of the house's seconds) a house that has not recovered is not waited for any more.
PATIENCE = 600.0


@dataclass
class Scene:
    """What a fault can be done to."""

    world: World
    database: Database
    victim: str
    chance: random.Random
    born: Callable[[], str]
    dead: Callable[[str], None]
    lost: set[tuple[str, str]] = field(default_factory=set)
    """Messages, with their chats, that were waited for in vain: not once more after every fault."""


Fault = Callable[[Scene], Iterator[None]]


def _mood(side: str, mood: str) -> Fault:
    def fault(scene: Scene) -> Iterator[None]:
        scene.world.mood[side] = mood
        yield
        scene.world.mood.pop(side, None)

    return fault


def _cut(scene: Scene) -> Iterator[None]:
    """Every connection to PostgreSQL is cut, again and again."""
    for _ in range(3):
        _do(scene, "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid()")
        time.sleep(0.02)
    yield


def _restarted(scene: Scene) -> Iterator[None]:
    """PostgreSQL is stopped as a power cut of its process would, and started again."""
    scene.database.dispose()
    restart(scene.database.url.render_as_string(hide_password=False))
    yield


def _read_only(scene: Scene) -> Iterator[None]:
    _do(scene, "ALTER SYSTEM SET default_transaction_read_only = on", "SELECT pg_reload_conf()")
    yield
    _do(
        scene,
        "SET default_transaction_read_only = off",
        "ALTER SYSTEM RESET default_transaction_read_only",
        "SELECT pg_reload_conf()",
    )


def _locked(scene: Scene) -> Iterator[None]:
    """Somebody else holds the tables: a migration, a backup that went wrong."""
    with scene.database.begin() as connection:
        connection.execute(text("LOCK TABLE inbox, outbox IN ACCESS EXCLUSIVE MODE"))
        yield


def _stopped(scene: Scene) -> Iterator[None]:
    """The gateway's process stands still, as on a machine that swaps."""
    os.kill(int(scene.victim), signal.SIGSTOP)
    yield
    os.kill(int(scene.victim), signal.SIGCONT)


def _killed(scene: Scene) -> Iterator[None]:
    scene.dead(scene.victim)
    yield
    scene.victim = scene.born()


FAULTS: dict[str, tuple[Fault, int]] = {
    **{
        f"engine-{mood}": (_mood("engine", mood), 10)
        for mood in ("refuses", "hangs", "cuts", "cuts-after", "rubbish", "empty", "slow")
    },
    **{
        f"provider-{mood}": (_mood("api", mood), 10)
        for mood in ("refuses", "hangs", "cuts", "rubbish", "throttles", "slow")
    },
    "database-connections-cut": (_cut, 10),
    "database-restarted": (_restarted, 3),
    "database-read-only": (_read_only, 6),
    "database-locked": (_locked, 6),
    "gateway-stopped": (_stopped, 5),
    "gateway-killed": (_killed, 5),
}


@dataclass
class Outcome:
    """What was seen over all faults."""

    figures: Figures = field(default_factory=Figures)
    kinds: Counter[str] = field(default_factory=Counter)
    recoveries: list[float] = field(default_factory=list)
    worst: dict[str, float] = field(default_factory=dict)

    def add(self, other: Outcome) -> None:
        """Count another house's with these."""
        self.figures.add(other.figures)
        self.kinds.update(other.kinds)
        self.recoveries += other.recoveries
        for name, seconds in other.worst.items():
            self.worst[name] = max(self.worst.get(name, 0.0), seconds)


def run(settings: Settings, faults: int, *, seed: int = 1) -> Outcome:
    """Inject so many faults into a gateway on these settings' PostgreSQL, then let all settle and count."""
    chance, outcome = random.Random(seed), Outcome()
    database = open_database(settings)
    upgrade(database)
    admin = create_engine(settings.url())
    killed: dict[int, float] = {}
    names, weights = list(FAULTS), [weight for _, weight in FAULTS.values()]
    with world() as around, _gateway(settings, around) as (mother, port):
        people = People(port, around)
        chats = [str(1000 + number) for number in range(killing.PEOPLE // 2)]
        talking = [
            threading.Thread(target=people.talk, args=(chats[at :: killing.TALKERS],), daemon=True)
            for at in range(killing.TALKERS)
        ]

        def dead(number: str) -> None:
            killed[int(number)] = time.monotonic()
            killing.told(mother, f"dead {number}")

        def born() -> str:
            return killing.told(mother, "born")

        scene = Scene(around, admin, born(), chance, born, dead)
        for thread in talking:
            thread.start()
        with around.heard:  # everybody is at it before anything fails
            around.heard.wait_for(lambda: all(around.phones[chat] for chat in chats), PATIENCE)
        for number in range(faults):
            # Every kind comes, however few faults there are.
            name = names[number] if number < len(names) else chance.choices(names, weights)[0]
            seconds = _injected(scene, people, name) * SPEED
            outcome.kinds[name] += 1
            outcome.recoveries.append(seconds)
            outcome.worst[name] = max(outcome.worst.get(name, 0.0), seconds)
        people.done.set()
        for thread in talking:
            thread.join()
        killing.settle(people)
    killing.count(outcome.figures, people, killed)
    killing.stored(outcome.figures, people, database)
    admin.dispose()
    database.dispose()
    return outcome


def _injected(scene: Scene, people: People, name: str) -> float:
    """One fault from beginning to end; seconds until all that was written before its end is answered."""
    fault = FAULTS[name][0](scene)
    next(fault)
    time.sleep(scene.chance.uniform(*LASTS))
    for _ in fault:
        pass
    ended = time.monotonic()
    written = {
        chat: [one for one in texts if (chat, one) not in scene.lost]
        for chat, texts in list(people.sent.items())
    }
    waiting = scene.world.unanswered(written)
    while scene.world.pending(waiting) and (time.monotonic() - ended) * SPEED < PATIENCE:
        with scene.world.heard:
            scene.world.heard.wait(0.05)
    took = time.monotonic() - ended
    scene.lost |= {(chat, one) for chat, texts in scene.world.unanswered(waiting).items() for one in texts}
    return took


@contextmanager
def _gateway(settings: Settings, around: World) -> Iterator[tuple[subprocess.Popen[str], int]]:
    port = free_port()
    mother = killing.mother_of_gateways(settings, port, around, SPEED)
    try:
        yield mother, port
    finally:
        mother.kill()
        mother.communicate()


def _do(scene: Scene, *statements: str) -> None:
    """As the administrator, until it is done: the fault itself may cut this connection."""
    while True:
        try:
            with scene.database.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
                for statement in statements:
                    connection.execute(text(statement))
                return
        except SQLAlchemyError:
            time.sleep(0.05)
