"""What the diagnostic looks at: the services in reach of a person, each with what the tamis says of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol


@dataclass(frozen=True)
class Candidate:
    """One service in reach. Distances in km from the person's commune: straight line, and estimated by road.

    `held`: what the directory knows against using it on that day (`bot.directory.freshness.Held`).
    """

    service: Mapping[str, Any]
    decision: Any
    distance_km: float | None = None
    road_km: float | None = None
    remote: bool = False
    held: Any = None

    @property
    def id(self) -> str:
        """The service's id."""
        return str(self.service["id"])

    @property
    def delay_days(self) -> float | None:
        """Days until the service can be used, where its source says so."""
        delay = (self.service.get("extra") or {}).get("delai_jours")
        return None if delay is None else float(delay)


class Scene(Protocol):
    """The directory and the tamis, as the diagnostic needs them."""

    def survey(self, profile: Mapping[str, Any], now: datetime) -> Sequence[Candidate]:
        """Every service of the mobility themes in reach of the profile's origin, sieved."""

    def trip_km(self, profile: Mapping[str, Any]) -> float | None:
        """From the profile's origin to its destination, estimated by road; None when either is unknown."""

    def weights(
        self, profile: Mapping[str, Any], now: datetime, candidates: Sequence[Candidate]
    ) -> Sequence[tuple[str, float]]:
        """Facts worth asking, heaviest first: (profile field, share of the offers' weight it would settle)."""
