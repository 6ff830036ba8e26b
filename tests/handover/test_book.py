from __future__ import annotations

import threading

import pytest
from sqlalchemy.orm import Session, sessionmaker

from bot.handover import book
from bot.handover.life import Claim, RefusedError
from bot.handover.tables import Handover
from tests.handover.conftest import MONDAY


def waiting() -> Handover:
    return Handover(
        conversation_id="c1",
        person_id="p1",
        state="queued",
        platform="p49",
        tried=[],
        reason="asked",
        priority="U2",
        channel="web",
        language="fr",
        summary={"sections": []},
        consent={},
        need={"epci": None, "forms": []},
        opened_at=MONDAY,
        waiting_since=MONDAY,
    )


def test_of_many_claims_at_once_one_wins_and_the_others_are_told(make: sessionmaker[Session]) -> None:
    with make.begin() as session:
        row = waiting()
        session.add(row)
        session.flush()
        handover_id = row.id
    start = threading.Barrier(6)
    won: list[str] = []
    refused: list[str] = []

    def claim(name: str) -> None:
        start.wait()
        try:
            with make.begin() as session:
                book.apply(session, handover_id, Claim(name), MONDAY)
            won.append(name)
        except RefusedError as error:
            refused.append(error.reason)

    hands = [threading.Thread(target=claim, args=(f"c{number}",)) for number in range(6)]
    for hand in hands:
        hand.start()
    for hand in hands:
        hand.join()
    assert len(won) == 1
    assert refused == ["already-claimed"] * 5
    with make() as session:
        row = session.get_one(Handover, handover_id)
        assert (row.claimed_by, row.version, row.claimed_at) == (won[0], 1, MONDAY)


def test_what_was_decided_on_an_older_version_is_decided_again(make: sessionmaker[Session]) -> None:
    with make.begin() as session:
        row = waiting()
        session.add(row)
        session.flush()
        handover_id = row.id
    with make() as slow, make.begin() as quick:
        slow.get_one(Handover, handover_id)
        book.apply(quick, handover_id, Claim("quick"), MONDAY)
        quick.commit()
        with pytest.raises(RefusedError):
            book.apply(slow, handover_id, Claim("slow"), MONDAY)


def test_an_unknown_handover_is_an_error(session: Session) -> None:
    with pytest.raises(LookupError):
        book.apply(session, "none", Claim("ana"), MONDAY)
