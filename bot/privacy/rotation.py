"""New keys: every sealed value opened with the keys in force and sealed again with the newest."""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Column, Engine, LargeBinary, Table, func, select, type_coerce, update

from bot.database import Base
from bot.gateway.tables import Contact
from bot.sealing import SealBroken, SealedJSON, SealedText, Sealer, sealer_of

BATCH = 500


class OldKeyNeeded(Exception):
    """A key cannot be dropped: something is still under it. The message says what."""


@dataclass(frozen=True)
class Rotation:
    """What was sealed again, and what keeps the older keys necessary."""

    resealed: Mapping[str, int]
    fingerprints: int
    """Fingerprints renewed: how an address is found again."""
    silent_under_old_keys: int
    """Fingerprints of addresses that said STOP and were erased: they cannot be renewed."""

    def as_dict(self) -> dict[str, object]:
        """Plain JSON data."""
        return {
            "resealed": dict(self.resealed),
            "fingerprints": self.fingerprints,
            "silent_under_old_keys": self.silent_under_old_keys,
        }


def rotate(database: Engine) -> Rotation:
    """Seal every value again with the newest key, in short transactions; running parts go on meanwhile.

    They must have been started with the new key: restart first. Raises `SealBroken` for a value that no key
    in force opens.
    """
    sealer = sealer_of(database.dialect)
    newest = sealer.newest()
    done = {
        f"{table.name}.{column.name}": _column(database, table, column, sealer, newest)
        for table, column in sealed_columns()
    }
    renewed, silent = _fingerprints(database, newest)
    return Rotation({name: count for name, count in done.items() if count}, renewed, silent)


def sealed_columns() -> Iterator[tuple[Table, Column[object]]]:
    """Every sealed column of every room."""
    for table in Base.metadata.sorted_tables:
        for column in table.columns:
            if isinstance(column.type, SealedText | SealedJSON):
                yield table, column


def _column(database: Engine, table: Table, column: Column[object], sealer: Sealer, newest: Sealer) -> int:
    """Seal one column's values again; how many were under an older key."""
    (key,) = table.primary_key.columns
    raw = type_coerce(column, LargeBinary)
    done, last = 0, None
    while True:
        wanted = select(key, raw).where(column.is_not(None)).order_by(key).limit(BATCH)
        with database.begin() as connection:
            rows = connection.execute(wanted if last is None else wanted.where(key > last)).all()
            for identifier, value in rows:
                fresh = _fresh(bytes(value), sealer, newest)
                if fresh is not None:
                    # Only over the value that was read: what a part writes meanwhile is newer.
                    done += connection.execute(
                        update(table)
                        .where(key == identifier, raw == type_coerce(value, LargeBinary))
                        .values({column: type_coerce(fresh, LargeBinary)})
                    ).rowcount
        if len(rows) < BATCH:
            return done
        last = rows[-1][0]


def _fresh(value: bytes, sealer: Sealer, newest: Sealer) -> bytes | None:
    """The value under the newest key; None when it is already."""
    try:
        newest.open(value)
    except SealBroken:
        return newest.seal(sealer.open(value))
    return None


def _fingerprints(database: Engine, newest: Sealer) -> tuple[int, int]:
    """Renew the fingerprint of every address that is still known; how many, and how many cannot be."""
    table = Contact.__table__
    done = 0
    with database.begin() as connection:
        for identifier, channel, address, digest in connection.execute(
            select(table.c.id, table.c.channel, table.c.address, table.c.address_digest).where(
                table.c.address.is_not(None)
            )
        ).all():
            fresh = newest.digest(f"{channel}|{address}")
            if fresh != digest:
                connection.execute(
                    update(Contact).where(Contact.id == identifier).values(address_digest=fresh)
                )
                done += 1
        alone = connection.scalar(select(func.count()).select_from(Contact).where(Contact.address.is_(None)))
    return done, int(alone or 0)


def add_key(file: Path) -> None:
    """Put a new key before those of the key file; the older ones still open what they sealed.

    Raises `FileNotFoundError` when there is no key file (the keys then come from `RELAIS_SECRET`).
    """
    _replace(file, [secrets.token_urlsafe(48), *_keys(file)])


def drop_old_keys(database: Engine, file: Path) -> int:
    """Keep the newest key of the key file alone; how many were dropped.

    Raises `OldKeyNeeded` when anything is still under an older key.
    """
    rotation = rotate(database)
    if rotation.silent_under_old_keys:
        raise OldKeyNeeded(
            f"{rotation.silent_under_old_keys} addresses that said STOP are known by a fingerprint under an "
            "older key: without it they would be written to again if they came back. Wait for "
            "RELAIS_KEEP_SILENCES to remove them."
        )
    keys = _keys(file)
    _replace(file, keys[:1])
    return len(keys) - 1


def _keys(file: Path) -> list[str]:
    return [line.strip() for line in file.read_text().replace(",", "\n").splitlines() if line.strip()]


def _replace(file: Path, keys: list[str]) -> None:
    """Written whole beside the file, then put in its place: a crash leaves the old one or the new one."""
    draft = file.with_name(f".{file.name}.{secrets.token_hex(4)}")
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as handle:
        handle.write("\n".join(keys) + "\n")
        handle.flush()
        os.fsync(handle.fileno())
    draft.replace(file)
