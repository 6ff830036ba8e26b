"""The same handovers on PostgreSQL: the migrations, one winner of many claims, the list."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest
from sqlalchemy.orm import Session, sessionmaker

from bot.database import connect, sessions
from bot.handover import book
from bot.handover.desk import cases
from bot.handover.life import Claim, RefusedError
from bot.handover.tables import Counsellor, Handover
from bot.migrations import upgrade
from bot.observatory import figures, needs
from bot.sealing import Sealer, seal
from tests.handover.conftest import MONDAY, SomePlaces
from tests.handover.desk.conftest import SomeThread
from tests.handover.test_book import waiting
from tests.postgres import cluster, missing

pytestmark = [pytest.mark.postgres, pytest.mark.skipif(missing() is not None, reason=str(missing()))]


@pytest.fixture(scope="module")
def served() -> Iterator[sessionmaker[Session]]:
    with cluster() as url:
        engine = seal(connect(url), Sealer("k" * 32))
        upgrade(engine)
        yield sessions(engine)
        engine.dispose()


def test_of_many_claims_at_once_one_wins(served: sessionmaker[Session]) -> None:
    with served.begin() as session:
        row = waiting()
        session.add(row)
        session.flush()
        handover_id = row.id
    start = threading.Barrier(6)
    ended: list[str] = []

    def claim(name: str) -> None:
        start.wait()
        try:
            with served.begin() as session:
                book.apply(session, handover_id, Claim(name), MONDAY)
            ended.append("won")
        except RefusedError as error:
            ended.append(error.reason)

    hands = [threading.Thread(target=claim, args=(f"c{number}",)) for number in range(6)]
    for hand in hands:
        hand.start()
    for hand in hands:
        hand.join()
    assert sorted(ended) == ["already-claimed"] * 5 + ["won"]


def test_the_list_and_the_figures_read_there_too(served: sessionmaker[Session]) -> None:
    with served.begin() as session:
        who = Counsellor(
            email="a@asso.test",
            name="A",
            role="counsellor",
            platforms=["p49"],
            password="x",
            created_at=MONDAY,
        )
        session.add_all([who, waiting()])
        needs.record(session, at=MONDAY, epci="200071678", forms=["distance"])
    with served() as session:
        shown = cases.lists(session, who, SomePlaces(), MONDAY, SomeThread())
        assert [row.state for row in shown.waiting] == ["queued"]
        assert cases.mark(session, who) != "0-0"
        assert session.get_one(Handover, shown.waiting[0].id).summary == {"sections": []}
        assert [cell.count for cell in figures.totals(session)] == [None]
