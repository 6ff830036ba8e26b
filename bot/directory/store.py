"""Reading the directory's tables: whole records by id, and the columns the index needs."""

from __future__ import annotations

import functools
import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy import text
from sqlalchemy.orm import Session

from bot.directory.schema import FIELDS, LISTS, Kind
from bot.directory.tables import Service, Structure

_TABLES: Mapping[Kind, str] = {"service": Service.__tablename__, "structure": Structure.__tablename__}
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
_STRUCTURE = ("id", "source", "nom", "code_insee", "siret", "reseaux_porteurs", "date_maj")
ADDED = ("adresse_certifiee", "codes_inconnus", "extra")
NAMES: dict[Kind, tuple[str, ...]] = {kind: (*FIELDS[kind], *ADDED) for kind in _TABLES}
_WHOLE = "id, document, codes_inconnus, extra"
_IN_FORCE = "withdrawn_at IS NULL"
# Below SQLite's oldest limit on bound values.
_BATCH = 900


def columns(session: Session) -> Iterator[dict[str, Any]]:
    """What `Index.build` needs of each service in force, streamed."""
    return _streamed(session, "service", _INDEXED)


def structures(session: Session) -> Iterator[dict[str, Any]]:
    """What `Structures.build` needs of each structure in force, streamed."""
    return _streamed(session, "structure", _STRUCTURE)


def every(session: Session, kind: Kind) -> Iterator[dict[str, Any]]:
    """Every record in force, streamed, as `records` gives them."""
    wanted = text(f"SELECT {_WHOLE} FROM {_TABLES[kind]} WHERE {_IN_FORCE}")  # noqa: S608
    for row in session.execute(wanted, execution_options={"yield_per": 2000}):
        yield _record(row)


def records(session: Session, kind: Kind, ids: Sequence[str] | None = None) -> dict[str, dict[str, Any]]:
    """Records in force by id (all of them when `ids` is None): the schema's fields, dates as ISO strings,
    plus `adresse_certifiee`, `codes_inconnus` and `extra`. Ids that are not there are left out."""
    found = every(session, kind) if ids is None else map(_record, _by_id(session, kind, _WHOLE, ids))
    return {record["id"]: record for record in found}


def documents(session: Session, kind: Kind, ids: Sequence[str]) -> dict[str, str]:
    """The records of `records` as the texts of JSON objects, without `codes_inconnus` and `extra`."""
    return {id_: document for id_, document in _by_id(session, kind, "id, document", ids)}  # noqa: C416


def services_of(session: Session, structure_id: str) -> dict[str, str]:
    """The services in force of one structure, by id and in its order, as `documents` gives them."""
    wanted = text(
        f"SELECT id, document FROM {_TABLES['service']} WHERE structure_id = :structure AND {_IN_FORCE}"  # noqa: S608
    )
    found = session.execute(wanted, {"structure": structure_id}).all()
    return {row.id: row.document for row in sorted(found, key=lambda row: str(row.id).encode())}


def _streamed(session: Session, kind: Kind, names: Sequence[str]) -> Iterator[dict[str, Any]]:
    # Plain SQL, so that the lists come as they are stored: the same few lists are met again and again.
    wanted = text(f"SELECT {', '.join(names)} FROM {_TABLES[kind]} WHERE {_IN_FORCE}")  # noqa: S608
    lists = [name for name in names if name in LISTS]
    for row in session.execute(wanted, execution_options={"yield_per": 5000}):
        made = dict(zip(names, row, strict=True))
        for name in lists:
            if isinstance(given := made[name], str):
                made[name] = _list(given)
        yield made


def _by_id(session: Session, kind: Kind, names: str, ids: Sequence[str]) -> Iterator[Sequence[Any]]:
    connection = session.connection()
    wanted = f"SELECT {names} FROM {_TABLES[kind]} WHERE {_IN_FORCE} AND id"  # noqa: S608
    lists = connection.dialect.paramstyle != "qmark"
    for start in range(0, len(ids), _BATCH):
        some = list(ids[start : start + _BATCH])
        # Through the driver's own cursor: a page of rows is read three times as fast, and every search reads one.
        cursor = connection.connection.cursor()
        try:
            if lists:  # one text for any number of ids, which psycopg then keeps prepared
                cursor.execute(f"{wanted} = ANY(%s)", (some,))
            else:
                cursor.execute(f"{wanted} IN ({', '.join('?' * len(some))})", some)
            rows = cursor.fetchall()
        finally:
            cursor.close()
        yield from rows


@functools.lru_cache(maxsize=100_000)
def _list(given: str) -> tuple[str, ...]:
    return tuple(json.loads(given))


def _record(row: Sequence[Any]) -> dict[str, Any]:
    """A row as a record, whether its JSON comes as text (SQLite) or read already (psycopg)."""
    _, document, unknown, extra = row
    made: dict[str, Any] = json.loads(document)
    made["codes_inconnus"] = json.loads(unknown) if isinstance(unknown, str) else unknown
    made["extra"] = json.loads(extra) if isinstance(extra, str) else extra
    return made
