"""The database goes away, refuses or is full, in the middle of turns: nothing is lost, nothing is said twice."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import pytest
from sqlalchemy import create_engine, event, text
from sqlalchemy.exc import DBAPIError, OperationalError

from bot.directory.cluster import restart
from tests import postgres
from tests.faults.conftest import House
from tests.gateway.house import echo

Build = Callable[..., House]


def administer(url: str, *commands: str) -> list[Any]:
    engine = create_engine(url, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        found = [connection.execute(text(command)) for command in commands]
        rows = [one.scalar() for one in found if one.returns_rows]
    engine.dispose()
    return rows


@pytest.mark.postgres
def test_postgresql_restarted_in_the_middle_of_turns(build: Build, postgres_url: str) -> None:
    url = postgres.fresh(postgres_url)
    house = build(url)
    broken = []

    def during(words: str, metadata: Mapping[str, Any]) -> Any:
        # The message is read, the engine at work, nothing written yet.
        if len(broken) < 3:
            broken.append(words)
            restart(url)
        return echo(words, metadata)

    house.engine.script = [during] * 50
    for number, words in enumerate(["un", "deux", "trois"]):
        house.receive(words, number)
        # A turn that could not even give its conversation back waits for its lease (12 s here) each time.
        house.until(lambda: house.answered(number + 1), 60)  # noqa: B023  waited for at once
    assert len(broken) == 3
    assert house.heard() == ["un", "deux", "trois"]
    assert house.said().count("echo") == 3


@pytest.mark.postgres
def test_a_read_only_postgresql_refuses_at_the_door_and_takes_the_message_again(
    build: Build, postgres_url: str
) -> None:
    url = postgres.fresh(postgres_url)
    house = build(url)
    house.receive("avant", 0)
    house.until(lambda: house.answered(1))
    administer(url, "ALTER SYSTEM SET default_transaction_read_only = on", "SELECT pg_reload_conf()")
    taken = 0

    def refused() -> bool:
        """Whether the door refuses: the channel is not told that we have it, and keeps it."""
        nonlocal taken
        try:
            house.receive("pendant", taken + 1)
        except DBAPIError:
            return True
        taken += 1  # a session learns of the new setting a moment later
        return False

    try:
        house.until(refused)
    finally:
        administer(
            url,
            "SET default_transaction_read_only = off",
            "ALTER SYSTEM RESET ALL",
            "SELECT pg_reload_conf()",
        )
    house.until(lambda: house.receive("pendant", taken + 1) > 0)
    house.receive("pendant", taken + 1)  # the channel, not sure, sends it once more
    house.until(lambda: house.answered(taken + 2))
    assert house.heard() == ["avant"] + ["pendant"] * (taken + 1)


def test_a_full_disk_refuses_at_the_door_and_goes_on_afterwards(build: Build) -> None:
    house = build()
    house.receive("avant", 0)
    house.until(lambda: house.answered(1))
    full = [True]

    @event.listens_for(house.database, "checkout")
    def limit(connection: Any, *_: Any) -> None:
        cursor = connection.cursor()
        # SQLite answers as on a full disk: SQLITE_FULL.
        cursor.execute(f"PRAGMA max_page_count = {1 if full[0] else 1_000_000_000}")
        cursor.close()

    house.engine.script = [echo] * 100
    with pytest.raises(OperationalError, match="full"):
        for number in range(1, 200):
            house.receive("x" * 1900, number)
    full[0] = False
    house.receive("après", 1000)
    house.until(lambda: house.heard()[-1] == "après")
    heard = house.heard()
    assert len(heard) == len(set(enumerate(heard)))
    house.until(lambda: house.answered(len(heard)))


def test_a_full_disk_in_the_middle_of_a_turn_repeats_nothing(build: Build) -> None:
    house = build()
    full = [False]

    @event.listens_for(house.database, "before_cursor_execute")
    def refuse(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        if full[0] and statement.startswith("INSERT INTO outbox"):
            raise OperationalError("INSERT", {}, Exception("database or disk is full"))

    asked = []

    def during(words: str, metadata: Mapping[str, Any]) -> Any:
        asked.append(words)
        full[0] = len(asked) < 4
        return echo(words, metadata)

    house.engine.script = [during] * 10
    house.receive("bonjour", 0)
    house.until(lambda: house.answered(1))
    assert asked == ["bonjour"] * 4
    assert house.heard() == ["bonjour"]
    assert house.said().count("echo") == 1
