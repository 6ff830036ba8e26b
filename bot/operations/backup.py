"""A copy of the database in one file, and putting it back; from SQLite to PostgreSQL and the other way too.

The copy holds sealed values as they are: without the key they say nothing. It is one moment of the database,
taken while the house runs. The engine's own store is not in it: the state of a conversation is ours.
"""

from __future__ import annotations

import base64
import gzip
import hashlib
import io
import json
import tarfile
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection, Engine, MetaData, Table

from bot.migrations import upgrade

VERSION = 1
BATCH = 1000
REVISIONS = "alembic_version"


class CannotRestore(Exception):
    """The copy or the database is not what it should be; the message says what to do."""


def backup(database: Engine, folder: Path, now: datetime) -> Path:
    """Write `relais-<moment>.tar.gz` into the folder, readable by its owner only; its path.

    Raises `OSError` when the disk is full; a copy that was cut off never has the name of one.
    """
    folder.mkdir(parents=True, exist_ok=True)
    target = folder / f"relais-{now.astimezone(UTC):%Y%m%d-%H%M%S}.tar.gz"
    draft = folder / f".{target.name}.part"
    try:
        with draft.open("xb") as raw:
            draft.chmod(0o600)
            with tarfile.open(fileobj=raw, mode="w:gz", compresslevel=6) as archive:
                _write(database, archive, now)
        draft.replace(target)
    finally:
        draft.unlink(missing_ok=True)
    return target


def _write(database: Engine, archive: tarfile.TarFile, now: datetime) -> None:
    tables = {}
    with _snapshot(database) as connection:
        meta = _reflected(connection)
        revision = connection.scalar(sa.select(meta.tables[REVISIONS].c.version_num))
        for table in meta.sorted_tables:
            if table.name == REVISIONS:
                continue
            packed, count = _packed(connection, table)
            tables[table.name] = {"rows": count, "sha256": hashlib.sha256(packed).hexdigest()}
            _add(archive, f"tables/{table.name}.jsonl.gz", packed, now)
    manifest = {"version": VERSION, "revision": revision, "at": now.isoformat(), "tables": tables}
    _add(archive, "manifest.json", json.dumps(manifest, indent=1).encode(), now)


def _snapshot(database: Engine) -> Connection:
    """A connection that sees one moment of the database until it is closed."""
    if database.dialect.name == "sqlite":
        connection = database.connect()
        # The driver begins nothing before a select; the first read fixes the moment.
        connection.exec_driver_sql("BEGIN")
        return connection
    return database.connect().execution_options(isolation_level="REPEATABLE READ")


def _packed(connection: Connection, table: Table) -> tuple[bytes, int]:
    buffer, count = io.BytesIO(), 0
    with gzip.GzipFile(fileobj=buffer, mode="wb", mtime=0) as lines:
        for row in connection.execution_options(yield_per=BATCH).execute(sa.select(table)).mappings():
            plain = {name: _plain(value) for name, value in row.items()}
            lines.write(json.dumps(plain, ensure_ascii=False).encode() + b"\n")
            count += 1
    return buffer.getvalue(), count


def _add(archive: tarfile.TarFile, name: str, content: bytes, now: datetime) -> None:
    entry = tarfile.TarInfo(name)
    entry.size, entry.mtime, entry.mode = len(content), int(now.timestamp()), 0o600
    archive.addfile(entry, io.BytesIO(content))


def restore(database: Engine, file: Path) -> dict[str, int]:
    """Put a copy into an empty database, then bring it to the newest form; rows by table.

    All or nothing. Raises `CannotRestore` for a damaged copy, one of a later version, or a database that
    holds something already.
    """
    with tarfile.open(file, "r:gz") as archive:
        manifest = _manifest(archive)
        if sa.inspect(database).get_table_names():
            raise CannotRestore("The database is not empty.\n→ Restore into a new one (RELAIS_DATABASE_URL).")
        contents = {name: _content(archive, name, about) for name, about in manifest["tables"].items()}
    upgrade(database, manifest["revision"])
    try:
        with database.begin() as connection:
            done = _fill(connection, contents)
    except BaseException:
        _empty(database)
        raise
    wrong = [name for name, about in manifest["tables"].items() if done.get(name) != about["rows"]]
    if wrong:
        _empty(database)
        raise CannotRestore(f"Rows are missing in {', '.join(wrong)}: the copy is damaged.")
    upgrade(database)
    return done


