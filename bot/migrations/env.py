"""Alembic's entry: migrates the connection it is handed, or the database of the settings (`alembic` by hand)."""

from __future__ import annotations

import importlib
import importlib.util
import pkgutil

from alembic import context
from sqlalchemy import Connection

import bot
from bot.database import Base, connect
from bot.settings import Settings

for _room in pkgutil.iter_modules(bot.__path__):
    # Every room declares its tables in a module of its own; a room without any has none to import.
    if _room.ispkg and importlib.util.find_spec(f"bot.{_room.name}.tables"):
        importlib.import_module(f"bot.{_room.name}.tables")


def _run(connection: Connection) -> None:
    context.configure(
        connection=connection,
        target_metadata=Base.metadata,
        render_as_batch=connection.dialect.name == "sqlite",
        compare_type=True,
    )
    with context.begin_transaction():
        context.run_migrations()


_given = context.config.attributes.get("connection")
if _given is not None:
    _run(_given)
else:
    with connect(Settings().url()).begin() as _connection:
        _run(_connection)
