"""A commune, what a written name of one can mean, and how far two of them are apart."""

from __future__ import annotations

import math
from dataclasses import dataclass

EARTH_KM = 6371.0
EXACT, AMBIGUOUS, UNKNOWN = "exact", "ambiguous", "unknown"


@dataclass(frozen=True)
class Commune:
    """A current commune. `lon`, `lat` in degrees (WGS 84); None where the source has none."""

    code: str
    name: str
    departement: str
    region: str
    epci: str
    lon: float | None
    lat: float | None
    population: int
    postcodes: tuple[str, ...]
    epci_name: str = ""


@dataclass(frozen=True)
class PlaceAnswer:
    """What a name or a postcode can mean: INSEE codes of current communes, likeliest first.

    `status` is `exact` (one candidate), `ambiguous` (ask back) or `unknown` (none). `score` is 1.0 for a
    name as it is spelt, less for a likeness; `confirm` asks that the answer be read back.
    """

    candidates: tuple[str, ...] = ()
    status: str = UNKNOWN
    score: float = 0.0
    confirm: bool = False

    @property
    def code(self) -> str | None:
        """The INSEE code when there is exactly one candidate."""
        return self.candidates[0] if self.status == EXACT else None


@dataclass(frozen=True)
class Likeness:
    """How places are chosen (`choice:` of known_places.yml): the region preferred, fuzzy thresholds on 0–100."""

    region: str
    sure: float
    least: float
    margin: float
    away: float
    town: int
    far_bigger: int
    shown: int


def apart_km(first: Commune, second: Commune) -> float | None:
    """Great-circle distance between two communes in km; None when one has no point."""
    if first.lon is None or first.lat is None or second.lon is None or second.lat is None:
        return None
    lat1, lat2 = math.radians(first.lat), math.radians(second.lat)
    half = (
        math.sin((lat2 - lat1) / 2) ** 2
        + math.cos(lat1) * math.cos(lat2) * math.sin(math.radians(second.lon - first.lon) / 2) ** 2
    )
    return 2 * EARTH_KM * math.asin(math.sqrt(min(1.0, half)))
