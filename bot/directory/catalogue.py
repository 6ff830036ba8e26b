"""The directory in force for the API and the command line: columns in memory, reloaded when the store changed."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import cached_property

import numpy as np
from sqlalchemy.orm import Session, sessionmaker

from bot.directory import freshness, overlays, store
from bot.directory.communes import Communes, communes
from bot.directory.importer import version
from bot.directory.index import Bools, Index
from bot.directory.structures import Structures
from bot.directory.words import Part, Words


def _today() -> date:
    return datetime.now(UTC).date()


@dataclass
class View:
    """One version of the directory on one day. The parts that read all the text are made when first asked for."""

    version: int
    day: date
    index: Index
    structures: Structures
    places: Communes
    factory: sessionmaker[Session]

    @cached_property
    def words(self) -> Words:
        """The inverted index of names, codes and texts."""
        with self.factory() as session:
            return Words.build(self.index, self._texts(session))

    @cached_property
    def usable(self) -> Bools:
        """False for the services that are over, by their own words or by local knowledge."""
        kept = np.ones(len(self.index), dtype=bool)
        with self.factory() as session:
            local = overlays.in_force(session, self.day)
            for service in store.every(session, "service"):
                at = self.index.position.get(service["id"])
                if at is None:
                    continue
                held = overlays.held_by(local.get(service["id"], ()), self.day) or freshness.held(
                    service, self.day
                )
                kept[at] = held is None or held.form in ("season", "full")
        return kept

    @cached_property
    def best(self) -> Bools:
        """Services of the best structure of each set of twins."""
        best = self.structures.best | {
            id_ for id_ in self.index.structure_ids if id_ not in self.structures.by_id
        }
        return np.array([id_ in best for id_ in self.index.structure_ids], dtype=bool)

    def _texts(self, session: Session) -> Iterator[tuple[str, Mapping[Part, str]]]:
        for service in store.every(session, "service"):
            structure = self.structures.by_id.get(service["structure_id"])
            networks = " ".join(structure.reseaux_porteurs) if structure else ""
            coded = [
                *(service["thematiques"] or ()),
                *(service["publics"] or ()),
                service["publics_precisions"] or "",
            ]
            yield (
                service["id"],
                {
                    "name": f"{service['nom']} {structure.nom if structure else ''}",
                    "coded": " ".join([*coded, networks]).replace("-", " "),
                    "text": service["description"],
                    "publics": " ".join(coded[len(service["thematiques"] or ()) :]).replace("-", " "),
                },
            )


class Catalogue:
    """Keeps the view of the newest version. Safe to share between threads."""

    def __init__(
        self,
        factory: sessionmaker[Session],
        places: Communes | None = None,
        today: Callable[[], date] = _today,
    ) -> None:
        self.factory = factory
        self.places = places or communes()
        self.today = today
        self._view: View | None = None
        self._lock = threading.Lock()

    def view(self, session: Session) -> View:
        """The view in force. While one thread reloads, the others go on with the version before."""
        current, at, day = self._view, version(session), self.today()
        if current is not None and (current.version, current.day) == (at, day):
            return current
        if not self._lock.acquire(blocking=current is None):
            assert current is not None
            return current
        try:
            newest = self._view
            if newest is None or (newest.version, newest.day) != (at, day):
                newest = self._load(session, at, day)
                self._view = newest
            return newest
        finally:
            self._lock.release()

    def _load(self, session: Session, at: int, day: date) -> View:
        index = Index.build(store.columns(session), self.places, day)
        structures = Structures.build(store.structures(session), index)
        return View(at, day, index, structures, self.places, self.factory)
