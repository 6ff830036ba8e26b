"""The tamis over the application's directory: built when first asked for, again when the directory changes."""

from __future__ import annotations

import datetime as dt
import threading
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session, sessionmaker

from bot.directory import store
from bot.directory.importer import touch, version
from bot.tamis import tables
from bot.tamis.corrections import Correction, digest
from bot.tamis.criteria import Criterion
from bot.tamis.reader import Reader
from bot.tamis.tamis import Tamis


class UnknownService(LookupError):
    """No service of the directory has this id."""


class ChangedMeanwhile(RuntimeError):
    """Somebody corrected the service, or its source changed, since it was shown."""


class KeptTamis:
    """One tamis for all requests. Safe to share between threads: one builds it while the others wait."""

    def __init__(self, make: sessionmaker[Session], data: Path) -> None:
        self._make = make
        self._data = data
        self._lock = threading.Lock()
        self._reader: Reader | None = None
        self._tamis: Tamis | None = None
        self._version = -1

    def current(self) -> Tamis:
        """The tamis of the directory as it is; only texts that changed since the last time are read again."""
        with self._lock, self._make() as session:
            now = version(session)
            if self._tamis is None or self._version != now:
                self._reader = self._reader or Reader.load(self._data)
                self._tamis = Tamis.over(
                    store.every(session, "service"),
                    self._reader,
                    corrections=tables.corrections(session),
                    before=self._tamis,
                )
                self._version = now
            return self._tamis

    def written(self, service_id: str) -> Mapping[str, Any]:
        """Whose words they are, and of when. Raises `UnknownService`."""
        with self._make() as session:
            service = _service(session, service_id)
            return {name: service.get(name) for name in ("source", "date_maj", "lien_source")}

    def mark(self, service_id: str) -> str:
        """What a correction is made on: the source's fingerprint and how many corrections there were.

        Raises `UnknownService`.
        """
        with self._make() as session:
            return _mark(_service(session, service_id), _made(session, service_id))

    def correct(
        self,
        service_id: str,
        criteria: Sequence[Criterion] | None,
        *,
        mark: str,
        author: str,
        now: dt.datetime,
        needs_professional: bool | None = None,
        comment: str = "",
    ) -> Correction:
        """Keep what a counsellor says a service requires; `criteria` None lets the reading count again.

        Raises `UnknownService`, and `ChangedMeanwhile` when `mark` is no longer that of the service.
        """
        try:
            with self._make.begin() as session:
                service = _service(session, service_id)
                if mark != _mark(service, _made(session, service_id)):
                    raise ChangedMeanwhile(service_id)
                made = tables.correct(
                    session,
                    service_id,
                    author=author,
                    made_at=now,
                    digest=digest(service),
                    criteria=criteria,
                    needs_professional=needs_professional,
                    comment=comment,
                )
                # Every reader of the directory looks again: nobody must be shown what was just corrected.
                touch(session)
                return made
        except IntegrityError as error:
            raise ChangedMeanwhile(service_id) from error


def _service(session: Session, service_id: str) -> Mapping[str, Any]:
    found = store.records(session, "service", [service_id])
    if service_id not in found:
        raise UnknownService(service_id)
    return found[service_id]


def _made(session: Session, service_id: str) -> int:
    return len(tables.corrections(session, [service_id]).get(service_id, ()))


def _mark(service: Mapping[str, Any], made: int) -> str:
    return f"{digest(service)}.{made}"
