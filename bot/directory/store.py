"""Reading the directory's tables: whole records by id, and the columns the index needs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from typing import Any

from sqlalchemy import Row, Select, Table, select
from sqlalchemy.orm import Session

from bot.directory.schema import FIELDS, Kind
from bot.directory.tables import Service, Structure

_TABLES: dict[Kind, Table] = {"service": Service.__table__, "structure": Structure.__table__}  # type: ignore[dict-item]
_INDEXED = (
    "id",
    "source",
    "structure_id",
    "longitude",
    "latitude",
    "code_insee",
    "thematiques",
    "publics",
    "modes_accueil",
    "frais",
    "type",
    "zone_eligibilite",
    "score_sum",
    "score_count",
    "date_maj",
)
_READ = (
    "id",
    "structure_id",
    "nom",
    "description",
    "conditions_acces",
    "mobilisation_precisions",
    "publics",
    "publics_precisions",
    "frais_precisions",
    "thematiques",
    "extra",
)
ADDED = ("adresse_certifiee", "codes_inconnus", "extra")
# Below SQLite's oldest limit on bound values.
_BATCH = 900


def columns(session: Session) -> Iterator[dict[str, Any]]:
    """What `Index.build` needs of each service in force, streamed."""
    table = _TABLES["service"]
    wanted = select(*(table.c[name] for name in _INDEXED)).where(table.c.withdrawn_at.is_(None))
    for row in session.execute(wanted.execution_options(yield_per=5000)):
        yield dict(zip(_INDEXED, row, strict=True))


def texts(session: Session) -> Iterator[dict[str, Any]]:
    """What is read as words in each service in force, streamed."""
    table = _TABLES["service"]
    wanted = select(*(table.c[name] for name in _READ)).where(table.c.withdrawn_at.is_(None))
    for row in session.execute(wanted.execution_options(yield_per=2000)):
        yield dict(zip(_READ, row, strict=True))


def records(session: Session, kind: Kind, ids: Sequence[str] | None = None) -> dict[str, dict[str, Any]]:
    """Records in force by id (all of them when `ids` is None): the schema's fields, dates as ISO strings,
    plus `adresse_certifiee`, `codes_inconnus` and `extra`. Ids that are not there are left out."""
    found: dict[str, dict[str, Any]] = {}
    names = [*FIELDS[kind], *ADDED]
    for statement in _selections(kind, names, ids):
        for row in session.execute(statement):
            found[row[names.index("id")]] = _record(names, row)
    return found


def services_of(session: Session, structure_id: str) -> list[dict[str, Any]]:
    """The services in force of one structure, by id."""
    names = [*FIELDS["service"], *ADDED]
    table = _TABLES["service"]
    wanted = (
        select(*(table.c[name] for name in names))
        .where(table.c.structure_id == structure_id, table.c.withdrawn_at.is_(None))
        .order_by(table.c.id)
    )
    return [_record(names, row) for row in session.execute(wanted)]


def _selections(kind: Kind, names: Iterable[str], ids: Sequence[str] | None) -> Iterator[Select[Any]]:
    table = _TABLES[kind]
    wanted = select(*(table.c[name] for name in names)).where(table.c.withdrawn_at.is_(None))
    if ids is None:
        yield wanted.execution_options(yield_per=2000)
        return
    for start in range(0, len(ids), _BATCH):
        yield wanted.where(table.c.id.in_(ids[start : start + _BATCH]))


def _record(names: Iterable[str], row: Row[Any]) -> dict[str, Any]:
    made = dict(zip(names, row, strict=True))
    changed = made["date_maj"]
    made["date_maj"] = changed.isoformat() if isinstance(changed, date) else changed
    return made
