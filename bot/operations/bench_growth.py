"""`relais bench growth`: does a turn cost more when a hundred, ten thousand, a million conversations lie behind it?

The past is written by the database itself, in the form the gateway leaves it. Then people write, and each step of the
gateway is timed on its own: taking the message, finding what is due, the turn (with an engine that answers at once),
finding what must leave. SQLite and PostgreSQL, in one run.
"""

from __future__ import annotations

import statistics
import tempfile
import time
from collections import defaultdict
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, text

from bot.assembly import assemble, open_database
from bot.benches.outside_world import echo
from bot.directory.cluster import MissingPostgres, cluster
from bot.gateway import lease
from bot.gateway.departures import due as leaving
from bot.gateway.gateway import Gateway
from bot.gateway.limits import Limits
from bot.gateway.message import Incoming
from bot.migrations import upgrade
from bot.running.steps import StepFailed, step
from bot.settings import Settings

SIZES = (100, 10_000, 1_000_000)
QUICK = (100, 10_000)
ROUNDS = 400
BATCH = 100_000
CHANNEL = "sms"
SERIES = {
    "postgresql": (
        "SELECT n FROM generate_series(CAST(:first AS bigint), CAST(:last AS bigint)) AS s(n)",
        "lpad(to_hex(n), 32, '0')",
    ),
    "sqlite": (
        "SELECT n FROM (WITH RECURSIVE s(n) AS (SELECT :first UNION ALL SELECT n + 1 FROM s WHERE n < :last) "
        "SELECT n FROM s)",
        "printf('%032x', n)",
    ),
}
PAST = (
    "INSERT INTO person (id, created_at) SELECT {id}, :then FROM ({series}) AS past",
    "INSERT INTO contact (id, person_id, channel, address_digest) "
    "SELECT {id}, {id}, 'sms', {id} FROM ({series}) AS past",
    "INSERT INTO conversation (id, person_id, contact_id, channel, owner, language, language_settled, "
    "language_chosen, language_proposed, plain, seq, started_at, last_at, held_seq) "
    "SELECT {id}, {id}, {id}, 'sms', 'bot', 'fr', {yes}, {no}, {no}, {no}, 2, :then, :then, 0 FROM ({series}) AS past",
    "INSERT INTO inbox (conversation_id, channel, dedupe, seq, kind, at, received_at, status, attempts, next_try_at) "
    "SELECT {id}, 'sms', {id}, 1, 'text', :then, :then, 'done', 0, :then FROM ({series}) AS past",
    "INSERT INTO outbox (conversation_id, channel, seq, author, text, lang, direction, segments, status, attempts, "
    "next_try_at, created_at) SELECT {id}, 'sms', 2, 'bot', :words, 'fr', 'ltr', 1, 'sent', 1, :then, :then "
    "FROM ({series}) AS past",
)


class Echo:
    """An engine that answers at once."""

    def ask(self, conversation_id: str, words: str, metadata: Mapping[str, Any]) -> Any:
        """The words back."""
        return echo(conversation_id, words, {**metadata, "state": metadata["state"] or {}})


def run(*, quick: bool = False) -> dict[str, Any]:
    """p50 and p95 in milliseconds of each step, by database and number of past conversations; `growth`: the
    whole at the largest number against the smallest. Raises `StepFailed` where PostgreSQL is not installed.
    """
    sizes = QUICK if quick else SIZES
    try:
        with cluster() as url, tempfile.TemporaryDirectory(prefix="relais-bench-") as folder:
            found = {
                name: _grown(Settings(var=Path(folder), database_url=address), sizes)
                for name, address in (("sqlite", f"sqlite:///{folder}/relais.db"), ("postgres", url))
            }
    except MissingPostgres as missing:
        raise StepFailed(str(missing)) from None
    growth = {
        name: round(levels[-1]["whole"]["p50_ms"] / levels[0]["whole"]["p50_ms"], 2)
        for name, levels in found.items()
    }
    return {"rounds": ROUNDS, "growth": growth, "levels": found}


def _grown(settings: Settings, sizes: tuple[int, ...]) -> list[dict[str, Any]]:
    database = open_database(settings)
    upgrade(database)
    house = assemble(settings, database=database, engine=Echo(), limits=Limits(messages=None))
    then = house.gateway.clock() - timedelta(days=30)
    levels, before = [], 0
    for size in sizes:
        with step(f"{database.dialect.name}: {size} past conversations"):
            fill(database, before + 1, size, then.replace(tzinfo=None))
            before = size
        levels.append({"past": size, **_timed(house.gateway, size)})
    database.dispose()
    return levels


def fill(database: Engine, first: int, last: int, then: Any) -> None:
    """Write the past conversations numbered `first` to `last`, as of the moment `then` (UTC, without zone)."""
    series, key = SERIES[database.dialect.name]
    yes, no = ("true", "false") if database.dialect.name == "postgresql" else ("1", "0")
    for start in range(first, last + 1, BATCH):
        span = {"first": start, "last": min(last, start + BATCH - 1)}
        with database.begin() as connection:
            for statement in PAST:
                written = statement.format(id=key, series=series, yes=yes, no=no)
                given = {"then": then, "words": "x" * 300, **span}
                connection.execute(
                    text(written), {name: given[name] for name in given if f":{name}" in written}
                )
    if database.dialect.name == "postgresql":
        # As its autovacuum does by itself. SQLite keeps no statistics where Relais starts (`bot.migrations.upgrade`).
        with database.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(text("ANALYZE"))


def _timed(gateway: Gateway, size: int) -> dict[str, Any]:
    times: dict[str, list[float]] = defaultdict(list)

    @contextmanager
    def timed(name: str) -> Iterator[None]:
        began = time.perf_counter()
        yield
        times[name].append((time.perf_counter() - began) * 1000)

    for number in range(ROUNDS + 20):
        address = f"+3360{size:07}{number % 40:02}"
        incoming = Incoming(CHANNEL, address, external_id=f"{size}-{number}", text="je vais à Cholet demain")
        with timed("whole"):
            with timed("accept"):
                conversation = gateway.accept(incoming).conversation_id
            with timed("due"), gateway.sessions() as session:
                lease.due(session, gateway.clock(), 16)
            with timed("turn"):
                gateway.play(conversation)
            with timed("leaving"), gateway.sessions() as session:
                rows = list(session.scalars(leaving(gateway.clock(), [CHANNEL])))
        _sent(gateway, rows)
    # The first ones fill caches.
    return {
        name: {
            "p50_ms": round(statistics.median(values[20:]), 2),
            "p95_ms": round(statistics.quantiles(values[20:], n=20)[18], 2),
        }
        for name, values in times.items()
    }


def _sent(gateway: Gateway, rows: list[int]) -> None:
    with gateway.sessions.begin() as session:
        for row in rows:
            session.execute(text("UPDATE outbox SET status = 'sent' WHERE id = :id"), {"id": row})
