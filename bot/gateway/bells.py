"""Bells between processes on PostgreSQL: who stored something rings for the process that goes on with it.

A bell rings with the transaction that has something to tell, or not at all. It saves a wait and no more: what nobody
heard (a connection lost, a process just started) is found by everybody's next look into the database.
"""

from __future__ import annotations

import logging
import os
import threading
import uuid
from collections.abc import Callable, Sequence
from contextlib import suppress

import psycopg
from psycopg import sql
from sqlalchemy import Engine as Database
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

ARRIVED, SAID, FORGET = "arrived", "said", "forget"
# Each kind has a channel of its own: who has no use for it does not even wake.
KINDS = (ARRIVED, SAID, FORGET)
# Between two looks at whether to stop; before a lost connection is opened again (seconds).
LISTEN_FOR = 1.0
AGAIN = 1.0
NOTIFY = text("select pg_notify(:channel, :words)")
Heard = Callable[[str, str], None]
log = logging.getLogger(__name__)


class _Self:
    """The name by which a process knows its own bells: it has heard those already."""

    name = uuid.uuid4().hex

    @classmethod
    def renew(cls) -> None:
        cls.name = uuid.uuid4().hex


os.register_at_fork(after_in_child=_Self.renew)


def ring(session: Session, kind: str, conversation_id: str) -> None:
    """Ring in the other processes when this transaction is committed. On SQLite there are none."""
    if are_hung(session):
        session.connection().execute(NOTIFY, {"channel": channel(kind), "words": words(conversation_id)})


def are_hung(session: Session) -> bool:
    """Whether there are bells between processes."""
    return session.get_bind().dialect.name == "postgresql"


def channel(kind: str) -> str:
    """The channel of PostgreSQL that bells of a kind ring on."""
    return f"relais_{kind}"


def words(conversation_id: str) -> str:
    """What a bell of this process says."""
    return f"{_Self.name} {conversation_id}"


class Bells:
    """Hears what other processes ring; a thread with a connection of its own. On SQLite it does nothing."""

    def __init__(self, database: Database, heard: Heard, kinds: Sequence[str] = KINDS) -> None:
        """`heard(kind, conversation id)` is called for each bell of these kinds of another process."""
        self._database = database
        self._kinds = {channel(kind): kind for kind in kinds}
        self._heard = heard
        self._name = _Self.name
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="bells", daemon=True)

    def start(self) -> None:
        """Begin to listen."""
        if self._database.dialect.name == "postgresql":
            self._thread.start()

    def stop(self) -> None:
        """Listen no more."""
        self._stopping.set()
        if self._thread.is_alive():
            self._thread.join()

    def _run(self) -> None:
        while not self._stopping.is_set():
            try:
                self._listen()
            except (SQLAlchemyError, psycopg.Error) as error:  # the database is away; looks go on without us
                log.warning("bells: %s", type(error).__name__)
                self._stopping.wait(AGAIN)

    def _listen(self) -> None:
        fairy = self._database.raw_connection()
        connection = fairy.driver_connection
        assert isinstance(connection, psycopg.Connection)
        # It is not given back: a connection that listens is of no use to others.
        fairy.detach()
        try:
            connection.autocommit = True
            for one in self._kinds:
                connection.execute(sql.SQL("listen {}").format(sql.Identifier(one)))
            while not self._stopping.is_set():
                for notice in connection.notifies(timeout=LISTEN_FOR):
                    self._take(self._kinds[notice.channel], notice.payload)
                    if self._stopping.is_set():
                        return
        finally:
            with suppress(psycopg.Error):
                connection.close()

    def _take(self, kind: str, words: str) -> None:
        name, conversation_id = words.split(" ", 1)
        if name == self._name:
            return
        try:
            self._heard(kind, conversation_id)
        except Exception as error:  # one listener that fails must not silence the others
            log.error("bell: %s", type(error).__name__)
