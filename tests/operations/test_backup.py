"""A copy put back into an empty database holds the same, and conversations go on where they were."""

from __future__ import annotations

import json
import stat
import tarfile
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import Engine, select

from bot.assembly import assemble
from bot.database import connect, sessions
from bot.directory.importer import load_bundled
from bot.gateway.message import Incoming
from bot.gateway.tables import Conversation
from bot.migrations import upgrade
from bot.operations.backup import CannotRestore, backup, restore
from bot.replay.play import FrozenClock
from bot.replay.stage import Stage
from bot.sealing import Sealer, seal, sealer_of
from bot.settings import ROOT
from tests import postgres

KEY = "k" * 32
NOW = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)
Maker = Callable[[str], Engine]


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[str]:
    if said := postgres.missing():
        pytest.skip(said)
    with postgres.cluster() as url:
        yield url


@pytest.fixture
def empty(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Maker]:
    made: list[Engine] = []

    def one(kind: str) -> Engine:
        url = f"sqlite:///{tmp_path}/{len(made)}.db"
        if kind == "postgres":
            url = postgres.fresh(request.getfixturevalue("postgres_url"))
        made.append(seal(connect(url), Sealer(KEY)))
        return made[-1]

    yield one
    for engine in made:
        engine.dispose()


def talk(engine: Engine) -> None:
    """Directory, conversation, handover, corrections: rows of every shape."""
    from tests.privacy.test_erasure import plant

    class Planted:
        pass

    from bot.gateway.effects import EffectBook
    from bot.gateway.gateway import Gateway
    from bot.handover.asked import HandoverEffects
    from bot.settings import Settings
    from tests.gateway.house import Clock, Detector, Understanding
    from tests.gateway.house import Engine as Rasa
    from tests.gateway.house import Speech as Voice
    from tests.handover.conftest import SomePlaces
    from tests.privacy.conftest import House

    load_bundled(sessions(engine), ROOT / "data" / "directory")
    settings, clock = Settings(_env_file=None), Clock()  # type: ignore[call-arg]
    effects = HandoverEffects(settings, SomePlaces(), clock)
    rasa = Rasa()
    book = EffectBook(effects.handlers())
    gateway = Gateway(settings, sessions(engine), Understanding(), Detector(), Voice(), rasa, book, clock)
    plant(House(settings, engine, sessions(engine), gateway, rasa, clock, None))  # type: ignore[arg-type]


def rows(engine: Engine, folder: Path) -> dict[str, object]:
    """What a copy says of a database, but the moment it was taken."""
    with tarfile.open(backup(engine, folder, NOW)) as archive:
        stream = archive.extractfile("manifest.json")
        assert stream is not None
        return {name: about["sha256"] for name, about in json.loads(stream.read())["tables"].items()}


WAYS = [
    ("sqlite", "sqlite"),
    pytest.param("sqlite", "postgres", marks=pytest.mark.postgres),
    pytest.param("postgres", "sqlite", marks=pytest.mark.postgres),
]


@pytest.mark.parametrize(("origin", "target"), WAYS)
def test_what_is_put_back_is_what_was_there(empty: Maker, tmp_path: Path, origin: str, target: str) -> None:
    first, second = empty(origin), empty(target)
    upgrade(first)
    talk(first)
    copy = backup(first, tmp_path / "copies", NOW)
    assert stat.S_IMODE(copy.stat().st_mode) == 0o600
    done = restore(second, copy)
    assert done["inbox"] >= 6
    assert done["directory_service"] > 100
    if origin == target:
        assert rows(first, tmp_path / "a") == rows(second, tmp_path / "b")
    with sessions(second)() as session:
        state = session.scalars(select(Conversation)).one().state
    with sessions(first)() as session:
        assert session.scalars(select(Conversation)).one().state == state
    # Numbers go on after those put back.
    again = empty("sqlite")
    assert restore(again, backup(second, tmp_path / "c", NOW)) == done


@pytest.mark.postgres
def test_numbers_go_on_after_those_put_back(empty: Maker, tmp_path: Path) -> None:
    first, second = empty("sqlite"), empty("postgres")
    upgrade(first)
    talk(first)
    restore(second, backup(first, tmp_path, NOW))
    from bot.observatory.needs import record

    with sessions(second).begin() as session:
        record(session, at=NOW, epci=None, purpose=None, needs=(), forms=(), deadline_class=None, hours=(),
               language="fr")  # fmt: skip


def test_a_database_that_holds_something_is_left_alone(empty: Maker, tmp_path: Path) -> None:
    engine = empty("sqlite")
    upgrade(engine)
    with pytest.raises(CannotRestore, match="not empty"):
        restore(engine, backup(engine, tmp_path, NOW))


@pytest.mark.parametrize("harm", ["cut", "altered", "foreign"])
def test_a_damaged_copy_changes_nothing(empty: Maker, tmp_path: Path, harm: str) -> None:
    first, second = empty("sqlite"), empty("sqlite")
    upgrade(first)
    copy = backup(first, tmp_path, NOW)
    if harm == "altered":
        with tarfile.open(copy) as archive:
            parts = {one.name: archive.extractfile(one).read() for one in archive}  # type: ignore[union-attr]
        parts["tables/inbox.jsonl.gz"] = parts["tables/outbox.jsonl.gz"] + b"\0"
        with tarfile.open(copy, "w:gz") as archive:
            for name, content in parts.items():
                import io

                entry = tarfile.TarInfo(name)
                entry.size = len(content)
                archive.addfile(entry, io.BytesIO(content))
    else:
        copy.write_bytes(copy.read_bytes()[:200] if harm == "cut" else b"PK\3\4 something else")
    with pytest.raises((CannotRestore, tarfile.ReadError, EOFError)):
        restore(second, copy)
    with pytest.raises(Exception, match="no such table"):
        sessions(second)().scalars(select(Conversation)).all()


@pytest.mark.engine
def test_a_conversation_is_finished_in_the_restored_database(
    played: Stage, clock: FrozenClock, empty: Maker, tmp_path: Path
) -> None:
    clock.set(NOW)
    arrival = played.gateway.accept(Incoming("web", "restored", external_id="r1", text="j'habite Cholet"))
    played.gateway.play(arrival.conversation_id)
    clock.advance()
    # Stored, not yet worked on when the copy is taken: it must be answered after the restore.
    played.gateway.accept(Incoming("web", "restored", external_id="r2", text="je travaille à Angers"))
    copy = backup(played.house.database, tmp_path, NOW)
    fresh = seal(empty("sqlite"), sealer_of(played.house.database.dialect))
    restore(fresh, copy)
    house = assemble(played.house.settings, database=fresh, clock=clock)
    clock.advance()
    assert house.gateway.play(arrival.conversation_id) != []
    reply = house.gateway.last_reply(arrival.conversation_id)
    assert reply is not None
    assert (reply.state["profile"]["origin"], reply.state["profile"]["destination"]) == ("49099", "49007")
