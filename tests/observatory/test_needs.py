from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.database import connect, sessions
from bot.observatory import figures
from bot.observatory.needs import record
from bot.observatory.tables import UnmetNeed

AT = datetime.fromisoformat("2026-11-30T23:30:00+00:00")


@pytest.fixture
def session(tmp_path: Path) -> Iterator[Session]:
    engine = connect(f"sqlite:///{tmp_path / 'o.db'}")
    UnmetNeed.metadata.create_all(engine, tables=[UnmetNeed.__table__])  # type: ignore[list-item]
    with sessions(engine)() as opened:
        yield opened
    engine.dispose()


def test_the_month_is_that_of_paris(session: Session) -> None:
    record(session, at=AT, epci="200071678")
    session.flush()
    assert session.scalars(select(UnmetNeed.month)).one() == "2026-12"


def test_only_codes_are_kept(session: Session) -> None:
    record(
        session,
        at=AT,
        epci="200071678",
        purpose="Jean Dupont",
        needs=["mobilite--financer-ma-mobilite", "06 12 34 56 78"],
        forms=["saturation", "x"],
        hours=["avant-6h"],
        deadline_class="U1",
        language="zz",
        kind="expired",
    )
    session.flush()
    row = session.scalars(select(UnmetNeed)).one()
    assert (row.purpose, row.language, row.deadline_class) == (None, None, "U1")
    assert row.needs == ["mobilite--financer-ma-mobilite"]
    assert (row.forms, row.hours) == (["saturation"], ["avant-6h"])


def test_no_column_can_hold_a_person() -> None:
    names = {column.name for column in UnmetNeed.__table__.columns}
    assert not names & {"person_id", "conversation_id", "handover_id", "at", "created_at", "text"}


def test_another_kind_is_refused(session: Session) -> None:
    with pytest.raises(ValueError, match="kind"):
        record(session, at=AT, epci=None, kind="whim")


def test_the_database_counts_as_the_figures_do(session: Session) -> None:
    for month, count in (("2026-11", 6), ("2026-10", 4)):
        at = datetime.fromisoformat(f"{month}-10T12:00:00+01:00")
        for _ in range(count):
            record(session, at=at, kind="expired", epci="200071678")
        record(session, at=at, epci=None)
    session.flush()
    read = [cell for cell in figures.read(session) if cell.dimension == figures.TOTAL]
    assert figures.totals(session) == read
    assert sorted(cell.count or 0 for cell in read) == [0, 0, 0, 6]
