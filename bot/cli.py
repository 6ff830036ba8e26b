"""The `relais` command. Each command imports its room only when it is called: the command line starts fast."""

from __future__ import annotations

import importlib
import json
import sys
from datetime import date
from pathlib import Path
from typing import Annotated

import typer

from bot.operations.commands import app as operations
from bot.settings import Settings

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help="Relais, the mobility assistant.",
)
# Commands of their own, not a group: their module imports as little as this one.
app.add_typer(operations)
# Command groups of the rooms: only the one that is called is imported.
GROUPS = {"directory": "bot.directory.cli", "tamis": "bot.tamis.cli"}

Quick = Annotated[bool, typer.Option("--quick", help="Smaller sizes, under two minutes.")]
Out = Annotated[Path | None, typer.Option(help="Write there instead of the standard output.")]


@app.command()
def setup() -> None:
    """Prepare everything that `up` needs: database, directory, trained model."""
    from bot.running.prepare import prepare

    prepare(Settings())


@app.command(hidden=True)
def greet() -> None:
    """Print where to go; `up` calls it when everything is well."""
    from bot.running.prepare import greet as say_where

    say_where(Settings())


@app.command()
def up(
    detach: Annotated[bool, typer.Option("--detach", help="Return when every health check answers.")] = False,
    port: Annotated[int | None, typer.Option(help="Port of the application.")] = None,
    announce: Annotated[bool, typer.Option(hidden=True)] = True,
) -> None:
    """Start engine, action server and application, and keep them up."""
    from bot.running.house import detached, foreground

    settings = Settings() if port is None else Settings(port=port)
    raise typer.Exit(detached(settings) if detach else foreground(settings, announce=announce))


@app.command()
def down() -> None:
    """Stop what `up` started."""
    from bot.running.house import stop

    raise typer.Exit(stop(Settings()))


@app.command()
def settings() -> None:
    """Print every setting with its meaning and default; secrets are masked."""
    from bot.running.listing import print_settings

    print_settings(Settings())


@app.command()
def chat(
    language: Annotated[str | None, typer.Option(help="Language as a channel would give it.")] = None,
    channel: Annotated[str, typer.Option(help="web, telegram or sms.")] = "web",
) -> None:
    """Talk to Relais here, through the same gateway and speech as the channel named."""
    from bot.replay.terminal import talk

    raise typer.Exit(talk(Settings(), language, channel))


@app.command()
def replay(files: list[Path], out: Out = None) -> None:
    """Play scripted conversations through the whole pipeline; one JSON line for each."""
    from bot.replay.play import replay_files

    raise typer.Exit(replay_files(Settings(), files, out))


@app.command()
def sieve(
    services: Annotated[Path, typer.Option(help="JSON or YAML list of data.inclusion v1 services.")],
    profiles: Annotated[Path, typer.Option(help="JSON or YAML list of {id, profile, code_insee?}.")],
    now: Annotated[str | None, typer.Option(help="The day it is, YYYY-MM-DD; today by default.")] = None,
    out: Out = None,
) -> None:
    """The tamis alone on given services and profiles."""
    from bot.tamis.commands import sieve_files

    day = _day(now)
    for path in (services, profiles):
        if not path.is_file():
            raise typer.BadParameter(f"{path} is not a file.")
    if out is None:
        raise typer.Exit(sieve_files(services, profiles, day, sys.stdout, errors=sys.stderr))
    with out.open("w", encoding="utf-8") as stream:
        raise typer.Exit(sieve_files(services, profiles, day, stream, errors=sys.stderr))


@app.command()
def bench(
    name: str,
    quick: Quick = False,
    cases: Annotated[list[Path] | None, typer.Option(help="For `understanding`: case files.")] = None,
    more: Annotated[list[Path] | None, typer.Argument(help="More case files.", metavar="[FILE]...")] = None,
) -> None:
    """Run a benchmark; its last line is one JSON object."""
    from bot.benches import run

    files = [*(cases or ()), *(more or ())]
    print(json.dumps(run(name, quick=quick, cases=files), ensure_ascii=False))


def _day(text: str | None) -> date | None:
    if text is None:
        return None
    try:
        return date.fromisoformat(text[:10])
    except ValueError as error:
        raise typer.BadParameter(f"{text!r} is not a date like 2026-11-23.") from error


def main() -> None:
    """Run the command line; errors meant for people are printed without a traceback."""
    from bot.running.steps import StepFailed

    group = next((word for word in sys.argv[1:2] if word in GROUPS), None)
    for name in [group] if group else GROUPS if sys.argv[1:2] in ([], ["--help"]) else []:
        app.add_typer(importlib.import_module(GROUPS[name]).app, name=name)
    try:
        app()
    except StepFailed as failure:
        print(f"\n{failure}", file=sys.stderr)
        raise SystemExit(1) from None


if __name__ == "__main__":
    main()
