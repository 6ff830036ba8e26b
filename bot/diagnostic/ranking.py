"""The order of the offers: what helps this need first, then the tamis's levels, then delay and distance."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

from bot.diagnostic.scene import Candidate
from bot.diagnostic.state import State
from bot.diagnostic.urgency import LOCAL, hurried
from bot.yaml_text import yaml_loads

# Never asked for the order's sake: worked out, asked first of all, or a wish the person names unasked.
DERIVED = ("urgency", "purpose", "needs", "skills")
NATIONAL = frozenset({"99100", "france"})
# Zone codes by their length: département (« 2A », « 971 »), EPCI (SIREN), commune (INSEE).
SIZES = {2: 1, 3: 1, 9: 2, 5: 3}
HORIZON_DAYS = {"U1": 1, "U2": 7, "U3": 30}


@dataclass(frozen=True)
class Relevance:
    """The rules of `data/diagnostic/relevance.yml`."""

    named_need: float
    tiers: Sequence[float]
    too_slow_tiers: int
    rules: Sequence[Mapping[str, Any]]
    lines: Mapping[str, Sequence[int]]
    thin_hours: Mapping[str, Any]

    @classmethod
    def load(cls, data: Path) -> Relevance:
        """Read `diagnostic/relevance.yml` below this folder."""
        raw = yaml_loads((data / "diagnostic" / "relevance.yml").read_text(encoding="utf-8"))
        return cls(
            raw["named_need"],
            raw["tiers"],
            raw["too_slow_tiers"],
            raw["rules"],
            raw["lines"],
            raw["thin_hours"],
        )

    def themes(self, profile: Mapping[str, Any]) -> dict[str, float]:
        """What each theme is worth to this profile."""
        worth: dict[str, float] = dict.fromkeys(profile.get("needs") or (), self.named_need)
        for rule in self.rules:
            if all(_holds(profile.get(name), wanted) for name, wanted in rule["when"].items()):
                for theme, points in rule["themes"].items():
                    worth[theme] = worth.get(theme, 0) + points
        return worth

    def fields(self) -> tuple[str, ...]:
        """The coded fields whose answer changes what helps most; urgency comes from the deadline."""
        named = dict.fromkeys([*(name for rule in self.rules for name in rule["when"]), "hours"])
        return tuple(name for name in named if name not in DERIVED)

    def thin(self, profile: Mapping[str, Any], *, once: bool = False) -> bool:
        """Whether the trip is at hours when few lines run; one made `once` goes by its own hour, not usual ones."""
        arrival = profile.get("arrival")
        if arrival is not None and not self.thin_hours["before"] <= arrival <= self.thin_hours["after"]:
            return True
        return not once and bool(set(self.thin_hours["hours"]) & set(profile.get("hours") or ()))

    def line(self, service: Mapping[str, Any]) -> bool:
        """Whether a service is a line that runs by day only."""
        kinds = set((service.get("extra") or {}).get("socle") or ())
        return bool(kinds & set(self.lines["socle"])) and not kinds & set(self.lines["not"])

    def tier(self, candidate: Candidate, worth: Mapping[str, float], days: int | None) -> int:
        """0 for what helps most; one further down when it cannot be had in time."""
        points = max((worth.get(theme, 0) for theme in candidate.service.get("thematiques") or ()), default=0)
        tier = sum(points < bound for bound in self.tiers)
        delay = candidate.delay_days
        if days is not None and delay is not None and delay > days:
            tier += self.too_slow_tiers
        return tier


def days_left(state: State, now: datetime) -> int | None:
    """Whole days until the trip; the class's bound when only a horizon was said; None without either."""
    deadline = state.profile.get("deadline")
    if deadline:
        return max(0, (date.fromisoformat(deadline) - now.astimezone(LOCAL).date()).days)
    return HORIZON_DAYS.get(state.profile.get("urgency") or "")


def rank(
    candidates: Sequence[Candidate], state: State, relevance: Relevance, now: datetime
) -> list[Candidate]:
    """Offers that are not blocked, best first. The order given does not change the answer: the id decides ties."""
    key = _order(state, relevance, now)
    return sorted((item for item in candidates if item.decision.status != "blocked"), key=key)


def contenders(
    candidates: Sequence[Candidate], state: State, relevance: Relevance, now: datetime, places: int
) -> list[Candidate]:
    """The offers that may still be among the first `places` once every fact is known.

    Learning a fact closes an offer or opens one that waits, never more: whoever comes after `places` offers
    already open, were it open itself, is out of the running.
    """
    key = _order(state, relevance, now, hoping=True)
    running: list[Candidate] = []
    certain = 0
    for item in sorted((item for item in candidates if item.decision.status != "blocked"), key=key):
        running.append(item)
        certain += item.decision.status == "open"
        if certain == places:
            break
    return running


def _order(
    state: State, relevance: Relevance, now: datetime, *, hoping: bool = False
) -> Callable[[Candidate], tuple[Any, ...]]:
    """The sort key of an offer; `hoping` takes those to check for open."""
    worth = relevance.themes(state.profile)
    days = days_left(state, now)
    unplaced = not state.profile.get("origin")
    thin = relevance.thin(state.profile, once=hurried(state.profile, now))

    def key(candidate: Candidate) -> tuple[Any, ...]:
        decision = candidate.decision
        delay = candidate.delay_days
        soon = delay is not None and delay <= (days if days is not None else 30)
        return (
            relevance.tier(candidate, worth, days),
            decision.level,
            decision.status != "open" and not hoping,
            thin and relevance.line(candidate.service),
            # What the person can use without anybody's help comes before what another must ask for them.
            decision.needs_professional,
            narrowness(candidate.service) if unplaced else 0,
            not soon,
            delay if delay is not None else math.inf,
            candidate.distance_km if candidate.distance_km is not None else 25.0,
            candidate.id,
        )

    return key


def narrowness(service: Mapping[str, Any]) -> int:
    """How small the place is that a service is for: of somebody who may live anywhere it suits the fewer the higher.

    0 without a zone or for the country, then département, EPCI, commune (by the length of their codes).
    """
    zones = [str(zone) for zone in service.get("zone_eligibilite") or ()]
    if not zones or NATIONAL & set(zones):
        return 0
    return min(SIZES.get(len(zone), 1) for zone in zones)


def _holds(value: Any, wanted: Any) -> bool:
    if wanted == "unknown":
        return value is None or value == []
    if wanted == "known":
        return bool(value)
    held = set(value) if isinstance(value, list) else {value}
    return bool(held & set(wanted))
