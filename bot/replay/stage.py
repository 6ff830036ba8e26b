"""Where a replay is played: the real gateway on a database of its own, the real engine and actions on free ports."""

from __future__ import annotations

import socket
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import select

from bot.assembly import House, assemble
from bot.database import connect
from bot.gateway.gateway import Gateway
from bot.gateway.limits import Limits
from bot.gateway.ports import Clock
from bot.gateway.tables import Conversation
from bot.handover.tables import Handover
from bot.migrations import upgrade
from bot.running import model
from bot.running.parts import actions, engine
from bot.running.prepare import prepare
from bot.running.steps import step
from bot.running.supervisor import Supervisor
from bot.sealing import Sealer, seal
from bot.settings import Settings


@dataclass(frozen=True)
class Stage:
    """The house of a replay, and what can be seen of a conversation at its end."""

    house: House

    @property
    def gateway(self) -> Gateway:
        """Where messages go in and come out."""
        return self.house.gateway

    def choices(self, conversation_id: str) -> list[dict[str, Any]]:
        """The numbered choices of the last answer: id, label, payload."""
        with self.house.sessions() as session:
            conversation = session.get_one(Conversation, conversation_id)
            return list(conversation.choices or ())

    def words(self, conversation_id: str, value: Any) -> str:
        """A tagged value in the conversation's language."""
        with self.house.sessions() as session:
            conversation = session.get_one(Conversation, conversation_id)
            language, channel = conversation.language, conversation.channel
        return self.house.speech.say("echo", {"value": value}, language=language, channel=channel).text

    def outcome(self, conversation_id: str) -> dict[str, Any]:
        """`handover` (or None) and `stopped`, as the contract prints them."""
        with self.house.sessions() as session:
            conversation = session.get_one(Conversation, conversation_id)
            stopped = conversation.contact.stopped_at is not None
            row = session.scalars(
                select(Handover)
                .where(Handover.conversation_id == conversation_id)
                .order_by(Handover.opened_at.desc())
                .limit(1)
            ).first()
            handover = None
            if row is not None:
                handover = {
                    "id": row.id,
                    "state": row.state,
                    "priority": row.priority,
                    "platform": row.platform,
                    "summary": row.summary,
                }
        return {"handover": handover, "stopped": stopped}


@contextmanager
def stage(settings: Settings, clock: Clock) -> Iterator[Stage]:
    """Everything up for a replay; all of it is gone afterwards, the directory excepted, which is only read."""
    prepare(settings)
    with tempfile.TemporaryDirectory(prefix="relais-replay-") as folder:
        private = settings.model_copy(
            update={
                "engine_port": free_port(),
                "actions_port": free_port(),
                "tracker_url": f"sqlite:///{folder}/tracker.db",
            }
        )
        supervisor = Supervisor(
            [engine(private, model.path()), actions(private)],
            lambda part, line: print(f"{part:>8} │ {line}", file=sys.stderr),
        )
        with step("Starting engine and actions"):
            supervisor.start()
        try:
            yield _open(private, Path(folder), clock)
        finally:
            supervisor.stop()


def _open(settings: Settings, folder: Path, clock: Clock) -> Stage:
    database = seal(connect(f"sqlite:///{folder}/replay.db"), Sealer.load(settings))
    upgrade(database)
    # A script is no flood: its clock may give it sixty messages a minute.
    return Stage(assemble(settings, database=database, clock=clock, limits=Limits(None)))


def free_port() -> int:
    """A loopback port nothing listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
