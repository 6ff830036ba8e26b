"""Where something of a person may be: found from the tables themselves, so that a new table is never forgotten."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from sqlalchemy import ColumnElement, FromClause, Table, delete, func, select
from sqlalchemy.orm import Session

from bot.database import Base
from bot.gateway.tables import Conversation
from bot.handover.tables import Handover

# A column of one of these names points at somebody; what each is the identifier of.
POINTERS = ("person_id", "conversation_id", "handover_id")


def holdings(session: Session, person_id: str) -> Iterator[tuple[Table, ColumnElement[bool]]]:
    """Every table that may hold rows of this person, with the condition that finds them."""
    conversations = list(session.scalars(select(Conversation.id).where(Conversation.person_id == person_id)))
    handovers = list(
        session.scalars(
            select(Handover.id).where(
                Handover.conversation_id.in_(conversations) | (Handover.person_id == person_id)
            )
        )
    )
    values = {"person_id": [person_id], "conversation_id": conversations, "handover_id": handovers}
    for table in Base.metadata.sorted_tables:
        if table.name == "person":
            yield table, table.c.id == person_id
            continue
        pointers = [name for name in POINTERS if name in table.c]
        if pointers:
            condition: ColumnElement[bool] = table.c[pointers[0]].in_(values[pointers[0]])
            for name in pointers[1:]:
                condition |= table.c[name].in_(values[name])
            yield table, condition


def counted(session: Session, person_id: str) -> dict[str, int]:
    """How many rows each table holds of this person; tables without any are left out."""
    found = {
        table.name: session.scalar(select(func.count()).select_from(table).where(mine)) or 0
        for table, mine in holdings(session, person_id)
    }
    return {name: count for name, count in found.items() if count}


def remove_handovers(session: Session, ids: Sequence[str]) -> int:
    """Remove these handovers and whatever hangs on them; how many."""
    for table in _hanging(Base.metadata.sorted_tables):
        session.execute(delete(table).where(table.c.handover_id.in_(ids)))
    gone = session.execute(delete(Handover).where(Handover.id.in_(ids))).rowcount  # type: ignore[attr-defined]
    session.expire_all()
    return int(gone)


def _hanging(tables: Iterable[FromClause]) -> list[Table]:
    """Tables whose rows belong to a handover, those that others hang on last."""
    return [table for table in tables if isinstance(table, Table) and "handover_id" in table.c][::-1]
