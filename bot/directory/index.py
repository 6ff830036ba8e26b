"""The directory as columns in memory: what a search filters and sorts on, without a word of text."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bot.directory.communes import NATIONAL, Communes
from bot.directory.distance import chords
from bot.directory.freshness import rules
from bot.directory.schema import CODES

Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]

THEMES, PUBLICS = CODES["thematiques"], CODES["publics"]
FRAIS, TYPES = CODES["frais"], CODES["type"]
REMOTE, ON_SITE = 1, 2
ALL_PUBLICS = "tous-publics"
# How near a zone is to the person, from the narrowest to the one that is not said.
SCOPES = ("commune", "epci", "departement", "national", "unknown")
_THEME_BIT = {code: number for number, code in enumerate(THEMES)}
_PUBLIC_BIT = {code: 1 << number for number, code in enumerate(PUBLICS)}
_MODE_BIT = {"a-distance": REMOTE, "en-presentiel": ON_SITE}
_WORDS = -(-len(THEMES) // 64)


@dataclass(frozen=True)
class Index:
    """Columns of all services in force, sorted by latitude; those without any place come last.

    A position in the columns is not an identity: `ids` gives the service's. `themes` holds bits, 64 themes to a
    column; `publics` and `modes` are bits too, 0 where unknown; `frais` and `types` are -1 there. `lon`/`lat` are
    the service's own point, else its commune's (`own_point` tells), else NaN; `points` are the same as `chords`.
    `remote` holds the positions of the services used from home, the most useful first: the nearer the zone, then the
    better described.
    """

    ids: NDArray[np.object_]
    structure_ids: NDArray[np.object_]
    id_rank: Ints
    position: Mapping[str, int]
    lon: NDArray[np.float64]
    lat: NDArray[np.float64]
    points: tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]
    placed: int
    own_point: Bools
    insee: NDArray[np.object_]
    themes: tuple[NDArray[np.uint64], ...]
    publics: NDArray[np.uint32]
    modes: NDArray[np.uint8]
    frais: NDArray[np.int8]
    types: NDArray[np.int8]
    sources: NDArray[np.object_]
    national: Bools
    scope: NDArray[np.int8]
    zones: Mapping[str, NDArray[np.intp]]
    score: NDArray[np.float64]
    age_days: NDArray[np.float64]
    remote: NDArray[np.intp]
    remote_themes: tuple[NDArray[np.uint64], ...]

    @classmethod
    def build(cls, services: Iterable[Mapping[str, Any]], places: Communes, today: date) -> Index:
        """The columns of these services; `score` is the published quality score on this day.

        Each mapping needs the schema's codes and coordinates, `score_sum`, `score_count` and `date_maj`
        (a date or an ISO string).
        """
        listed = list(services)
        count = len(listed)
        lon, lat = np.full(count, np.nan), np.full(count, np.nan)
        own = np.zeros(count, dtype=bool)
        themes = np.zeros((_WORDS, count), dtype=np.uint64)
        publics = np.zeros(count, dtype=np.uint32)
        modes = np.zeros(count, dtype=np.uint8)
        frais, types = np.full(count, -1, dtype=np.int8), np.full(count, -1, dtype=np.int8)
        national = np.zeros(count, dtype=bool)
        scope = np.full(count, SCOPES.index("unknown"), dtype=np.int8)
        fixed, parts, ages = np.zeros(count), np.zeros(count), np.zeros(count)
        dated = np.ones(count, dtype=bool)
        undated = frozenset(rules()["score"]["undated_sources"])
        zones: dict[str, list[int]] = {}
        for at, service in enumerate(listed):
            own[at] = service["longitude"] is not None and service["latitude"] is not None
            point = (
                (service["longitude"], service["latitude"])
                if own[at]
                else places.point(service["code_insee"])
            )
            if point is not None:
                lon[at], lat[at] = point
            for code in service["thematiques"] or ():
                bit = _THEME_BIT.get(code)
                if bit is not None:
                    themes[bit // 64, at] |= np.uint64(1 << (bit % 64))
            publics[at] = sum(_PUBLIC_BIT.get(code, 0) for code in service["publics"] or ())
            modes[at] = sum(_MODE_BIT.get(code, 0) for code in service["modes_accueil"] or ())
            frais[at] = FRAIS.index(service["frais"]) if service["frais"] in FRAIS else -1
            types[at] = TYPES.index(service["type"]) if service["type"] in TYPES else -1
            zone = service["zone_eligibilite"]
            national[at] = zone is None or any(code in NATIONAL for code in zone)
            if zone is not None:
                scope[at] = min(_scope(code) for code in zone)
                for code in zone:
                    if code not in NATIONAL:
                        zones.setdefault(code, []).append(at)
            fixed[at], parts[at] = service["score_sum"], service["score_count"]
            changed = service["date_maj"]
            changed = date.fromisoformat(changed[:10]) if isinstance(changed, str) else changed
            ages[at] = (today - changed).days
            dated[at] = service["source"] not in undated
        order = np.argsort(lat, kind="stable")  # NaN sorts last
        place_of = np.empty(count, dtype=np.intp)
        place_of[order] = np.arange(count)
        ids = _objects([service["id"] for service in listed])[order]
        rank = np.empty(count, dtype=np.int64)
        rank[np.array(sorted(range(count), key=lambda at: str(ids[at]).encode()), dtype=np.intp)] = np.arange(
            count
        )
        kept, scopes = modes[order], scope[order]
        score = _scores(fixed, parts, np.where(dated, ages, np.nan))[order]
        remote = np.flatnonzero(kept & REMOTE)
        remote = remote[np.lexsort((rank[remote], -score[remote], scopes[remote]))]
        return cls(
            ids=ids,
            structure_ids=_objects([service["structure_id"] for service in listed])[order],
            id_rank=rank,
            position={id_: at for at, id_ in enumerate(ids)},
            lon=lon[order],
            lat=lat[order],
            points=chords(lon[order], lat[order]),
            placed=int(count - np.isnan(lat).sum()),
            own_point=own[order],
            insee=_objects([service["code_insee"] for service in listed])[order],
            themes=tuple(np.ascontiguousarray(column[order]) for column in themes),
            publics=publics[order],
            modes=kept,
            frais=frais[order],
            types=types[order],
            sources=_objects([service["source"] for service in listed])[order],
            national=national[order],
            scope=scopes,
            zones={code: np.sort(place_of[np.array(found, dtype=np.intp)]) for code, found in zones.items()},
            score=score,
            age_days=ages[order],
            remote=remote,
            remote_themes=tuple(np.ascontiguousarray(column[order][remote]) for column in themes),
        )

    def __len__(self) -> int:
        return len(self.ids)

    def eligible(self, codes: Iterable[str]) -> Bools:
        """Which services a person whose zones are these may use; a zone that is not said restricts nothing."""
        found = self.national.copy()
        for code in codes:
            at = self.zones.get(code)
            if at is not None:
                found[at] = True
        return found


def expand_themes(themes: Iterable[str]) -> frozenset[str]:
    """Theme values for values and categories given together; codes the schema does not know stay as they are."""
    expanded: set[str] = set()
    for code in themes:
        expanded.update(
            [code] if "--" in code else [theme for theme in THEMES if theme.startswith(f"{code}--")]
        )
    return frozenset(expanded)


def theme_bits(themes: Iterable[str]) -> NDArray[np.uint64]:
    """One row of bits for these theme values (not categories)."""
    bits = np.zeros(_WORDS, dtype=np.uint64)
    for code in themes:
        if (bit := _THEME_BIT.get(code)) is not None:
            bits[bit // 64] |= np.uint64(1 << (bit % 64))
    return bits


def public_bits(publics: Iterable[str]) -> int:
    """The bits of these publics."""
    return sum(_PUBLIC_BIT.get(code, 0) for code in set(publics))


def _scope(code: str) -> int:
    if code in NATIONAL:
        return SCOPES.index("national")
    if len(code) == 9:
        return SCOPES.index("epci")
    return SCOPES.index("commune") if len(code) == 5 else SCOPES.index("departement")


def _scores(
    fixed: NDArray[np.float64], parts: NDArray[np.float64], ages: NDArray[np.float64]
) -> NDArray[np.float64]:
    recent, old = rules()["score"]["recent_days"], rules()["score"]["old_days"]
    recency = np.round(np.clip((old - np.maximum(ages, 0)) / (old - recent), 0.0, 1.0), 2)
    dated = ~np.isnan(ages)
    return np.round((fixed + np.where(dated, recency, 0.0)) / np.maximum(parts + dated, 1), 2)


def _objects(values: Sequence[Any]) -> NDArray[np.object_]:
    made = np.empty(len(values), dtype=object)
    made[:] = values
    return made
