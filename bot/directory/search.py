"""Searching the columns: filters, reach, order. Gives positions and distances; reads no text and no database."""

from __future__ import annotations

import functools
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bot.directory.communes import NATIONAL, Communes
from bot.directory.distance import NEAR_KM, Floats, box, geodesic_km, near_km
from bot.directory.index import (
    ALL_PUBLICS,
    FRAIS,
    ON_SITE,
    REMOTE,
    TYPES,
    Bools,
    Index,
    expand_themes,
    public_bits,
    theme_bits,
)
from bot.settings import ROOT
from bot.yaml_text import yaml_loads

PATH = ROOT / "data" / "directory" / "reach.yml"

Positions = NDArray[np.intp]
_CENTIMETRE = 1e-5
_NOWHERE = 1 << 20  # more kilometres than the globe has: those at an unknown distance come last


class UnknownCommune(LookupError):
    """A commune code that is in no official list."""


@functools.cache
def reach_rules() -> Mapping[str, Any]:
    """Radius, road factor and interleaving, from `data/directory/reach.yml`."""
    loaded: Mapping[str, Any] = yaml_loads(PATH.read_text(encoding="utf-8"))
    return loaded


@dataclass(frozen=True)
class Query:
    """What is looked for. Empty collections and None restrict nothing.

    `code_commune` sets the zones and, without `point` (longitude, latitude), the place. `among` and `without`
    are masks over the index's positions (words found, services held back). `strict` gives exactly the results
    of data.inclusion's own search, traps included: it exists for comparison.
    """

    code_commune: str | None = None
    point: tuple[float, float] | None = None
    radius_km: float = field(default_factory=lambda: float(reach_rules()["radius_km"]))
    thematiques: Collection[str] = ()
    publics: Collection[str] = ()
    frais: Collection[str] = ()
    modes_accueil: Collection[str] = ()
    types: Collection[str] = ()
    sources: Collection[str] = ()
    score_minimum: float | None = None
    max_age_days: int | None = None
    among: Bools | None = None
    strict: bool = False


@dataclass(frozen=True)
class Hits:
    """Positions in order, with kilometres (NaN: at a distance, or not known) and whether each is remote there."""

    positions: Positions
    km: Floats
    remote: Bools

    def __len__(self) -> int:
        return len(self.positions)


def search(index: Index, places: Communes, query: Query) -> Hits:
    """The services that answer the query, all of them, in order.

    With a place: on-site services within the radius and remote services, all of an eligible zone. Without one:
    everything that passes the filters, by id. Raises `UnknownCommune`.
    """
    commune = places.get(query.code_commune)
    if query.code_commune and commune is None:
        raise UnknownCommune(query.code_commune)
    point = query.point if query.point and not (query.strict and commune is None) else None
    if commune is None and point is None:
        themed = _themed(index.themes, query)
        kept = _filter(
            index, np.arange(len(index), dtype=np.intp) if themed is None else np.flatnonzero(themed), query
        )
        kept = kept[np.argsort(index.id_rank[kept], kind="stable")]
        return Hits(kept, np.full(len(kept), np.nan), (index.modes[kept] & REMOTE) > 0)
    eligible: Bools | None = None
    if commune is not None:
        codes = places.zones(commune.code)
        if query.strict:
            codes = frozenset({commune.code, commune.departement, commune.epci or "", *NATIONAL})
        eligible = index.eligible(codes)
    centre = point or (commune.point if commune else None)
    near, km = _near(index, centre, commune.code if commune else None, eligible, query)
    if eligible is not None and not query.strict:
        somewhere = _somewhere(index, eligible, query)
        somewhere = _without(index, somewhere, near)
        near = np.concatenate([near, somewhere])
        km = np.concatenate([km, np.full(len(somewhere), np.nan)])
    themed = _themed(index.remote_themes, query)
    far = _filter(index, index.remote if themed is None else index.remote[themed], query, eligible)
    if not query.strict:
        return _interleaved(index, near, km, far)
    return _as_peer(index, near, km, far)


def _near(
    index: Index,
    centre: tuple[float, float] | None,
    code: str | None,
    eligible: Bools | None,
    query: Query,
) -> tuple[Positions, Floats]:
    """Services within the radius that may be met on site, with their kilometres."""
    if centre is None:
        # A commune whose centre nobody published: what stands in that very commune, at an unknown distance.
        same = np.flatnonzero((index.insee == code) & (index.modes != REMOTE))
        themed = _themed(tuple(column[same] for column in index.themes), query)
        same = same if themed is None else same[themed]
        found = _filter(index, same, query, eligible)
        return found, np.full(len(found), np.nan)
    lon, lat = centre
    west, south, east, north = box(lon, lat, query.radius_km)
    placed = index.lat[: index.placed]
    first, last = np.searchsorted(placed, south), np.searchsorted(placed, north, side="right")
    keep = (index.lon[first:last] >= west) & (index.lon[first:last] <= east)
    if query.strict:
        keep &= index.own_point[first:last]
    else:
        keep &= index.modes[first:last] != REMOTE
    themed = _themed(tuple(column[first:last] for column in index.themes), query)
    if themed is not None:
        keep &= themed
    found = _filter(index, np.flatnonzero(keep) + first, query, eligible)
    km = _kilometres(index, lon, lat, found, query.radius_km)
    inside = km <= query.radius_km
    return found[inside], km[inside]


