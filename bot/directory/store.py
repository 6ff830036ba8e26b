"""Reading the directory's tables: whole records by id, and the columns the index needs."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any

from sqlalchemy import Select, Table, select
from sqlalchemy.orm import Session

from bot.directory.schema import FIELDS, LISTS, Kind
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
NAMES: dict[Kind, tuple[str, ...]] = {kind: (*FIELDS[kind], *ADDED) for kind in _TABLES}


def _all(kind: Kind) -> Select[Any]:
    table = _TABLES[kind]
    return select(*(table.c[name] for name in NAMES[kind])).where(table.c.withdrawn_at.is_(None))


_ALL: dict[Kind, Select[Any]] = {kind: _all(kind) for kind in _TABLES}
_BY_ID: dict[Kind, str] = {
    kind: f"SELECT {', '.join(NAMES[kind])} FROM {table.name} WHERE withdrawn_at IS NULL AND id"  # noqa: S608
    for kind, table in _TABLES.items()
}
_JSON = frozenset(LISTS | {"codes_inconnus", "extra"})
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


def every(session: Session, kind: Kind) -> Iterator[dict[str, Any]]:
    """Every record in force, streamed, as `records` gives them."""
    for row in session.execute(_ALL[kind].execution_options(yield_per=2000)):
        yield _record(NAMES[kind], row)


def records(session: Session, kind: Kind, ids: Sequence[str] | None = None) -> dict[str, dict[str, Any]]:
    """Records in force by id (all of them when `ids` is None): the schema's fields, dates as ISO strings,
    plus `adresse_certifiee`, `codes_inconnus` and `extra`. Ids that are not there are left out."""
    if ids is None:
        return {record["id"]: record for record in every(session, kind)}
    names = NAMES[kind]
    at = names.index("id")
    connection = session.connection()
    mark = "?" if connection.dialect.paramstyle == "qmark" else "%s"
    found: dict[str, dict[str, Any]] = {}
    for start in range(0, len(ids), _BATCH):
        some = tuple(ids[start : start + _BATCH])
        marks = ", ".join([mark] * len(some))
        # Through the driver's own cursor: a page of rows is read three times as fast, and every search reads one.
        cursor = connection.connection.cursor()
        try:
            cursor.execute(f"{_BY_ID[kind]} IN ({marks})", some)
            rows = cursor.fetchall()
        finally:
            cursor.close()
        for row in rows:
            found[row[at]] = _record(names, row)
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


def _record(names: Sequence[str], row: Sequence[Any]) -> dict[str, Any]:
    """A row as a record, whether the types came from SQLAlchemy, from SQLite (text) or from psycopg."""
    made = dict(zip(names, row, strict=True))
    for name in _JSON:
        if isinstance(value := made.get(name), str):
            made[name] = json.loads(value)
    if made["adresse_certifiee"] is not None:
        made["adresse_certifiee"] = bool(made["adresse_certifiee"])
    changed = made["date_maj"]
    made["date_maj"] = changed.isoformat() if isinstance(changed, date) else changed
    return made
