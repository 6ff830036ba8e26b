"""A throw-away PostgreSQL server for benchmarks and tests, from the programs the system has installed."""

from __future__ import annotations

import os
import pwd
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import create_engine, text

_ROOTS = (Path("/usr/lib/postgresql"), Path("/usr/local/pgsql"), Path("/opt/homebrew/opt"))


class MissingPostgres(RuntimeError):
    """No PostgreSQL server program is installed; the message says what to install."""


def programs() -> Path:
    """The folder of `initdb` and `pg_ctl`. Raises `MissingPostgres`."""
    found = shutil.which("initdb")
    if found:
        return Path(found).resolve().parent
    for root in _ROOTS:
        for candidate in sorted(root.glob("*/bin/initdb"), reverse=True):
            return candidate.parent
    raise MissingPostgres(
        "PostgreSQL is not installed: apt-get install postgresql (postgresql-postgis for PostGIS)"
    )


@contextmanager
def cluster(settings: tuple[str, ...] = ()) -> Iterator[str]:
    """A fresh server on a free loopback port, gone with its data at the end; gives its SQLAlchemy URL.

    Runs as the user `postgres` when we are root, which PostgreSQL refuses to run as. `settings` are more
    `name=value` options. Raises `MissingPostgres`, or `CalledProcessError` when the server does not start.
    """
    bin_ = programs()
    user = "postgres" if os.geteuid() == 0 else None
    with tempfile.TemporaryDirectory(prefix="relais-postgres-", ignore_cleanup_errors=True) as folder:
        home = Path(folder)
        if user:
            account = pwd.getpwnam(user)
            os.chown(home, account.pw_uid, account.pw_gid)
        data, port = home / "data", _free_port()

        def run(*command: str) -> None:
            subprocess.run(
                command,
                user=user,
                group=user,
                extra_groups=[] if user else None,
                cwd=home,
                check=True,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.PIPE,
                env={"PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8"},
            )

        # Nothing here must outlive a power cut: without syncing, tests and loading go several times faster.
        options = [f"port={port}", "listen_addresses=127.0.0.1", f"unix_socket_directories={home}", "fsync=off",
                   "synchronous_commit=off", "full_page_writes=off", *settings]  # fmt: skip
        run(str(bin_ / "initdb"), "-D", str(data), "-U", "relais", "-A", "trust", "-E", "UTF8", "--no-sync")
        ctl = (str(bin_ / "pg_ctl"), "-D", str(data), "-w", "-t", "60")
        run(*ctl, "-l", str(home / "log"), "-o", " ".join(f"-c {option}" for option in options), "start")
        try:
            run(str(bin_ / "createdb"), "-h", "127.0.0.1", "-p", str(port), "-U", "relais", "relais")
            yield f"postgresql+psycopg://relais@127.0.0.1:{port}/relais"
        finally:
            run(*ctl, "-m", "immediate", "stop")


def restart(url: str) -> None:
    """As after a power cut of the server's process: every connection breaks, every open transaction is gone.

    `url` is one `cluster` gave. Returns when the server answers again.
    """
    engine = create_engine(url)
    with engine.connect() as connection:
        data = str(connection.scalar(text("SHOW data_directory")))
    engine.dispose()
    # The options the cluster was started with are kept beside the data.
    command = [str(programs() / "pg_ctl"), "-D", data, "-w", "-m", "immediate"]
    subprocess.run(
        [*command, "-l", str(Path(data).parent / "log"), "restart"],
        user="postgres" if os.geteuid() == 0 else None,
        check=True,
        cwd="/",
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
