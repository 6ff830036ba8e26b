"""What the API's endpoints answer, on plain values: searches and listings over a view, without HTTP."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace

import numpy as np

from bot.directory.catalogue import View
from bot.directory.communes import Communes
from bot.directory.distance import geodesic_km
from bot.directory.index import Bools
from bot.directory.parameters import DEPARTEMENT_OF_SLUG, REGION_OF_SLUG
from bot.directory.search import Query, search


@dataclass(frozen=True)
class Territory:
    """Where the addresses looked for are: codes of a region, a département or a commune, all of them at once."""

    regions: frozenset[str] = frozenset()
    departements: frozenset[str] = frozenset()
    commune: str | None = None

    @classmethod
    def of(
        cls,
        code_region: str | None = None,
        slug_region: str | None = None,
        code_departement: str | None = None,
        slug_departement: str | None = None,
        code_commune: str | None = None,
    ) -> Territory:
        """From the API's parameters."""
        regions = {code_region, REGION_OF_SLUG[slug_region] if slug_region else None} - {None}
        departements = {
            code_departement,
            DEPARTEMENT_OF_SLUG[slug_departement] if slug_departement else None,
        } - {None}
        return cls(frozenset(map(str, regions)), frozenset(map(str, departements)), code_commune)

    def __bool__(self) -> bool:
        return bool(self.regions or self.departements or self.commune)

    def holds(self, code_insee: str | None, places: Communes) -> bool:
        """Whether an address of this commune is in the territory; old communes count with the current one."""
        if not code_insee:
            return False
        commune = places.get(code_insee)
        departement = commune.departement if commune else code_insee[: 3 if code_insee > "96" else 2]
        region = commune.region if commune else places.departements.get(departement, "")
        if self.regions - {region} or self.departements - {departement}:
            return False
        if self.commune is None:
            return True
        asked = places.get(self.commune)
        same = {self.commune} | ({asked.head} if asked else set()) | set(places.parts.get(self.commune, ()))
        return code_insee in same

    def touches(self, zone: str, places: Communes) -> bool:
        """Whether a zone of eligibility lies at least partly in the territory; the country lies in all of them."""
        if self.commune is not None:
            known = places.get(self.commune)
            if known is None or zone not in places.zones(known.code):
                return False
        departements = places.zone_departements(zone)
        if not departements:
            return zone in ("france", "99100")
        regions = {places.departements.get(code, "") for code in departements}
        return self.regions <= regions and self.departements <= departements


def services_in(view: View, territory: Territory) -> Bools:
    """Services whose address is in the territory, and those without an address whose stated zone touches it."""
    index, places = view.index, view.places
    addresses = {code: territory.holds(code, places) for code in set(index.insee)}
    found = np.array([addresses[code] for code in index.insee], dtype=bool)
    nowhere = np.array([code is None for code in index.insee], dtype=bool) & np.isnan(index.lat)
    national = [zone for zone in ("france", "99100") if territory.touches(zone, places)]
    if national:
        found |= nowhere & index.national & (index.scope == 3)
    for zone, at in index.zones.items():
        if territory.touches(zone, places):
            found[at[nowhere[at]]] = True
    return found


def list_services(
    view: View, query: Query, territory: Territory, recherche_public: str | None, page: int, size: int
) -> tuple[list[str], int]:
    """One page of ids of `/services`, by id, and the total. The query's place is not used."""
    masks = [services_in(view, territory)] if territory else []
    hits = search(view.index, view.places, replace(query, among=_all(view, masks, recherche_public)))
    start = (page - 1) * size
    return [str(view.index.ids[at]) for at in hits.positions[start : start + size]], len(hits)


def search_services(
    view: View, query: Query, recherche_public: str | None, exclure_doublons: bool, page: int, size: int
) -> tuple[list[tuple[str, int | None]], int]:
    """One page of (id, whole kilometres) of `/search/services`, and the total. Raises `UnknownCommune`."""
    masks = [view.usable]
    if exclure_doublons:
        masks.append(view.best)
    hits = search(view.index, view.places, replace(query, among=_all(view, masks, recherche_public)))
    start = (page - 1) * size
    positions, kms = hits.positions[start : start + size], hits.km[start : start + size]
    return [(str(view.index.ids[at]), _whole(km)) for at, km in zip(positions, kms, strict=True)], len(hits)


def search_words(
    view: View,
    query: Query,
    q: str | None,
    territory: Territory,
    page: int,
    size: int,
) -> tuple[list[tuple[str, int | None, float | None]], int]:
    """One page of (id, kilometres, rank) of `/search`, the beta search by words, and the total.

    With a point, only what lies within the radius, and nearness counts for half of the order.
    """
    index = view.index
    masks: list[Bools] = [view.usable]
    if territory:
        masks.append(services_in(view, territory))
    ranks = view.words.ranks(q) if q else None
    if ranks is not None:
        masks.append(ranks > 0)
    km = np.full(len(index), np.nan)
    if query.point:
        km = geodesic_km(*query.point, index.lon, index.lat)
        masks.append(km <= query.radius_km)
    hits = search(index, view.places, replace(query, point=None, among=_all(view, masks, None)))
    at = hits.positions
    rank = np.round(ranks[at], 2) if ranks is not None else np.zeros(len(at))
    if query.point:
        rank = np.round(0.5 * rank + 0.5 * (1 - km[at] / query.radius_km), 2)
    order = np.lexsort((index.id_rank[at], -index.score[at], -rank))
    chosen = order[(page - 1) * size : page * size]
    scored = ranks is not None or query.point is not None
    return [
        (str(index.ids[at[row]]), _whole(km[at[row]]), float(rank[row]) if scored else None) for row in chosen
    ], len(at)


def list_structures(
    view: View,
    sources: Collection[str],
    reseaux: Collection[str],
    territory: Territory,
    exclure_doublons: bool,
    page: int,
    size: int,
) -> tuple[list[str], int]:
    """One page of ids of `/structures`, by id, and the total."""
    found = [
        line.id
        for line in view.structures.lines
        if (not sources or line.source in sources)
        and (not reseaux or not line.reseaux_porteurs.isdisjoint(reseaux))
        and (not territory or territory.holds(line.code_insee, view.places))
        and (not exclure_doublons or line.id in view.structures.best)
    ]
    return found[(page - 1) * size : page * size], len(found)


def _all(view: View, masks: list[Bools], recherche_public: str | None) -> Bools | None:
    if recherche_public:
        matching = view.words.matching(recherche_public, "publics")
        if matching is not None:
            masks = [*masks, matching]
    return np.logical_and.reduce(masks) if masks else None


def _whole(km: float) -> int | None:
    return None if np.isnan(km) else int(np.rint(km))
