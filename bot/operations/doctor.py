"""`relais doctor`: is it well? Every check says what it found and, when it is not well, what to do."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal

import requests
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Engine, create_engine, select, text, type_coerce
from sqlalchemy import LargeBinary as Raw
from sqlalchemy.exc import SQLAlchemyError

from bot.database import connect, sessions
from bot.handover.notify import MailSettings
from bot.migrations import config
from bot.operations.figures import Figures, figures
from bot.operations.secrets import findings
from bot.privacy import retention
from bot.privacy.rotation import sealed_columns
from bot.privacy.settings import KeepSettings
from bot.privacy.tracker import modern
from bot.running import model
from bot.running.parts import numbered, settled
from bot.sealing import SealBroken, Sealer, seal
from bot.settings import Settings

Grade = Literal["ok", "look", "bad"]
LEAST_FREE = 500_000_000
STALE_DIRECTORY = 14 * 86_400
STALE_BACKUP = 2 * 86_400
TIMEOUT = 3.0


@dataclass(frozen=True)
class Check:
    """One thing looked at: `look` is worth a look this week, `bad` keeps people from being served."""

    name: str
    grade: Grade
    said: str
    do: str = ""

    def as_dict(self) -> dict[str, str]:
        """Plain JSON data."""
        return {"name": self.name, "grade": self.grade, "said": self.said, "do": self.do}


def examine(settings: Settings, now: datetime, *, backups: Path | None = None) -> list[Check]:
    """Every check, whatever the others found; `now` is aware."""
    database = connect(settings.url())
    try:
        return list(_all(settings, database, now, backups or settings.var / "backups"))
    finally:
        database.dispose()


def _all(settings: Settings, database: Engine, now: datetime, backups: Path) -> Iterator[Check]:
    yield _secrets(settings)
    yield _address(settings)
    yield _disk(settings)
    yield _model()
    reachable = _database(database)
    yield reachable
    if reachable.grade != "bad":
        yield _key(settings, database)
        with sessions(database)() as session:
            yield from _waiting(figures(session, now))
        yield _kept(settings, database, now)
    yield _tracker(settings)
    for number, port in enumerate(settings.engine_ports(), 1):
        yield _answers(numbered("engine", number), f"http://127.0.0.1:{port}/")
    yield _answers("action server", f"http://127.0.0.1:{settings.actions_port}/health")
    for number, port in enumerate(settled(settings).player_ports(), 1):
        yield _answers(numbered("player", number), f"http://127.0.0.1:{port}/health")
    yield _answers("application", f"http://127.0.0.1:{settings.port}/health")
    yield _mail(MailSettings())
    yield _backup(backups, now)


def _secrets(settings: Settings) -> Check:
    found = findings(settings)
    if found:
        return Check("secrets", "bad", " ".join(found), "Replace them: Relais refuses to start with them.")
    return Check("secrets", "ok", "none that anybody could guess")


def _address(settings: Settings) -> Check:
    if settings.public_url.startswith("https://"):
        return Check("address", "ok", settings.public_url)
    if settings.host == "127.0.0.1":
        return Check(
            "address", "look", "only this machine reaches it", "Set RELAIS_PUBLIC_URL once it is public."
        )
    return Check(
        "address",
        "bad",
        "it listens to others without https",
        "Put Caddy before it and set RELAIS_PUBLIC_URL.",
    )


def _disk(settings: Settings) -> Check:
    folder = settings.var if settings.var.exists() else settings.var.parent
    free = shutil.disk_usage(folder).free
    said = f"{free / 1e9:.1f} GB free for {settings.var.name}"
    if free < LEAST_FREE:
        return Check("disk", "bad", said, "Delete old backups or logs, or enlarge the disk.")
    return Check("disk", "ok", said)


def _model() -> Check:
    if model.path().exists():
        return Check("language model", "ok", model.path().name)
    return Check("language model", "bad", "not trained for today's files", "Run `relais setup`.")


def _database(database: Engine) -> Check:
    kind = database.dialect.name
    try:
        with database.connect() as connection:
            connection.execute(text("select 1"))
            here = MigrationContext.configure(connection).get_current_revision()
    except SQLAlchemyError as error:
        do = "Is its server up? Look at RELAIS_DATABASE_URL."
        return Check("database", "bad", f"{kind} does not answer ({type(error).__name__})", do)
    newest = ScriptDirectory.from_config(config()).get_current_head()
    if here != newest:
        return Check("database", "bad", f"{kind}, form {here or 'none'}, not {newest}", "Run `relais setup`.")
    return Check("database", "ok", f"{kind}, form {here}")


def _key(settings: Settings, database: Engine) -> Check:
    """Whether the key in force opens the last thing that was sealed."""
    seal(database, Sealer.load(settings))
    sealer = Sealer.load(settings)
    with sessions(database)() as session:
        for table, column in sealed_columns():
            (key,) = table.primary_key.columns
            raw = type_coerce(column, Raw)
            value = session.scalar(select(raw).where(column.is_not(None)).order_by(key.desc()).limit(1))
            if value is None:
                continue
            try:
                sealer.open(bytes(value))
            except SealBroken:
                return Check(
                    "key",
                    "bad",
                    f"it does not open {table.name}.{column.name}",
                    "Put back the key of this database: var/secret or RELAIS_SECRET. Nothing can replace it.",
                )
    return Check("key", "ok", "it opens what is sealed")


def _waiting(found: Figures) -> Iterator[Check]:
    late = found.unanswered_age > 120
    yield Check(
        "messages in",
        "bad" if late else "ok",
        f"{found.conversations_day} conversations in a day, {found.unanswered} messages not answered yet"
        + (f", the first for {_span(found.unanswered_age)}" if late else ""),
        "Look at engine and action server below, then at var/relais.log." if late else "",
    )
    if found.dead_day:
        said = f"{found.dead_day} messages of the last day could not be answered and went to a human"
        yield Check("given up", "look", said, "Look for `outcome=` in var/relais.log.")
    slow = found.unsent_age > 600
    yield Check(
        "messages out",
        "bad" if slow else "ok",
        f"{found.unsent} to be sent" + (f", the first for {_span(found.unsent_age)}" if slow else ""),
        "The SMS provider or Telegram does not take them: look at its account." if slow else "",
    )
    queued = sum(found.handovers.get(state, 0) for state in ("queued", "deferred"))
    waits = found.handover_age > 3 * 86_400
    yield Check(
        "handovers",
        "look" if waits else "ok",
        f"{queued} wait" + (f", the first for {_span(found.handover_age)}" if queued else ""),
        "Somebody at the desk should take them." if waits else "",
    )
    if found.erasure_age > 300:
        said = f"{found.erasures_open} not finished, the first for {_span(found.erasure_age)}"
        yield Check(
            "erasures", "bad", said, "The engine's store does not answer: look at RELAIS_TRACKER_URL."
        )
    else:
        yield Check("erasures", "ok", f"{found.erasures_open} under way")
    age = found.directory_age
    if age is None or not found.services:
        yield Check("directory", "bad", "empty", "Run `relais setup`, then `relais directory sync`.")
    elif age > STALE_DIRECTORY:
        said = f"{found.services} services, loaded {_span(age)} ago"
        yield Check("directory", "look", said, "Run `relais directory sync`, or import the weekly file.")
    else:
        yield Check("directory", "ok", f"{found.services} services, loaded {_span(age)} ago")


def _kept(settings: Settings, database: Engine, now: datetime) -> Check:
    lines = retention.run(sessions(database), settings, KeepSettings(), now, dry=True)
    # A round is due every night: a day's worth may be waiting, a week's may not.
    over = {line.kind: line.count for line in lines if line.count and line.kind in ("people", "handovers")}
    if sum(over.values()) > 50:
        said = ", ".join(f"{count} {kind}" for kind, count in over.items()) + " over their time"
        return Check("retention", "look", said, "Run `relais retention`; the application does it each night.")
    return Check("retention", "ok", "nothing kept for too long")


def _tracker(settings: Settings) -> Check:
    try:
        engine = create_engine(modern(settings.tracker()))
        with engine.connect() as connection:
            connection.execute(text("select 1"))
        engine.dispose()
    except SQLAlchemyError as error:
        return Check("engine's store", "bad", type(error).__name__, "Look at RELAIS_TRACKER_URL.")
    return Check("engine's store", "ok", "answers")


def _answers(name: str, url: str) -> Check:
    session = requests.Session()
    session.trust_env = False
    try:
        status = session.get(url, timeout=TIMEOUT).status_code
    except requests.RequestException:
        return Check(
            name, "bad", "does not answer", "Is Relais up? `relais up --detach`; then var/relais.log."
        )
    if status != requests.codes.ok:
        return Check(name, "bad", f"answers {status}", "Look at var/relais.log.")
    return Check(name, "ok", "answers")


def _mail(mail: MailSettings) -> Check:
    if mail.host:
        return Check("e-mail", "ok", "notices go out by " + mail.host)
    return Check(
        "e-mail", "look", "not configured", "Without RELAIS_SMTP_HOST nobody is told that somebody waits."
    )


def _backup(folder: Path, now: datetime) -> Check:
    copies = sorted(folder.glob("relais-*.tar.gz"), key=lambda file: file.stat().st_mtime)
    if not copies:
        return Check("backup", "look", "none here", "Run `relais backup` each night (docs/operations.md).")
    age = (now - datetime.fromtimestamp(copies[-1].stat().st_mtime, UTC)).total_seconds()
    said = f"the last is {_span(age)} old"
    if age > STALE_BACKUP:
        return Check("backup", "look", said, "Is the nightly `relais backup` still run?")
    return Check("backup", "ok", said)


def _span(seconds: float) -> str:
    for unit, length in (("days", 86_400), ("hours", 3_600), ("minutes", 60)):
        if seconds >= 2 * length:
            return f"{seconds / length:.0f} {unit}"
    return f"{seconds:.0f} seconds"


def report(checks: list[Check]) -> str:
    """The checks one a line, what to do under those that ask for it."""
    marks = {"ok": "ok  ", "look": "look", "bad": "BAD "}
    width = max(len(check.name) for check in checks)
    lines = []
    for check in checks:
        lines.append(f"{marks[check.grade]}  {check.name:<{width}}  {check.said}")
        if check.do:
            lines.append(f"      {'':<{width}}  → {check.do}")
    bad = [check.name for check in checks if check.grade == "bad"]
    lines += ["", f"Not well: {', '.join(bad)}." if bad else "It is well."]
    return "\n".join(lines)
