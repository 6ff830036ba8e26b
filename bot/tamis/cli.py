"""`relais tamis …`: what is read of a service's conditions, on the command line."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

import typer

from bot.database import connect, sessions
from bot.directory.snapshot import Snapshot
from bot.settings import ROOT, Settings
from bot.tamis import commands
from bot.tamis.reader import Reader

app = typer.Typer(no_args_is_help=True, help="The tamis: what is read of a service's conditions.")


def _services() -> Mapping[str, Mapping[str, Any]]:
    engine = connect(Settings().url())
    try:
        with sessions(engine)() as session:
            return Snapshot.load(session).services
    finally:
        engine.dispose()


@app.command()
def explain(
    service: Annotated[
        str, typer.Argument(help="A service's id in the directory, or a JSON or YAML file of services.")
    ],
    profile: Annotated[Path | None, typer.Option(help="A JSON or YAML profile to sieve for.")] = None,
) -> None:
    """Print the words of a service with what was read of each."""
    reader = Reader.load(Settings().data)
    found: list[Mapping[str, Any]]
    if Path(service).is_file():
        found = commands.load_list(Path(service))
    else:
        found = [one for name, one in _services().items() if name == service]
    if not found:
        raise typer.BadParameter(f"No service is called {service} in the directory.")
    known = None
    if profile is not None:
        entry = commands.load_list(profile)[0]
        known = entry.get("profile", entry)
    for one in found:
        print(commands.explain(one, reader, known, dt.datetime.now(tz=dt.UTC).date()))


@app.command()
def labelled(
    folder: Annotated[Path, typer.Argument(help="A folder of labelled texts with its people.yml.")] = ROOT
    / "tests"
    / "tamis"
    / "labelled",
) -> None:
    """How many decisions on labelled texts are right, wrongly open, wrongly blocked; each kind of criterion."""
    if not (folder / "people.yml").is_file():
        raise typer.BadParameter(f"{folder} holds no people.yml.")
    data = Settings().data
    print(json.dumps(commands.labelled(folder, data, Reader.load(data)), ensure_ascii=False))


@app.command()
def report() -> None:
    """Over the loaded directory: conditions read, left to read by a human, by field and level."""
    print(json.dumps(commands.report(_services().values(), Reader.load(Settings().data)), ensure_ascii=False))