def _kilometres(index: Index, lon: float, lat: float, at: Positions, radius_km: float) -> Floats:
    """How far these services are. The quick way where it is right to a centimetre; where a centimetre would round
    to another kilometre, or leave the radius, the exact way."""
    if radius_km > NEAR_KM:
        return geodesic_km(lon, lat, index.lon[at], index.lat[at])
    x, y, z = index.points
    km = near_km(lon, lat, (x[at], y[at], z[at]))
    close = np.flatnonzero(
        (np.abs(km - np.floor(km) - 0.5) < _CENTIMETRE) | (np.abs(km - radius_km) < _CENTIMETRE)
    )
    if len(close):
        km[close] = geodesic_km(lon, lat, index.lon[at[close]], index.lat[at[close]])
    return km


def _somewhere(index: Index, eligible: Bools, query: Query) -> Positions:
    """On-site services that say no place at all, but whose own zone, smaller than the country, covers the person.

    A bus network or a local aid stands nowhere in particular; its distance is not known, it is not out of reach.
    """
    at = np.arange(index.placed, len(index), dtype=np.intp)
    at = at[(index.modes[at] != REMOTE) & ~index.national[at]]
    themed = _themed(tuple(column[at] for column in index.themes), query)
    return _filter(index, at if themed is None else at[themed], query, eligible)


def _themed(columns: tuple[NDArray[np.uint64], ...], query: Query) -> Bools | None:
    """Which of these columns' services have one of the themes asked for; None when none is asked for.

    Done first and on whole columns: it leaves few services for the other filters to pick one by one.
    """
    if not query.thematiques:
        return None
    found: Bools | None = None
    for column, bits in zip(columns, theme_bits(expand_themes(query.thematiques)), strict=True):
        if bits:
            some = (column & bits) != 0
            found = some if found is None else found | some
    return np.zeros(len(columns[0]), dtype=bool) if found is None else found


def _filter(index: Index, at: Positions, query: Query, eligible: Bools | None = None) -> Positions:
    if eligible is not None:
        at = at[eligible[at]]
    if query.publics and ALL_PUBLICS not in query.publics:
        asked = np.uint32(public_bits([*query.publics, ALL_PUBLICS]))
        publics = index.publics[at]
        at = at[((publics & asked) != 0) | (False if query.strict else publics == 0)]
    if query.frais:
        at = at[np.isin(index.frais[at], [FRAIS.index(code) for code in query.frais if code in FRAIS])]
    if query.types:
        at = at[np.isin(index.types[at], [TYPES.index(code) for code in query.types if code in TYPES])]
    if query.modes_accueil:
        bits_of = {"a-distance": REMOTE, "en-presentiel": ON_SITE}
        at = at[(index.modes[at] & sum(bits_of.get(code, 0) for code in set(query.modes_accueil))) != 0]
    if query.sources:
        at = at[np.isin(index.sources[at].astype(str), sorted(query.sources))]
    if query.score_minimum is not None:
        at = at[index.score[at] >= query.score_minimum]
    if query.max_age_days is not None:
        at = at[index.age_days[at] <= query.max_age_days]
    if query.among is not None:
        at = at[query.among[at]]
    return at


def _without(index: Index, far: Positions, near: Positions) -> Positions:
    taken = np.zeros(len(index), dtype=bool)
    taken[near] = True
    return far[~taken[far]]


def _as_peer(index: Index, near: Positions, km: Floats, far: Positions) -> Hits:
    # Kilometres only where it can be met on site, rounded half to even; unknown ones last; then ids by bytes.
    km = np.where(index.modes[near] & ON_SITE, np.rint(km), np.nan)
    far = _without(index, far, near)
    positions = np.concatenate([near, far])
    kms = np.concatenate([km, np.full(len(far), np.nan)])
    order = _nearest_first(index, positions, kms)
    positions = positions[order]
    return Hits(positions, kms[order], (index.modes[positions] & REMOTE) > 0)


def _nearest_first(index: Index, at: Positions, km: Floats) -> Positions:
    """By whole kilometre, those unknown last, then by id: one number to sort by instead of two."""
    whole = np.where(np.isnan(km), _NOWHERE, np.rint(km)).astype(np.int64)
    return np.argsort((whole << 32) | index.id_rank[at])


def _interleaved(index: Index, near: Positions, km: Floats, far: Positions) -> Hits:
    """On-site services by distance, remote ones by usefulness, taken in turn so that neither waits for the other.

    A remote service is the more useful the closer its zone is to the person, then the better it is described:
    the order of `index.remote`, which `far` keeps.
    """
    order = _nearest_first(index, near, km)
    near, km = near[order], km[order]
    far = _without(index, far, near)
    turn = reach_rules()["interleave"]
    on_site, remote = int(turn["on_site"]), int(turn["remote"])
    steps_near, steps_far = np.arange(len(near)), np.arange(len(far))
    keys_near = steps_near // on_site * (on_site + remote) + steps_near % on_site
    keys_far = steps_far // remote * (on_site + remote) + on_site + steps_far % remote
    order = np.argsort(np.concatenate([keys_near, keys_far]), kind="stable")
    return Hits(
        np.concatenate([near, far])[order],
        np.concatenate([km, np.full(len(far), np.nan)])[order],
        np.concatenate([np.zeros(len(near), dtype=bool), np.ones(len(far), dtype=bool)])[order],
    )
