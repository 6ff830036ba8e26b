"""Loading dumps into the store: stream, validate, set aside, then change the store in one short transaction."""

from __future__ import annotations

import hashlib
import json
import tempfile
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import UTC, date, datetime, timedelta
from itertools import batched
from pathlib import Path
from typing import IO, Any

from sqlalchemy import Connection, Table, bindparam, delete, insert, select, update
from sqlalchemy.orm import Session, sessionmaker

from bot.directory.communes import Communes, communes
from bot.directory.freshness import rules, score_parts
from bot.directory.noticed import Refusal, Report, note, nothing, set_aside
from bot.directory.readers import Row, rows
from bot.directory.records import Refused, kind_of, read
from bot.directory.schema import FIELDS, Kind
from bot.directory.tables import Run, Service, Source, State, Structure

Progress = Callable[[int], None]
TABLES: Mapping[Kind, Table] = {"service": Service.__table__, "structure": Structure.__table__}  # type: ignore[dict-item]
_COPIED: Mapping[Kind, tuple[str, ...]] = {
    kind: tuple(name for name in FIELDS[kind] if name in table.c) for kind, table in TABLES.items()
}
_BATCH = 1000
# A file that would withdraw more than half of a source of this size is taken for a cut one (a CSV or a file of
# JSON lines that ends on a row boundary shows no other sign).
_GUARDED_FROM = 100


def import_paths(
    factory: sessionmaker[Session],
    paths: Iterable[Path],
    progress: Progress | None = None,
    *,
    partial: bool = False,
    force: bool = False,
    kind: str = "import",
) -> Report:
    """Load dump files (JSON, CSV, Parquet, plain or gzip) of services and structures.

    Each source named in the files is replaced as a whole: what the files no longer hold is marked withdrawn,
    unless `partial`. Nothing at all is written before every file was read to its end. `progress` is called
    with the number of rows read so far.

    Raises `BrokenFile` for a file that cannot be read to its end, `Refusal` when no row is valid or when more
    than half of a source would vanish (`force` allows it).
    """
    return load(factory, _numbered(paths), progress, partial=partial, force=force, kind=kind)


def load(
    factory: sessionmaker[Session],
    given: Iterable[tuple[str, Row]],
    progress: Progress | None = None,
    *,
    partial: bool = False,
    force: bool = False,
    kind: str = "import",
    today: date | None = None,
) -> Report:
    """The same for rows from anywhere, each with the name of where it was read. See `import_paths`."""
    today = today or datetime.now(UTC).date()
    report = Report()
    with factory() as session:
        before = {name: _digests(session, table) for name, table in TABLES.items()}
    with tempfile.TemporaryFile("w+", encoding="utf-8", prefix="relais-import-") as spool:
        seen = _stage(given, spool, before, report, progress, communes())
        if not any(seen.values()):
            raise Refusal(nothing(report))
        gone = {} if partial else _gone(before, seen)
        if not force:
            _guard(before, gone)
        _count(report, before, gone)
        if report.wrote:
            spool.seek(0)
            with factory.begin() as session:
                _apply(session, spool, gone, today)
                session.add(Run(kind=kind, at=datetime.now(UTC), report=report.as_dict()))
                touch(session)
    return report


def load_bundled(factory: sessionmaker[Session], folder: Path) -> Report | None:
    """Load our own regional records (`regional_structures.json`, `regional_services.json`) from a folder.

    Returns None, having written nothing, when the files are missing or have not changed since they were last
    loaded. Raises as `import_paths` does.
    """
    paths = [folder / name for name in ("regional_structures.json", "regional_services.json")]
    paths = [path for path in paths if path.is_file()]
    if not paths:
        return None
    digest = hashlib.blake2b(b"".join(path.read_bytes() for path in paths), digest_size=32).hexdigest()
    slug = "bundled"
    with factory() as session:
        known = session.get(Source, slug)
        if known and known.digest == digest:
            return None
    report = import_paths(factory, paths, force=True, kind="bundled")
    with factory.begin() as session:
        session.merge(Source(slug=slug, nom=None, digest=digest, loaded_at=datetime.now(UTC)))
    return report


def touch(session: Session) -> None:
    """Tell every reader that the directory changed: the version grows by one."""
    state = session.get(State, 1, with_for_update=True)
    if state is None:
        session.add(State(id=1, version=1))
    else:
        state.version += 1


def version(session: Session) -> int:
    """The directory's version: it grows with each change; 0 when nothing was ever loaded."""
    return session.scalar(select(State.version).where(State.id == 1)) or 0


def _numbered(paths: Iterable[Path]) -> Iterator[tuple[str, Row]]:
    for path in paths:
        for row in rows(path):
            yield path.name, row


_Digests = dict[str, tuple[str, str, bool]]  # id -> (digest, source, withdrawn)


def _digests(session: Session, table: Table) -> _Digests:
    found = session.execute(select(table.c.id, table.c.digest, table.c.source, table.c.withdrawn_at))
    return {id_: (digest, source, gone is not None) for id_, digest, source, gone in found}


