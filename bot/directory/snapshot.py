"""The directory as the conversation uses it: in memory, for one version, with reach, freshness and local knowledge."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy.orm import Session

from bot.directory import freshness, overlays, store
from bot.directory.communes import Communes, communes
from bot.directory.folding import fold_key
from bot.directory.freshness import Held
from bot.directory.importer import version
from bot.directory.index import SCOPES, Index, expand_themes
from bot.directory.schema import FIELDS
from bot.directory.search import Query, reach_rules, search

Service = Mapping[str, Any]
# Answers of `held` kept at most; a day of a national directory's mobility services is well below.
HELD_KEPT = 50_000


@dataclass(frozen=True)
class Reach:
    """One service in reach of a place.

    `distance_km` is the straight line, `road_km` an estimate by road; both None for a remote service and where
    nothing is known. `remote`: used from home here. `approximate`: the service has no point of its own and
    stands at its commune's. `scope` is the nearness of its zone (`commune`, `epci`, `departement`, `national`,
    `unknown`). `held`: why it cannot be used on that day. `copies`: ids of the near-identical services of
    the same operator folded into this one, which is the nearest.
    """

    service: Service
    distance_km: float | None
    road_km: float | None
    remote: bool
    approximate: bool = False
    scope: str = "unknown"
    age_days: int | None = None
    stale: bool = False
    held: Held | None = None
    copies: tuple[str, ...] = ()


class Snapshot:
    """All services in force at one version of the directory. Immutable: load another when `version` moved on."""

    def __init__(
        self, version: int, services: Mapping[str, Service], index: Index, places: Communes | None = None
    ) -> None:
        self.version = version
        self.services = services
        self.index = index
        self.places = places or communes()
        self._held: dict[tuple[str, date], Held | None] = {}
        self._folds = {id_: fold_key(service) for id_, service in services.items()}

    @classmethod
    def load(cls, session: Session, *, themes: Collection[str] = (), today: date | None = None) -> Snapshot:
        """Read the directory. `themes` (values or categories) loads only the services of these themes."""
        at = version(session)
        wanted = expand_themes(themes)
        today = today or datetime.now(UTC).date()
        local = overlays.in_force(session, today)
        kept = [
            service
            for service in store.every(session, "service")
            if not wanted or not wanted.isdisjoint(service["thematiques"] or ())
        ]
        homes = store.records(session, "structure", sorted({service["structure_id"] for service in kept}))
        services = [
            _with_context(service, homes.get(service["structure_id"]), local.get(service["id"], []))
            for service in kept
        ]
        return cls.of(services, today=today, version=at)

    @classmethod
    def of(
        cls,
        services: Iterable[Service],
        *,
        today: date,
        version: int = 0,
        places: Communes | None = None,
    ) -> Snapshot:
        """A snapshot of given v1 services, without a database; missing fields are null."""
        places = places or communes()
        listed = {service["id"]: service for service in map(_whole, services)}
        rows = []
        for service in listed.values():
            total, count = freshness.score_parts(service)
            rows.append({**service, "score_sum": total, "score_count": count})
        return cls(version, listed, Index.build(rows, places, today), places)

    def reach(
        self,
        commune_code: str | None,
        *,
        point: tuple[float, float] | None = None,
        radius_km: float | None = None,
        themes: Collection[str] = (),
        now: date,
        fold: bool = True,
    ) -> list[Reach]:
        """The services in reach of a commune, or of a point (longitude, latitude): within the radius *and* of an
        eligible zone, remote ones interleaved by usefulness.

        Without commune nor point: every service of the themes, distances unknown. Services that are ended, out
        of season, full or said to be wrong stay in the list with `held` set. `fold` merges the near-identical
        services of one operator. Raises `UnknownCommune` for a code of no official list.
        """
        rules = reach_rules()
        query = Query(
            code_commune=commune_code,
            point=point,
            radius_km=float(rules["radius_km"] if radius_km is None else radius_km),
            thematiques=themes,
        )
        hits = search(self.index, self.places, query)
        factor = float(rules["road_factor"])
        folded: dict[Any, int] = {}
        copies: dict[int, list[str]] = {}
        found: list[tuple[int, float, bool]] = []
        for at, km, remote in zip(
            hits.positions.tolist(), hits.km.tolist(), hits.remote.tolist(), strict=True
        ):
            id_ = self.index.ids[at]
            key = (self._folds[id_], remote)
            if fold and key in folded:
                copies.setdefault(folded[key], []).append(id_)
                continue
            folded[key] = at
            found.append((at, km, remote))
        return [self._reach(at, km, remote, factor, copies.get(at, ()), now) for at, km, remote in found]

    def held(self, service: Service, day: date) -> Held | None:
        """Why a service cannot be used that day: what the local people say, else its dates, fields and text.

        Reading the text is the dearest part of a search and the answer holds for the day: it is kept.
        """
        key = (str(service["id"]), day)
        if key not in self._held:
            if len(self._held) >= HELD_KEPT:
                self._held.clear()
            local = (service.get("extra") or {}).get("local") or []
            self._held[key] = overlays.held_by(local, day) or freshness.held(service, day)
        return self._held[key]

    def _reach(
        self, at: int, km: float, remote: bool, factor: float, copies: Iterable[str], now: date
    ) -> Reach:
        service = self.services[self.index.ids[at]]
        known = not math.isnan(km)
        return Reach(
            service=service,
            distance_km=round(km, 1) if known else None,
            road_km=round(km * factor, 1) if known else None,
            remote=remote,
            approximate=known and not bool(self.index.own_point[at]),
            scope=SCOPES[self.index.scope[at]],
            age_days=freshness.age_days(service["date_maj"], now),
            stale=freshness.is_stale(service, now),
            held=self.held(service, now),
            copies=tuple(copies),
        )


def _whole(service: Service) -> dict[str, Any]:
    return {**dict.fromkeys([*FIELDS["service"], *store.ADDED]), **service}


def _with_context(
    service: dict[str, Any], structure: Service | None, local: list[dict[str, Any]]
) -> dict[str, Any]:
    """The service with, in `extra`, what the conversation also needs: who runs it and what is known locally."""
    extra = dict(service["extra"] or {})
    if structure:
        extra["structure"] = {
            name: structure[name]
            for name in (
                "id",
                "nom",
                "telephone",
                "courriel",
                "site_web",
                "adresse",
                "commune",
                "horaires_accueil",
                "accessibilite_lieu",
                "code_insee",
                "code_postal",
                "reseaux_porteurs",
            )
        }
    if local:
        extra["local"] = local
    return {**service, "extra": extra or None}
