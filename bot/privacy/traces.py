"""What a database file keeps of rows that were deleted: the write-ahead log and free pages. Written over here."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import create_engine, inspect, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import OperationalError

# Rewriting a file of this size takes about a second on a small server; larger ones wait for the night's round.
COMPACT_UP_TO = 256 * 1024 * 1024


def compact(url: str, *, whatever_its_size: bool = False) -> bool:
    """Leave nothing of deleted rows in the database's files; whether it was done.

    SQLite: the file is rewritten and the write-ahead log emptied; not done while it is larger than
    `COMPACT_UP_TO` (unless told) or busy: the caller tries again. PostgreSQL: dead rows are vacuumed;
    its own log keeps sealed values until it is recycled.
    """
    parsed = make_url(url)
    if parsed.get_backend_name() == "sqlite":
        file = Path(parsed.database or "")
        if not file.is_file() or (file.stat().st_size > COMPACT_UP_TO and not whatever_its_size):
            return False
        engine = create_engine(parsed, isolation_level="AUTOCOMMIT", connect_args={"timeout": 5})
        commands = ["PRAGMA secure_delete=ON", "VACUUM", "PRAGMA wal_checkpoint(TRUNCATE)"]
    else:
        engine = create_engine(parsed, isolation_level="AUTOCOMMIT")
        commands = [f'VACUUM "{name}"' for name in inspect(engine).get_table_names()]
    try:
        with engine.connect() as connection:
            busy = [row[0] for command in commands if (row := _first(connection.execute(text(command))))]
    except OperationalError:
        return False
    finally:
        engine.dispose()
    # The checkpoint answers (busy, frames, moved): 1 when a reader kept it from emptying the log.
    return parsed.get_backend_name() != "sqlite" or not (busy and busy[-1])


def _first(result: object) -> tuple[int, ...] | None:
    fetch = getattr(result, "fetchone", None)
    if fetch is None or not getattr(result, "returns_rows", False):
        return None
    row: tuple[int, ...] | None = fetch()
    return row
