"""`relais directory …`: the commands of `bot/directory/commands.py` on the command line."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer
from sqlalchemy.orm import Session, sessionmaker

from bot.database import connect, sessions
from bot.directory import commands
from bot.directory.search import Query
from bot.directory.settings import DirectorySettings
from bot.migrations import upgrade
from bot.settings import Settings

app = typer.Typer(no_args_is_help=True, help="The directory of services: load, synchronise, count, search.")
Force = Annotated[bool, typer.Option(help="Load even when far fewer services come than were there.")]

Report = Annotated[Path | None, typer.Option(help="Write the whole report there, as JSON.")]


def _on_directory(command: Callable[[sessionmaker[Session]], int]) -> None:
    settings = Settings()
    settings.var.mkdir(parents=True, exist_ok=True)
    engine = connect(settings.url())
    try:
        upgrade(engine)
        code = command(sessions(engine))
    finally:
        engine.dispose()
    raise typer.Exit(code)


@app.command("import")
def import_(
    paths: list[Path],
    partial: Annotated[bool, typer.Option(help="Add to each source instead of replacing it.")] = False,
    force: Force = False,
    report: Report = None,
) -> None:
    """Load data.inclusion v1 dumps (JSON, CSV, Parquet, plain or gzip), services and structures together."""
    _on_directory(
        lambda factory: commands.import_(factory, paths, partial=partial, force=force, report_to=report)
    )


@app.command()
def sync(force: Force = False, report: Report = None) -> None:
    """Synchronise from the API of the settings."""
    resume = Settings().var / "directory-sync"
    _on_directory(
        lambda factory: commands.sync(factory, DirectorySettings(), resume, force=force, report_to=report)
    )


@app.command()
def stats() -> None:
    """Count what is in force."""

    def counted(factory: sessionmaker[Session]) -> int:
        commands.stats(factory)
        return 0

    _on_directory(counted)


@app.command()
def search(
    words: Annotated[str | None, typer.Argument(help="Words to look for.")] = None,
    commune: Annotated[
        str | None, typer.Option(help="Where somebody lives: INSEE code, name or postcode.")
    ] = None,
    lat: Annotated[float | None, typer.Option(help="Latitude of the place, with --lon.")] = None,
    lon: Annotated[float | None, typer.Option(help="Longitude of the place, with --lat.")] = None,
    theme: Annotated[list[str] | None, typer.Option(help="A theme or a category of data.inclusion.")] = None,
    public: Annotated[
        list[str] | None, typer.Option(help="One of these publics, or publics unknown.")
    ] = None,
    frais: Annotated[list[str] | None, typer.Option(help="gratuit or payant.")] = None,
    mode: Annotated[list[str] | None, typer.Option(help="en-presentiel or a-distance.")] = None,
    type_: Annotated[list[str] | None, typer.Option("--type", help="A type of service.")] = None,
    source: Annotated[list[str] | None, typer.Option(help="Only these sources.")] = None,
    radius_km: Annotated[float | None, typer.Option(help="Kilometres around the place.", min=0)] = None,
    max_age_days: Annotated[int | None, typer.Option(help="Leave out what was not updated since.")] = None,
    score: Annotated[float | None, typer.Option(help="Quality score at least.")] = None,
    size: Annotated[int, typer.Option(help="How many to print.", min=1)] = 20,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON document.")] = False,
) -> None:
    """Search by words, by place, by codes, or all of them. Kilometres are a straight line; by road, an estimate."""
    if (lat is None) != (lon is None):
        raise typer.BadParameter("--lat and --lon go together")
    if lat is not None and lon is not None and not (-90 <= lat <= 90 and -180 <= lon <= 180):
        raise typer.BadParameter("--lat and --lon must be a point of the globe")
    query = Query(
        point=(lon, lat) if lat is not None and lon is not None else None,
        thematiques=theme or (),
        publics=public or (),
        frais=frais or (),
        modes_accueil=mode or (),
        types=type_ or (),
        sources=source or (),
        score_minimum=score,
        max_age_days=max_age_days,
    )
    if radius_km is not None:
        query = replace(query, radius_km=radius_km)
    _on_directory(
        lambda factory: commands.search(
            factory, words, place=commune, query=query, size=size, as_json=as_json
        )
    )


@app.command()
def doctor(
    out: Annotated[Path | None, typer.Option(help="Write the report there.")] = None,
    source: Annotated[str | None, typer.Option(help="Only this source.")] = None,
) -> None:
    """What each operator should correct, ready to send."""
    _on_directory(lambda factory: commands.doctor(factory, out=out, source=source))


@app.command()
def coverage(
    out: Annotated[Path | None, typer.Option(help="Write the table there.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON document.")] = False,
) -> None:
    """For each EPCI of the region, which services of the socle are within reach and which are not."""
    _on_directory(lambda factory: commands.coverage(factory, out=out, as_json=as_json))
