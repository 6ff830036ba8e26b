"""A throw-away PostgreSQL for tests.

    @pytest.fixture(scope="session")
    def url():
        with cluster() as url:
            yield url

`cluster()` starts a fresh server from the installed Debian packages and gives its SQLAlchemy URL; `missing()`
says in one sentence what to install when there is none, else None; `fresh(url)` makes an empty database in it.
"""

from __future__ import annotations

import uuid

from sqlalchemy import create_engine, text
from sqlalchemy.engine import make_url

from bot.directory.cluster import MissingPostgres, cluster, programs

__all__ = ["cluster", "fresh", "missing"]


def missing() -> str | None:
    try:
        programs()
    except MissingPostgres as error:
        return str(error)
    return None


def fresh(url: str) -> str:
    """The URL of a new, empty database in the same server."""
    name = f"test_{uuid.uuid4().hex[:12]}"
    engine = create_engine(url, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(f'CREATE DATABASE "{name}"'))
    engine.dispose()
    return make_url(url).set(database=name).render_as_string(hide_password=False)