def _stage(
    given: Iterable[tuple[str, Row]],
    spool: IO[str],
    before: Mapping[Kind, _Digests],
    report: Report,
    progress: Progress | None,
    places: Communes,
) -> dict[Kind, dict[str, str]]:
    """Write the rows that change something to the spool; gives the ids seen, by kind, with their source."""
    seen: dict[Kind, dict[str, str]] = {"service": {}, "structure": {}}
    digests: dict[Kind, dict[str, str]] = {"service": {}, "structure": {}}
    for count, (name, row) in enumerate(given, start=1):
        if progress and count % 500 == 0:
            progress(count)
        if not isinstance(row.values, Mapping):
            set_aside(report, name, row, Refused("service", None, None, "-", "a row must be an object"))
            continue
        record = read(row.values, row.kind or kind_of(row.values))
        report.read[record.kind] += 1
        if isinstance(record, Refused):
            set_aside(report, name, row, record)
            if record.id and record.source and record.id in before[record.kind]:
                # Its last valid version stays: a slip of the producer is no reason to lose a service.
                seen[record.kind].setdefault(record.id, record.source)
            continue
        note(report, record, places)
        id_ = record.values["id"]
        repeated = id_ in digests[record.kind]
        if repeated:
            report.repeated[record.kind] += 1
        seen[record.kind][id_] = record.values["source"]
        digests[record.kind][id_] = record.digest
        known = before[record.kind].get(id_)
        if repeated or known is None or known[0] != record.digest or known[2]:
            spool.write(f"{record.kind}\t{record.digest}\t{record.document}\t{record.aside}\n")
    for kind, found in digests.items():
        for id_, digest in found.items():
            known = before[kind].get(id_)
            if known is None:
                report.added[kind] += 1
            elif known[2]:
                report.restored[kind] += 1
            else:
                (report.unchanged if known[0] == digest else report.changed)[kind] += 1
    if progress:
        progress(sum(report.read.values()))
    return seen


def _gone(before: Mapping[Kind, _Digests], seen: Mapping[Kind, Mapping[str, str]]) -> dict[Kind, list[str]]:
    gone: dict[Kind, list[str]] = {}
    for kind, known in before.items():
        sources = set(seen[kind].values())
        gone[kind] = [
            id_
            for id_, (_, source, withdrawn) in known.items()
            if source in sources and not withdrawn and id_ not in seen[kind]
        ]
    return gone


def _guard(before: Mapping[Kind, _Digests], gone: Mapping[Kind, list[str]]) -> None:
    for kind, ids in gone.items():
        present = Counter(source for _, source, withdrawn in before[kind].values() if not withdrawn)
        lost = Counter(before[kind][id_][1] for id_ in ids)
        for source, count in lost.items():
            if present[source] >= _GUARDED_FROM and count * 2 > present[source]:
                raise Refusal(
                    f"{count} of the {present[source]} {kind}s of {source} would vanish: the input looks cut short. "
                    "Nothing was changed; import again with --force if this is right, --partial to add only."
                )


def _count(report: Report, before: Mapping[Kind, _Digests], gone: Mapping[Kind, list[str]]) -> None:
    for kind, ids in gone.items():
        if ids:
            report.withdrawn[kind] = len(ids)


def _apply(session: Session, spool: IO[str], gone: Mapping[Kind, list[str]], today: date) -> None:
    connection = session.connection()
    existing: dict[Kind, set[str]] = {
        kind: set(session.scalars(select(table.c.id))) for kind, table in TABLES.items()
    }
    for lines in batched(spool, _BATCH):
        # A dict by id: within a batch the last of two rows with the same id wins, as it does between batches.
        batch: dict[Kind, dict[str, dict[str, Any]]] = {"service": {}, "structure": {}}
        for line in lines:
            name, digest, document, aside = line.split("\t")
            kind: Kind = "service" if name == "service" else "structure"
            values = json.loads(document)
            row = {**json.loads(aside), "document": document, "digest": digest}
            row.update((column, values[column]) for column in _COPIED[kind])
            row["date_maj"] = date.fromisoformat(row["date_maj"])
            if kind == "service":
                row["score_sum"], row["score_count"] = score_parts(values)
            batch[kind][row["id"]] = row
        for some, by_id in batch.items():
            _write(connection, TABLES[some], by_id, existing[some])
    for gone_kind, ids in gone.items():
        table = TABLES[gone_kind]
        for few in batched(ids, _BATCH):
            session.execute(update(table).where(table.c.id.in_(few)).values(withdrawn_at=today))
    limit = today - timedelta(days=rules()["withdrawn_kept_days"])
    for table in TABLES.values():
        session.execute(delete(table).where(table.c.withdrawn_at < limit))


def _write(
    connection: Connection, table: Table, by_id: Mapping[str, dict[str, Any]], existing: set[str]
) -> None:
    new = [values for id_, values in by_id.items() if id_ not in existing]
    old = [
        {("key" if name == "id" else name): value for name, value in values.items()}
        for id_, values in by_id.items()
        if id_ in existing
    ]
    if new:
        connection.execute(insert(table), new)
        existing.update(by_id)
    if old:
        names = [column.name for column in table.c if column.name not in ("id", "withdrawn_at")]
        changes: dict[str, Any] = {name: bindparam(name) for name in names}
        connection.execute(
            update(table).where(table.c.id == bindparam("key")).values(withdrawn_at=None, **changes), old
        )
