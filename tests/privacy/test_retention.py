"""Retention: what is over its time goes, kind by kind; the rest stays; a dry run touches nothing."""

from __future__ import annotations

import os
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select

from bot.gateway.tables import Contact, Conversation, Inbox, Outbox, Person
from bot.handover.tables import Handover
from bot.privacy import retention
from bot.privacy.settings import KeepSettings
from bot.privacy.tables import Erasure
from bot.privacy.tracker import stored
from tests import postgres
from tests.gateway.house import answer
from tests.privacy.conftest import House

KEEP = KeepSettings(_env_file=None)  # type: ignore[call-arg]


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def house(request: pytest.FixtureRequest, build: Callable[..., House]) -> House:
    if request.param == "sqlite":
        return build()
    url = request.getfixturevalue("postgres_url")
    return build(postgres.fresh(url), postgres.fresh(url))


def counts(house: House) -> dict[str, int]:
    with house.make() as session:
        return {
            table.__tablename__: session.scalar(select(func.count()).select_from(table)) or 0
            for table in (Person, Contact, Conversation, Inbox, Outbox, Handover)
        }


def run(house: House, *, dry: bool = False) -> dict[str, int]:
    lines = retention.run(house.make, house.settings, KEEP, house.clock(), dry=dry)
    return {line.kind: line.count for line in lines if line.count}


def people(house: House) -> None:
    """Paul with a closed handover, Rosa without; both spoke on the first day."""
    house.engine.script = [answer("echo", state={"profile": {}}, effects=[{"do": "handover"}])]
    house.say("je voudrais quelqu'un", address="paul")
    house.say("bonjour", address="rosa")
    for address in ("paul", "rosa"):
        house.gateway.after(house.conversation(address=address))
    with house.make.begin() as session:
        session.scalars(select(Handover)).one().closed_at = house.clock()
        for row in session.scalars(select(Outbox)):
            row.status = "sent"


LATER = [
    ("nothing is over on the first day", 0, {}, set()),
    ("the engine's trace", 2, {"engine": 2}, set()),
    ("the words", 31, {"engine": 2, "messages": 5}, {"inbox", "outbox"}),
    ("who has no handover", 181, {"engine": 2, "messages": 5, "people": 1}, {"inbox", "outbox"}),
]


@pytest.mark.parametrize(("label", "days", "gone", "empty"), LATER, ids=[case[0] for case in LATER])
def test_each_kind_has_its_time(
    house: House, label: str, days: int, gone: dict[str, int], empty: set[str]
) -> None:
    people(house)
    before = counts(house)
    house.clock.forward(days=days)
    # The engine's events were written at the moment 1, long ago: their age is the clock's.
    expected = gone if days else {"engine": 2}
    assert run(house, dry=True) == expected
    assert counts(house) == before
    assert run(house) == expected
    after = counts(house)
    assert {name for name, count in after.items() if not count} == empty
    assert after["person"] == (1 if "people" in gone else 2)
    assert run(house, dry=True) == {}


def test_a_year_later_nobody_is_left_but_the_receipts(house: House) -> None:
    people(house)
    house.clock.forward(days=366)
    assert run(house)["handovers"] == 1
    assert set(counts(house).values()) == {0}
    with house.make() as session:
        assert {row.by for row in session.scalars(select(Erasure))} == {"retention"}


def test_who_waits_for_a_counsellor_stays(house: House) -> None:
    people(house)
    with house.make.begin() as session:
        session.scalars(select(Handover)).one().closed_at = None
    house.clock.forward(days=800)
    run(house)
    assert counts(house)["handover"] == 1
    assert counts(house)["person"] == 1


def test_a_silence_outlives_the_person_and_then_goes(house: House) -> None:
    house.say("bonjour")
    house.say("stop")
    house.clock.forward(days=200)
    run(house)
    assert counts(house) == {
        "person": 1,
        "contact": 1,
        "conversation": 0,
        "inbox": 0,
        "outbox": 0,
        "handover": 0,
    }
    assert run(house, dry=True) == {}
    house.clock.forward(days=1000)
    assert run(house)["silences"] == 1
    assert set(counts(house).values()) == {0}


def test_the_engines_store_keeps_who_talks_now(house: House) -> None:
    from tests.privacy.conftest import remember

    now = house.clock().timestamp()
    remember(house.settings.tracker(), "a-0", {}, now - 3 * 86_400)
    remember(house.settings.tracker(), "a-0", {}, now - 60)
    remember(house.settings.tracker(), "b-0", {}, now - 3 * 86_400)
    assert run(house) == {"engine": 1}
    assert stored(house.settings.tracker(), "a") == 2


def test_old_logs_and_backups_are_deleted(build: Callable[..., House], tmp_path: Path) -> None:
    house = build()
    (tmp_path / "backups").mkdir()
    old = (house.clock() - timedelta(days=40)).timestamp()
    for name in ("relais.log.1", "backups/relais-old.tar", "backups/other.txt", "relais.log"):
        (tmp_path / name).write_text("x")
        os.utime(tmp_path / name, (old, old))
    (tmp_path / "relais.log.2").write_text("x")
    os.utime(tmp_path / "relais.log.2", (house.clock().timestamp(),) * 2)
    assert run(house) == {"logs": 1, "backups": 1}
    assert not (tmp_path / "relais.log.1").exists()
    assert (tmp_path / "backups" / "other.txt").exists()


def test_the_keeper_does_it_once_a_night(build: Callable[..., House]) -> None:
    house = build()
    people(house)
    house.clock.forward(days=40)
    house.keeper.once()
    assert counts(house)["inbox"] == 2
    house.clock.forward(hours=19)
    assert house.clock().hour == 3  # four o'clock in Paris
    house.keeper.once()
    assert counts(house)["inbox"] == 0
