"""The commands of whoever looks after Relais; `app` is included in the command line."""

from __future__ import annotations

import json
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from bot.running.steps import StepFailed, step
from bot.settings import Settings

app = typer.Typer(help="Operations and privacy.")

AsJson = Annotated[bool, typer.Option("--json", help="One JSON object instead of words.")]
Conversation = Annotated[str | None, typer.Option(help="Identifier of one of their conversations.")]
Handover = Annotated[
    str | None, typer.Option(help="Identifier of one of their handovers, as the desk shows it.")
]
Channel = Annotated[str | None, typer.Option(help="Channel of the address: sms, telegram, web.")]
Address = Annotated[str | None, typer.Option(help="Their address there: a number in international form.")]


def _opened() -> tuple[Settings, Any, Any]:
    from bot.assembly import open_database
    from bot.database import sessions

    settings = Settings()
    database = open_database(settings)
    return settings, database, sessions(database)


def _print(data: Any) -> None:
    print(json.dumps(data, ensure_ascii=False, indent=2, default=str))


@app.command()
def doctor(as_json: AsJson = False) -> None:
    """Is it well? Checks everything and says what to do; exit code 1 when something is bad."""
    from bot.operations.doctor import examine, report

    checks = examine(Settings(), datetime.now(UTC))
    if as_json:
        _print({"checks": [check.as_dict() for check in checks]})
    else:
        print(report(checks))
    raise typer.Exit(any(check.grade == "bad" for check in checks))


@app.command()
def backup(
    to: Annotated[
        Path | None, typer.Option(help="Folder; `backups` under the var folder by default.")
    ] = None,
) -> None:
    """Copy the database into one file while Relais runs. The key is not in it: keep it elsewhere."""
    from bot.operations.backup import backup as copy

    settings, database, _ = _opened()
    with step("Copying the database"):
        made = copy(database, to or settings.var / "backups", datetime.now(UTC))
    print(made)


@app.command()
def migrate(
    to: Annotated[
        str | None, typer.Option(help="Form to go to, as this command printed it; the newest by default.")
    ] = None,
) -> None:
    """Bring the database to the newest form, or back to an older one; prints the form before and after.

    Stop Relais before going back, and do it before the older version is checked out: only the newer one knows the
    way.
    """
    from alembic.util.exc import CommandError

    from bot.migrations import current, downgrade, knows, upgrade

    _, database, _ = _opened()
    before = current(database)
    try:
        if to is not None and knows(to, before):
            downgrade(database, to)
        else:
            upgrade(database, to or "head")
    except CommandError as error:
        raise StepFailed(
            f"There is no form called {to}.\n→ `relais migrate` prints the one in force."
        ) from error
    print(f"{before or 'empty'} → {current(database)}")


@app.command()
def restore(file: Path) -> None:
    """Put a copy into the database of the settings, which must be empty; then bring it to the newest form."""
    from bot.operations.backup import CannotRestore
    from bot.operations.backup import restore as put_back

    _, database, _ = _opened()
    try:
        with step("Restoring"):
            done = put_back(database, file)
    except (CannotRestore, OSError, EOFError) as error:
        raise StepFailed(f"Nothing was restored: {error}") from None
    print(f"{sum(done.values())} rows in {len(done)} tables. Now: relais doctor")


@app.command()
def retention(
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only count what is over its time.")] = False,
    as_json: AsJson = False,
) -> None:
    """Remove what has been kept long enough (RELAIS_KEEP_…); the application does it each night."""
    from bot.privacy.retention import run
    from bot.privacy.settings import KeepSettings

    settings, _, make = _opened()
    lines = run(make, settings, KeepSettings(), datetime.now(UTC), dry=dry_run)
    if as_json:
        _print({"dry_run": dry_run, "kinds": [line.as_dict() for line in lines]})
        return
    for line in lines:
        print(
            f"{line.kind:>10}  kept {line.days:>4} days  {line.count:>7} {'over' if dry_run else 'removed'}"
        )


@app.command("rotate-keys")
def rotate_keys(
    new: Annotated[bool, typer.Option("--new", help="First step: add a key; then restart Relais.")] = False,
    drop_old: Annotated[bool, typer.Option("--drop-old", help="Last step: forget the older keys.")] = False,
) -> None:
    """Seal everything with the newest key: `--new`, restart, no option, then `--drop-old` and restart."""
    from bot.privacy import rotation

    settings, database, _ = _opened()
    if (new or drop_old) and settings.secret is not None:
        raise StepFailed(
            "The keys are in RELAIS_SECRET.\n→ Change them there: the new one first, a comma, the old ones."
        )
    file = settings.var / "secret"
    if new:
        rotation.add_key(file)
        print("A new key is in force at the next start.\n→ Restart Relais, then: relais rotate-keys")
        return
    try:
        if drop_old:
            print(f"{rotation.drop_old_keys(database, file)} older keys forgotten.\n→ Restart Relais.")
            return
        _print(rotation.rotate(database).as_dict())
    except rotation.OldKeyNeeded as error:
        raise StepFailed(str(error)) from None


def _person(
    make: Any, conversation: str | None, handover: str | None, channel: str | None, address: str | None
) -> str:
    from bot.gateway.inbox import contact_of
    from bot.privacy.erasure import person_of

    with make() as session:
        if channel and address:
            contact = contact_of(session, channel, address)
            if contact is not None:
                return contact.person_id
        elif conversation or handover:
            try:
                return person_of(session, conversation=conversation, handover=handover)
            except LookupError:
                pass
        else:
            raise StepFailed("Who?\n→ --channel and --address, or --conversation, or --handover.")
    raise StepFailed("Nobody is known there.")


@app.command("my-data")
def my_data(
    conversation: Conversation = None,
    handover: Handover = None,
    channel: Channel = None,
    address: Address = None,
) -> None:
    """Everything kept about one person, as JSON."""
    from bot.privacy.export import export

    _, _, make = _opened()
    person = _person(make, conversation, handover, channel, address)
    with make() as session:
        _print(export(session, person))


@app.command()
def erase(
    conversation: Conversation = None,
    handover: Handover = None,
    channel: Channel = None,
    address: Address = None,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
) -> None:
    """Erase everything of one person, for good; prints the receipt."""
    from bot.privacy import erasure, finishing
    from bot.privacy.tables import Erasure

    settings, _, make = _opened()
    person = _person(make, conversation, handover, channel, address)
    if not yes and not typer.confirm("Everything of this person goes, for good. Erase?"):
        raise typer.Exit(1)
    with make.begin() as session:
        made = erasure.erase(session, person, "coordinator", datetime.now(UTC), settings.engine_timeout)
    finishing.finish(make, settings, datetime.now(UTC))
    with make() as session:
        row = session.get(Erasure, made.number)
        _print((erasure.receipt(session, row) if row is not None else made).as_dict())
    print("The application cleans the engine's store once more within the minute.", file=sys.stderr)


@app.command()
def sbom() -> None:
    """What Relais is made of: a CycloneDX 1.5 list of both environments' packages, as JSON."""
    from bot.operations.materials import bill

    _print(bill())


@app.command("env-example")
def env_example() -> None:
    """The content of `.env.example`: every setting, its meaning, its default."""
    from bot.operations.example import example

    print(example(), end="")
