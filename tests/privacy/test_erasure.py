"""Erasing: a marker in every field a person can write, then nothing of it anywhere."""

from __future__ import annotations

import logging
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import create_engine, inspect, select, text

from bot.database import Base
from bot.gateway import erasing
from bot.gateway.reply import Say
from bot.gateway.tables import Contact, Conversation, Outbox, Person
from bot.handover.tables import Handover, Note
from bot.privacy import erasure
from bot.privacy.holdings import POINTERS
from bot.privacy.tables import Erasure
from bot.privacy.tracker import modern, stored
from tests import postgres
from tests.gateway.house import answer
from tests.privacy.conftest import House, remember

MARK = "Zqxmarker"
PHONE = "+33612349876"
STATE = {
    "profile": {"origin": "44131", "age": 24, "obstacles": ["eligibilite"]},
    "facts": {"origin": {"confirmed": True, "evidence": f"{MARK}-evidence"}},
    "asked": "contact",
}


def plant(house: House) -> None:
    """Everything a person can write, through the door they write it at."""
    house.engine.script = [answer("echo", state=STATE)]
    house.say(
        f"{MARK}-text", address=f"{MARK}-address", language_hint=f"{MARK}"[:8], external_id=f"{MARK}-id"
    )
    house.say(f"{PHONE} {MARK}@example.org", address=f"{MARK}-address")
    house.say("", address=f"{MARK}-address", kind="choice", choice=f"{MARK}-choice")
    house.say(
        "", address=f"{MARK}-address", kind="location", given={"latitude": f"{MARK}-here", "longitude": 0}
    )
    house.say("", address=f"{MARK}-address", kind="start", given={"code": f"{MARK}-code"})
    house.engine.script = [
        answer(
            {"key": "echo", "values": {"text": f"{MARK}-said"}, "choices": [
                {"label": {"key": "x", "values": {"text": f"{MARK}-label"}}, "payload": {"p": f"{MARK}-payload"}}]},
            state=STATE,
            effects=[{"do": "handover", "consent": {"words": f"{MARK}-consent"},
                      "offers": [{"service_id": f"{MARK}-service", "name": f"{MARK}-name"}]}],
        )
    ]  # fmt: skip
    house.say(f"{MARK}-more", address=f"{MARK}-address")
    conversation = house.conversation(address=f"{MARK}-address")
    house.gateway.code(conversation)
    house.gateway.tell(conversation, [Say("echo", {"text": f"{MARK}-told"})])
    with house.make.begin() as session:
        handover = session.scalars(select(Handover)).one()
        session.add(Note(handover_id=handover.id, counsellor_id="c", at=house.clock(), text=f"{MARK}-note"))


def in_files(folder: Path) -> dict[str, int]:
    """How often the marker or the number stands in each file, whatever the letters' width."""
    found = {}
    wanted = [one.encode(code) for one in (MARK, PHONE) for code in ("utf-8", "utf-16-le")]
    for file in folder.rglob("*"):
        if file.is_file():
            content = file.read_bytes()
            count = sum(content.count(one) for one in wanted)
            if count:
                found[file.name] = count
    return found


def in_rows(url: str) -> dict[str, int]:
    """The same in every column of every table, as text."""
    engine = create_engine(modern(url))
    found: dict[str, int] = {}
    with engine.connect() as connection:
        for name in inspect(engine).get_table_names():
            for row in connection.execute(text(f'SELECT * FROM "{name}"')):
                said = " ".join(bytes(v).decode("utf-8", "replace") if isinstance(v, bytes | memoryview) else str(v)
                                for v in row)  # fmt: skip
                found[name] = found.get(name, 0) + said.count(MARK) + said.count(PHONE)
    engine.dispose()
    return {name: count for name, count in found.items() if count}


def goodbye(house: House) -> None:
    """The goodbye has left; the worker sweeps, the keeper finishes."""
    house.keeper.once()
    with house.make.begin() as session:
        for row in session.scalars(select(Outbox)):
            row.status = "sent"
    house.clock.forward(seconds=50)
    with house.make.begin() as session:
        erasing.sweep(session, house.clock())
    house.keeper.once()


@pytest.mark.parametrize("by", ["person", "coordinator"])
def test_nothing_of_the_marker_is_left_in_files_or_logs(
    build: Callable[..., House], tmp_path: Path, caplog: pytest.LogCaptureFixture, by: Any
) -> None:
    caplog.set_level(logging.DEBUG, "bot")
    house = build()
    plant(house)
    planted = in_files(tmp_path)
    assert sum(count for name, count in planted.items() if name.startswith("relais.db")) > 10
    assert planted.keys() & {"tracker.db", "tracker.db-wal"}
    if by == "person":
        house.say("effacer", address=f"{MARK}-address")
        said = house.say("1", address=f"{MARK}-address")
        assert [one.key for one in said] == ["erase.done"]
    else:
        with house.make.begin() as session:
            person = session.scalars(select(Person)).one().id
            given = erasure.erase(session, person, "coordinator", house.clock(), 20)
        assert given.stays == ("engine-store",)
        assert {"inbox", "outbox", "handover", "handover_note", "contact", "passage"} <= given.removed.keys()
    goodbye(house)
    assert in_files(tmp_path) == {}
    assert MARK not in caplog.text
    assert PHONE not in caplog.text
    with house.make() as session:
        row = session.scalars(select(Erasure)).one()
        assert (row.by, row.conversations, row.finished_at) == (by, [], house.clock())
        assert row.removed["events"] >= 4
        assert session.scalars(select(Person)).all() == []


