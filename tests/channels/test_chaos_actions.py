"""A bad network between the real engine and its action server: each message is answered once, with its whole state."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import select

from bot.gateway.engine import EngineClient
from bot.gateway.gateway import Gateway
from bot.gateway.tables import Conversation, Outbox
from bot.running import model
from bot.running.parts import actions, engine
from bot.running.prepare import prepare
from bot.running.supervisor import Supervisor
from bot.settings import Settings
from tests.channels.chaos import FAULTS, Chaos, Fault, chaos
from tests.channels.conftest import free_port
from tests.gateway.conftest import House
from tests.gateway.house import Detector, Effects, Speech, Understanding

pytestmark = pytest.mark.engine


@pytest.fixture(scope="module")
def between(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Chaos, EngineClient]]:
    """Engine and action server with the bad network between them."""
    folder: Path = tmp_path_factory.mktemp("between")
    settings = Settings(
        var=folder, engine_port=free_port(), actions_port=free_port(), engine_timeout=20, _env_file=None
    )  # type: ignore[call-arg]
    prepare(settings)
    with chaos(f"http://127.0.0.1:{settings.actions_port}") as bad:
        dialogue = engine(settings, model.path())
        dialogue.environment["RELAIS_ACTIONS_URL"] = f"{bad.url}/webhook"
        supervisor = Supervisor([actions(settings), dialogue], lambda part, line: print(part, line))
        supervisor.start()
        yield bad, EngineClient.of(settings)
        supervisor.stop()


@pytest.mark.parametrize("fault", FAULTS)
def test_between_engine_and_actions(house: House, between: tuple[Chaos, EngineClient], fault: Fault) -> None:
    bad, client = between
    house.gateway = Gateway(
        house.gateway.settings,
        house.sessions,
        Understanding(),
        Detector(),
        Speech(),
        client,
        Effects(),
        house.clock,
    )
    bad.faults = [fault, fault]
    conversation = house.gateway.open("web", "amina", "fr")
    for text in ("je cherche du travail à Cholet, j'habite Beaupréau", "j'ai 24 ans"):
        house.say(text)
        for _ in range(6):
            if not house.gateway.pending(conversation):
                break
            house.clock.forward(seconds=15)
            house.gateway.play(conversation)
        assert house.gateway.pending(conversation) == 0
    with house.sessions() as session:
        state = session.get_one(Conversation, conversation).state
        turns = session.scalars(select(Outbox.turn).order_by(Outbox.id)).all()
        keys = [row.say["key"] for row in session.scalars(select(Outbox).order_by(Outbox.id))]
    profile = state["profile"]
    assert (
        profile["origin"]["insee"] if isinstance(profile["origin"], dict) else profile["origin"]
    ) == "49023"
    assert profile["age"] == 24
    assert turns == sorted(turns)
    assert "trouble.human" not in keys
    assert bad.faults == []