def _manifest(archive: tarfile.TarFile) -> dict[str, Any]:
    try:
        stream = archive.extractfile("manifest.json")
        manifest: dict[str, Any] = json.loads(stream.read() if stream else b"")
    except (KeyError, ValueError) as error:
        raise CannotRestore("This file is not a backup of Relais, or it was cut off.") from error
    if manifest.get("version") != VERSION:
        raise CannotRestore("This backup is of another version of Relais.\n→ Restore with that version.")
    return manifest


def _content(archive: tarfile.TarFile, name: str, about: dict[str, Any]) -> bytes:
    stream = archive.extractfile(f"tables/{name}.jsonl.gz")
    packed = stream.read() if stream else b""
    if hashlib.sha256(packed).hexdigest() != about["sha256"]:
        raise CannotRestore(f"The table {name} is damaged in this backup.\n→ Take an earlier one.")
    return packed


def _fill(connection: Connection, contents: dict[str, bytes]) -> dict[str, int]:
    meta, done = _reflected(connection), {}
    if connection.dialect.name == "postgresql":
        connection.execute(sa.text("SET LOCAL TIME ZONE 'UTC'"))
    for table in meta.sorted_tables:
        if table.name not in contents:
            continue
        # What the migrations put there is in the copy too.
        connection.execute(sa.delete(table))
        count = 0
        for rows in _batches(contents[table.name]):
            connection.execute(
                sa.insert(table),
                [{name: _typed(table.c[name], value) for name, value in row.items()} for row in rows],
            )
            count += len(rows)
        done[table.name] = count
        _go_on_counting(connection, table)
    return done


def _batches(packed: bytes) -> Iterator[list[dict[str, Any]]]:
    batch: list[dict[str, Any]] = []
    for line in gzip.GzipFile(fileobj=io.BytesIO(packed)):
        batch.append(json.loads(line))
        if len(batch) == BATCH:
            yield batch
            batch = []
    if batch:
        yield batch


def _go_on_counting(connection: Connection, table: Table) -> None:
    """PostgreSQL's counters know nothing of the rows put in with their number."""
    if connection.dialect.name != "postgresql":
        return
    for column in table.primary_key.columns:
        if isinstance(column.type, sa.Integer):
            sequence = connection.scalar(
                sa.text("SELECT pg_get_serial_sequence(:table, :column)"),
                {"table": f'"{table.name}"', "column": column.name},
            )
            last = connection.scalar(sa.select(sa.func.max(column)))
            if sequence and last is not None:
                connection.execute(sa.text("SELECT setval(:name, :last)"), {"name": sequence, "last": last})


def _reflected(connection: Connection) -> MetaData:
    meta = MetaData()
    meta.reflect(connection)
    for table in meta.tables.values():
        for column in table.columns:
            if isinstance(column.type, sa.JSON):
                column.type = sa.JSON(none_as_null=True)
    return meta


def _empty(database: Engine) -> None:
    meta = MetaData()
    with database.begin() as connection:
        meta.reflect(connection)
        meta.drop_all(connection)


def _plain(value: Any) -> Any:
    match value:
        case bytes() | memoryview():
            return base64.b64encode(bytes(value)).decode()
        case datetime():
            # Moments without a zone are in UTC already (bot/gateway/tables.py).
            return (value.astimezone(UTC).replace(tzinfo=None) if value.tzinfo else value).isoformat()
        case date():
            return value.isoformat()
        case _:
            return value


def _typed(column: sa.Column[Any], value: Any) -> Any:
    if value is None:
        # A JSON column that must not be NULL holds JSON's own null.
        return sa.JSON.NULL if isinstance(column.type, sa.JSON) and not column.nullable else None
    match column.type:
        case sa.LargeBinary():
            return base64.b64decode(value)
        case sa.DateTime():
            return datetime.fromisoformat(value)
        case sa.Date():
            return date.fromisoformat(value)
        case sa.Boolean():
            return bool(value)
        case _:
            return value