@pytest.mark.postgres
def test_nothing_of_the_marker_is_left_in_postgresql(build: Callable[..., House], postgres_url: str) -> None:
    url, tracker = postgres.fresh(postgres_url), postgres.fresh(postgres_url)
    house = build(url, tracker.replace("+psycopg", ""))
    plant(house)
    assert {"inbox", "outbox", "conversation", "handover", "contact"} <= in_rows(url).keys()
    assert in_rows(tracker).keys() == {"events"}
    house.say("effacer", address=f"{MARK}-address")
    house.say("1", address=f"{MARK}-address")
    goodbye(house)
    assert in_rows(url) == {}
    assert in_rows(tracker) == {}


def test_the_person_is_told_the_number_of_the_receipt(build: Callable[..., House]) -> None:
    house = build()
    house.say("bonjour")
    house.say("effacer")
    house.say("1")
    house.keeper.once()
    with house.make() as session:
        number = session.scalars(select(Erasure)).one().number
    last = house.gateway.after(house.conversation())[-1]
    assert (last.key, number in last.text) == ("erase.receipt", True)


def test_nothing_stays_in_memory(build: Callable[..., House]) -> None:
    house = build()
    house.say("bonjour")
    conversation = house.conversation()
    assert house.gateway.last_reply(conversation) is not None
    house.say("effacer")
    house.say("1")
    house.keeper.once()
    assert house.gateway.last_reply(conversation) is None


def test_what_the_engine_writes_late_is_cleaned_too(build: Callable[..., House]) -> None:
    house = build()
    house.say("bonjour")
    conversation = house.conversation()
    house.say("effacer")
    house.say("1")
    house.keeper.once()
    remember(house.settings.tracker(), f"{conversation}-0", {"text": "late"})
    remember(house.settings.tracker(), f"{conversation[:-1]}-0", {"text": "somebody else's"})
    house.keeper.once()
    house.clock.forward(seconds=26)
    remember(house.settings.tracker(), f"{conversation}-0", {"text": "later"})
    house.keeper.once()
    assert stored(house.settings.tracker(), conversation) == 0
    assert stored(house.settings.tracker(), conversation[:-1]) == 1


def test_who_writes_again_is_not_swept_away(build: Callable[..., House]) -> None:
    house = build()
    house.say("bonjour")
    house.say("effacer")
    house.say("1")
    house.say("me revoilà")
    goodbye(house)
    with house.make() as session:
        assert session.scalars(select(Conversation)).one().state["heard"] == ["me revoilà"]


def test_an_erasure_keeps_the_silence_of_who_said_stop(build: Callable[..., House]) -> None:
    house = build()
    house.say("bonjour")
    house.say("stop")
    with house.make.begin() as session:
        erasure.erase(session, session.scalars(select(Person)).one().id, "retention", house.clock(), 20)
    with house.make() as session:
        contact = session.scalars(select(Contact)).one()
        assert (contact.address, contact.stopped_at is not None) == (None, True)


def test_somebody_without_a_conversation_is_erased_to_the_end(build: Callable[..., House]) -> None:
    house = build()
    with house.make.begin() as session:
        session.add(Person(id="p", created_at=house.clock(), reach={"phone": PHONE}))
        session.flush()
        erasure.erase(session, "p", "coordinator", house.clock(), 20)
    house.clock.forward(seconds=30)
    house.keeper.once()
    with house.make() as session:
        assert session.scalars(select(Erasure)).one().finished_at == house.clock()


def test_other_people_lose_nothing(build: Callable[..., House]) -> None:
    house = build()
    house.say("je reste", address="paul")
    house.say("bonjour")
    house.say("effacer")
    house.say("1")
    goodbye(house)
    paul = house.conversation(address="paul")
    assert [one.key for one in house.gateway.after(paul)] == ["echo"]
    assert stored(house.settings.tracker(), paul) == 1


def test_every_table_that_points_at_somebody_is_known() -> None:
    pointing = {
        table.name
        for table in Base.metadata.sorted_tables
        for column in table.columns
        if any(key.column.table.name in ("person", "conversation", "contact", "handover", "inbox")
               for key in column.foreign_keys)
    }  # fmt: skip
    reached = {table.name for table in Base.metadata.sorted_tables if set(POINTERS) & set(table.c.keys())}
    assert pointing <= reached | {"person"}
