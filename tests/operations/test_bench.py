"""The figures of `relais bench load` and `soak` that are counted, not timed."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from pathlib import Path

from bot.benches import MODULES
from bot.benches.crowd import Tally, crowd
from bot.database import connect, sessions
from bot.gateway.tables import Contact, Conversation, Inbox, Outbox, Person
from bot.migrations import upgrade
from bot.operations.bench_load import PAUSE, add, after, conversations, level, rounds
from bot.operations.bench_soak import in_parts
from bot.sealing import Sealer, seal

NOW = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)


def test_they_are_registered_and_have_something_to_say() -> None:
    assert {"load", "soak"} <= MODULES.keys()
    assert all(text for talk in conversations() for text in talk)


def test_slices_are_added_up() -> None:
    ours, stock = Tally(), Tally()
    add(ours, Tally(turns=30, seconds=2.0, waits=[10.0] * 30))
    add(ours, Tally(turns=10, seconds=2.0, waits=[20.0] * 10, silent=1))
    add(stock, Tally(turns=5, seconds=2.0, waits=[100.0] * 5))
    assert level(8, ours, stock) == {
        "senders": 8,
        "turns_per_s": 10.0,
        "stock_turns_per_s": 2.5,
        "p95_ms": 20.0,
        "stock_p95_ms": 100.0,
        "silent": 1,
        "stock_silent": 0,
    }


def test_what_is_lost_or_answered_twice_is_found(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/relais.db"
    engine = seal(connect(url), Sealer("k" * 32))
    upgrade(engine)
    with sessions(engine).begin() as session:
        session.add(Person(id="p", created_at=NOW))
        session.flush()
        session.add(Contact(id="k", person_id="p", channel="web", address_digest="d"))
        session.flush()
        session.add(
            Conversation(
                id="c",
                person_id="p",
                contact_id="k",
                channel="web",
                language="fr",
                started_at=NOW,
                last_at=NOW,
            )
        )
        session.flush()

        def message(number: int, status: str = "done", attempts: int = 0, reason: str | None = None) -> None:
            session.add(
                Inbox(id=number, conversation_id="c", channel="web", dedupe=str(number), seq=number, kind="text",
                      at=NOW, received_at=NOW, next_try_at=NOW, status=status, attempts=attempts, reason=reason)
            )  # fmt: skip

        def answer(turn: int, seconds: int) -> None:
            moment = NOW + timedelta(seconds=seconds)
            session.add(Outbox(conversation_id="c", turn=turn, channel="web", seq=seconds, text="x", lang="fr",
                               next_try_at=NOW, created_at=moment))  # fmt: skip

        message(1)
        message(2)
        message(3, attempts=1)
        message(4, status="dead", reason="limited")
        message(5, status="pending")
        session.flush()
        for turn, seconds in ((1, 1), (1, 1), (2, 2), (2, 3), (3, 4), (3, 5)):
            answer(turn, seconds)
    engine.dispose()
    assert after(url, patience=0.0) == (1, 1)


def test_a_long_run_is_looked_at_in_tenths() -> None:
    parts = in_parts([10.0] * 90 + [500.0] * 10)
    assert (len(parts), parts[0], parts[-1]) == (10, 10.0, 500.0)
    assert in_parts([]) == [None] * 10


def test_people_who_pause_come_after_those_who_do_not() -> None:
    pauses = [pause for _, pause in rounds(False)]
    assert pauses == sorted(pauses)
    assert {0.0, PAUSE} == set(pauses)
    assert {people for people, pause in rounds(True) if pause} < {p for p, pause in rounds(False) if pause}


def test_who_pauses_says_less() -> None:
    async def at_once(number: int, count: int, text: str) -> bool:
        await asyncio.sleep(0.001)
        return True

    def turns(pause: float) -> int:
        tally = Tally()
        asyncio.run(crowd(2, 0.2, [["a", "b"]], at_once, tally, pause))
        return tally.turns

    assert turns(10.0) == 1 < turns(0.0)  # the second person comes after the end
