"""New keys: everything opens with the new one alone, and people are found again by their address."""

from __future__ import annotations

import stat
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import select

from bot.gateway.tables import Contact, Conversation
from bot.privacy.rotation import OldKeyNeeded, add_key, drop_old_keys, rotate, sealed_columns
from bot.sealing import Sealer, seal
from tests import postgres
from tests.privacy.conftest import House
from tests.privacy.test_erasure import MARK, plant
from tests.privacy.test_export import held

OLD, NEW = "o" * 32, "n" * 32


@pytest.mark.parametrize("kind", ["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def test_everything_opens_with_the_new_key_alone(
    build: Callable[..., House], request: pytest.FixtureRequest, kind: str
) -> None:
    url = "" if kind == "sqlite" else postgres.fresh(request.getfixturevalue("postgres_url"))
    house = build(url, sealer=Sealer(OLD))
    plant(house)
    before = held(house)
    known = house.conversation(address=f"{MARK}-address")
    seal(house.database, Sealer(NEW, OLD))
    done = rotate(house.database)
    assert done.resealed["inbox.text"] >= 2
    assert done.resealed["handover_note.text"] == 1
    assert done.fingerprints == 1
    seal(house.database, Sealer(NEW))
    assert held(house) == before
    assert house.conversation(address=f"{MARK}-address") == known
    assert rotate(house.database).resealed == {}


def test_every_sealed_column_is_known() -> None:
    names = {f"{table.name}.{column.name}" for table, column in sealed_columns()}
    assert {"inbox.text", "inbox.given", "outbox.text", "conversation.state", "contact.address", "person.reach",
            "handover.summary", "handover_note.text", "counsellor.totp"} <= names  # fmt: skip


def test_a_key_is_added_before_the_others_and_dropped_after(
    build: Callable[..., House], tmp_path: Path
) -> None:
    file = tmp_path / "secret"
    file.write_text(OLD + "\n")
    house = build(sealer=Sealer(OLD))
    house.say("bonjour")
    add_key(file)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    seal(house.database, Sealer.load(house.settings))
    assert drop_old_keys(house.database, file) == 1
    seal(house.database, Sealer.load(house.settings))
    with house.make() as session:
        assert session.scalars(select(Conversation)).one().state == {"heard": ["bonjour"]}
    assert OLD not in file.read_text()


def test_the_old_key_stays_while_a_silence_hangs_on_it(build: Callable[..., House], tmp_path: Path) -> None:
    file = tmp_path / "secret"
    file.write_text(f"{NEW}\n{OLD}\n")
    house = build(sealer=Sealer(NEW, OLD))
    house.say("bonjour")
    with house.make.begin() as session:
        contact = session.scalars(select(Contact)).one()
        contact.address, contact.stopped_at = None, house.clock()
    with pytest.raises(OldKeyNeeded, match="1 addresses"):
        drop_old_keys(house.database, file)
    assert OLD in file.read_text()
