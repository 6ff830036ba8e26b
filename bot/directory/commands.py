"""What `relais directory …` does: plain functions that print, with progress on the error output."""

from __future__ import annotations

import json
import sys
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.table import Table
from sqlalchemy.orm import Session, sessionmaker

from bot.directory import importer
from bot.directory.catalogue import Catalogue
from bot.directory.coverage import coverage as covered
from bot.directory.coverage import socle
from bot.directory.doctor import cases, report
from bot.directory.listing import Territory, search_words
from bot.directory.readers import BrokenFile
from bot.directory.search import Query, UnknownCommune, reach_rules
from bot.directory.search import search as found_by
from bot.directory.settings import DirectorySettings
from bot.directory.snapshot import Snapshot
from bot.directory.store import records as records_of
from bot.directory.sync import Client, SyncError
from bot.directory.sync import sync as synchronise

Factory = sessionmaker[Session]
PAYS_DE_LA_LOIRE = "52"
_SHOWN = 20


def import_(factory: Factory, paths: Sequence[Path], *, partial: bool = False, force: bool = False) -> int:
    """Load dumps; prints the report. 0 when loaded, 1 when refused (nothing was changed)."""
    try:
        with _progress("import") as step:
            done = importer.import_paths(factory, paths, step, partial=partial, force=force)
    except (BrokenFile, importer.Refusal) as error:
        _fail(str(error))
        return 1
    _tell(done)
    return 0


def sync(factory: Factory, settings: DirectorySettings, resume: Path, *, force: bool = False) -> int:
    """Synchronise from the API of the settings; prints the report. `resume` is a folder for an interrupted run."""
    token = settings.sync_token.get_secret_value() if settings.sync_token else None
    client = Client(settings.sync_url, token)
    filters = [{"code_departement": code} for code in settings.sync_departements] or [{}]
    for one in filters:
        try:
            with _progress("sync") as step:
                done = synchronise(factory, client, resume, step, force=force, **one)
        except (SyncError, importer.Refusal) as error:
            _fail(str(error))
            return 1
        _tell(done)
    return 0


def stats(factory: Factory) -> dict[str, Any]:
    """Counts of what is in force; prints them as JSON and gives them back."""
    catalogue = Catalogue(factory)
    with factory() as session:
        view = catalogue.view(session)
    index = view.index
    counted = {
        "version": view.version,
        "services": len(index),
        "structures": len(view.structures.lines),
        "sources": dict(Counter(str(source) for source in index.sources).most_common()),
        "without_own_point": int((~index.own_point).sum()),
        "remote": len(index.remote),
        "without_publics": int((index.publics == 0).sum()),
        "score_median": round(float(sorted(index.score)[len(index) // 2]), 2) if len(index) else None,
    }
    _print(counted)
    return counted


def search(
    factory: Factory,
    words: str | None = None,
    *,
    commune: str | None = None,
    themes: Sequence[str] = (),
    radius_km: float | None = None,
    max_age_days: int | None = None,
    size: int = _SHOWN,
    as_json: bool = False,
) -> int:
    """Print the services found by words, by commune, or both. 1 for an unknown commune."""
    catalogue = Catalogue(factory)
    with factory() as session:
        view = catalogue.view(session)
        radius = float(reach_rules()["radius_km"] if radius_km is None else radius_km)
        ranks = view.words.ranks(words) if words else None
        if commune is None:
            hits, total = search_words(
                view, Query(thematiques=themes, max_age_days=max_age_days), words, Territory(), 1, size
            )
            lines = [(id_, km) for id_, km, _ in hits]
        else:
            among = view.usable if ranks is None else view.usable & (ranks > 0)
            query = Query(
                code_commune=commune,
                thematiques=themes,
                radius_km=radius,
                max_age_days=max_age_days,
                among=among,
            )
            try:
                by_place = found_by(view.index, view.places, query)
            except UnknownCommune:
                _say(f"unknown commune code: {commune}")
                return 1
            total = len(by_place)
            listed = zip(by_place.positions[:size].tolist(), by_place.km[:size].tolist(), strict=True)
            lines = [(str(view.index.ids[at]), None if km != km else round(km)) for at, km in listed]
        records = records_of(session, "service", [id_ for id_, _ in lines])
    shown = [
        {"id": id_, "km": km, "nom": records[id_]["nom"], "commune": records[id_]["commune"],
         "date_maj": records[id_]["date_maj"]}
        for id_, km in lines
        if id_ in records
    ]  # fmt: skip
    if as_json:
        _print({"total": total, "services": shown})
    else:
        _table(f"{total} services", ("km", "nom", "commune", "date_maj", "id"), shown)
    return 0


def doctor(
    factory: Factory, *, out: Path | None = None, today: date | None = None, source: str | None = None
) -> int:
    """Print (or write) what each operator should correct. The exit code is always 0: faults are no failure."""
    today = today or datetime.now(UTC).date()
    with factory() as session:
        snapshot = Snapshot.load(session, today=today)
        structures = records_of(session, "structure")
    services = [one for one in snapshot.services.values() if source is None or one["source"] == source]
    text = report(cases(services, structures, today, snapshot.places))
    _write(text, out)
    return 0


def coverage(
    factory: Factory,
    *,
    region: str = PAYS_DE_LA_LOIRE,
    out: Path | None = None,
    as_json: bool = False,
    today: date | None = None,
) -> int:
    """Print which services of the socle each EPCI of the region has within reach and which it lacks."""
    today = today or datetime.now(UTC).date()
    with factory() as session:
        snapshot = Snapshot.load(session, themes=["mobilite"], today=today)
    lines = covered(snapshot, region, today)
    if as_json or out is not None:
        _write(json.dumps([asdict(line) for line in lines], ensure_ascii=False, indent=1), out)
        return 0
    labels = {one.number: one.label for one in socle()}
    table = [
        {"dép.": line.departement, "EPCI": line.nom, "présents": f"{len(line.present)}/{len(labels)}",
         "absents": ", ".join(labels[number] for number in line.missing)}
        for line in lines
    ]  # fmt: skip
    _table(f"{len(lines)} EPCI", ("dép.", "EPCI", "présents", "absents"), table)
    return 0


def _tell(done: importer.Report) -> None:
    counts = done.as_dict()
    aside = counts.pop("set_aside")
    _print(counts)
    for item in aside[:_SHOWN]:
        _say(
            f"set aside: {item['file']}, row {item['row']}, {item['id']}, field {item['field']}: {item['reason']}"
        )
    if len(aside) > _SHOWN:
        _say(f"… and {sum(counts['refused'].values()) - _SHOWN} more rows set aside")


@contextmanager
def _progress(label: str) -> Iterator[Callable[[int], None]]:
    columns = (
        SpinnerColumn(),
        TextColumn("{task.description} {task.completed:,} rows"),
        BarColumn(),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(label, total=None)
        yield lambda count: bar.update(task, completed=count)


def _table(title: str, columns: Sequence[str], rows: Sequence[dict[str, Any]]) -> None:
    table = Table(*columns, title=title)
    for row in rows:
        table.add_row(*("" if row[name] is None else str(row[name]) for name in columns))
    Console().print(table)


def _print(value: Any) -> None:
    sys.stdout.write(json.dumps(value, ensure_ascii=False) + "\n")


def _write(text: str, out: Path | None) -> None:
    if out is None:
        sys.stdout.write(text + "\n")
    else:
        out.write_text(text + "\n", encoding="utf-8")


def _say(text: str) -> None:
    sys.stderr.write(text + "\n")


def _fail(text: str) -> None:
    _say(f"{text}\nNothing was changed.")
