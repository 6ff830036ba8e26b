"""What `relais directory …` does: plain functions that print, with progress on the error output."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.table import Table
from sqlalchemy.orm import Session, sessionmaker

from bot.directory import importer, overlays
from bot.directory.catalogue import Catalogue
from bot.directory.communes import Communes
from bot.directory.coverage import coverage as covered
from bot.directory.coverage import socle
from bot.directory.doctor import cases, report
from bot.directory.figures import figures
from bot.directory.finding import Found, UnknownCode, find
from bot.directory.noticed import Refusal, Report
from bot.directory.readers import BrokenFile
from bot.directory.search import Query, UnknownCommune
from bot.directory.settings import DirectorySettings
from bot.directory.snapshot import Snapshot
from bot.directory.store import every
from bot.directory.store import records as records_of
from bot.directory.sync import Client, SyncError
from bot.directory.sync import sync as synchronise
from bot.settings import ROOT

Factory = sessionmaker[Session]
PAYS_DE_LA_LOIRE = "52"
_SHOWN = 20


def import_(
    factory: Factory,
    paths: Sequence[Path],
    *,
    partial: bool = False,
    force: bool = False,
    report_to: Path | None = None,
) -> int:
    """Load dumps; prints the report, and writes it whole when asked. 0 when loaded, 1 when nothing was changed."""
    try:
        with _progress("import") as step:
            done = importer.import_paths(factory, paths, step, partial=partial, force=force)
    except (BrokenFile, Refusal) as error:
        _fail(str(error))
        return 1
    _tell(done, report_to)
    return 0


def sync(
    factory: Factory,
    settings: DirectorySettings,
    resume: Path,
    *,
    force: bool = False,
    report_to: Path | None = None,
) -> int:
    """Synchronise from the API of the settings; prints the report. `resume` is a folder for an interrupted run."""
    token = settings.sync_token.get_secret_value() if settings.sync_token else None
    client = Client(settings.sync_url, token)
    filters = [{"code_departement": code} for code in settings.sync_departements] or [{}]
    for one in filters:
        try:
            with _progress("sync") as step:
                done = synchronise(factory, client, resume, step, force=force, **one)
        except (SyncError, Refusal) as error:
            _fail(str(error))
            return 1
        _tell(done, report_to)
    return 0


def stats(factory: Factory) -> dict[str, Any]:
    """Counts of what is in force; prints them as JSON and gives them back."""
    catalogue = Catalogue(factory)
    with factory() as session:
        counted = figures(session, catalogue.view(session))
    _print(counted)
    return counted


def search(
    factory: Factory,
    words: str | None = None,
    *,
    place: str | None = None,
    query: Query | None = None,
    size: int = _SHOWN,
    as_json: bool = False,
) -> int:
    """Print the services found by words, by place and by codes. 1 for a place or a code that is not known.

    `place` is an INSEE code, a name or a postcode; `query` holds the rest.
    """
    query = query or Query()
    catalogue = Catalogue(factory)
    try:
        if place is not None:
            query = replace(query, code_commune=_commune(place, catalogue.places))
        with factory() as session:
            answer = find(session, catalogue.view(session), query, words, size)
    except (UnknownCommune, UnknownCode) as error:
        _say(str(error))
        return 1
    if as_json:
        held = [{**_named(one.record), "form": one.form, "evidence": one.evidence} for one in answer.held]
        _print({"total": answer.total, "services": [_offer(one) for one in answer.offers], "held": held})
        return 0
    lines = [
        {"km (road, estimated)": _shown_km(one), "nom": _shown_name(one), "commune": one.record["commune"],
         "date_maj": _shown_age(one), "id": one.record["id"]}
        for one in answer.offers
    ]  # fmt: skip
    _table(f"{answer.total} services", ("km (road, estimated)", "nom", "commune", "date_maj", "id"), lines)
    for one in answer.held:
        _say(f"held back: {one.record['nom']} ({one.record['id']}), {one.form}: {one.evidence}")
    return 0


def _commune(place: str, places: Communes) -> str:
    """The INSEE code of a place; a postcode or a name that several communes bear is told with its choices."""
    if (known := places.get(place)) is not None:
        return known.code
    from bot.understanding.places import Gazetteer  # slow to build, and seldom needed here

    answer = Gazetteer.load(ROOT / "data").resolve(place)
    if answer.code is not None:
        return answer.code
    choices = ", ".join(f"{code} {places.by_code[code].nom}" for code in answer.candidates[:_SHOWN])
    raise UnknownCommune(f"{place}: which one? {choices}" if choices else f"unknown commune: {place}")


def _named(record: dict[str, Any]) -> dict[str, Any]:
    return {name: record[name] for name in ("id", "nom", "commune", "date_maj")}


def _offer(one: Found) -> dict[str, Any]:
    told = {name: value for name, value in asdict(one).items() if name != "record"}
    return {
        **_named(one.record),
        **told,
        "held": one.held and {"form": one.held.form, "evidence": one.held.evidence},
    }


def _shown_km(one: Found) -> str:
    if one.km is None or one.road_km is None:
        return "remote" if one.remote else ""
    return f"{one.km:.0f} ({one.road_km:.0f})"


def _shown_name(one: Found) -> str:
    copies = f" (+{one.copies})" if one.copies else ""
    held = f" [{one.held.form}: {one.held.evidence}]" if one.held else ""
    return f"{one.record['nom']}{copies}{held}"


def _shown_age(one: Found) -> str:
    said = str(one.record["date_maj"])
    return f"{said} (stale: {one.age_days} days)" if one.stale else said


def doctor(
    factory: Factory, *, out: Path | None = None, today: date | None = None, source: str | None = None
) -> int:
    """Print (or write) what each operator should correct. The exit code is always 0: faults are no failure."""
    today = today or datetime.now(UTC).date()
    with factory() as session:
        local = overlays.in_force(session, today)
        services = (
            {**one, "extra": {**(one["extra"] or {}), "local": local.get(one["id"], [])}}
            for one in every(session, "service")
            if source is None or one["source"] == source
        )
        found = cases(services, lambda ids: records_of(session, "structure", ids), today)
    text = report(found)
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


def _tell(done: Report, report_to: Path | None = None) -> None:
    counts = done.as_dict()
    if report_to is not None:
        _write(json.dumps(counts, ensure_ascii=False, indent=1), report_to)
    counts.pop("set_aside")
    aside = done.set_aside
    _print(counts)
    for item in aside[:_SHOWN]:
        _say(f"set aside: {item}")
    if len(aside) > _SHOWN:
        rest = sum(counts["refused"].values()) - _SHOWN
        _say(f"… and {rest} more rows set aside; --report FILE lists them")


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
        table.add_row(*(escape("" if row[name] is None else str(row[name])) for name in columns))
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
