"""Searching for a coordinator: each offer once, and what is held back with its reason."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from sqlalchemy.orm import Session

from bot.directory import freshness, overlays, store
from bot.directory.catalogue import View
from bot.directory.folding import fold_key
from bot.directory.schema import CODES, ENUMS
from bot.directory.search import Hits, Query, reach_rules, search

# Records read at once while looking for offers that are not yet on the page.
_STEP = 200
_CODED = ("thematiques", "publics", "frais", "modes_accueil", "types")


class UnknownCode(ValueError):
    """A theme, public, price, mode or type the schema does not know; the message lists those it does."""


@dataclass(frozen=True)
class HeldBack:
    """A service that would have been found, with why it is not shown (`form`) and the words that say so."""

    record: dict[str, Any]
    form: str
    evidence: str


@dataclass(frozen=True)
class Found:
    """One offer: its record, kilometres in a straight line and by road (an estimate), both None where unknown;
    `held` when it is full or out of season that day; how many near-identical ones are folded into it."""

    record: dict[str, Any]
    km: float | None
    road_km: float | None
    remote: bool
    age_days: int | None
    stale: bool
    held: HeldBack | None
    copies: int = 0


@dataclass(frozen=True)
class Answer:
    """A page of offers, how many services answer in all (copies counted), and what was held back."""

    total: int
    offers: tuple[Found, ...]
    held: tuple[HeldBack, ...]


def checked(query: Query) -> Query:
    """The query itself. Raises `UnknownCode`."""
    for name in _CODED:
        known = set(CODES["type" if name == "types" else name])
        if name == "thematiques":
            known |= {str(member.value) for member in ENUMS["categories"]}
        if strange := sorted(set(getattr(query, name)) - known):
            raise UnknownCode(f"{name}: {', '.join(strange)} unknown; known: {', '.join(sorted(known))}")
    return query


def find(session: Session, view: View, query: Query, words: str | None, size: int) -> Answer:
    """The first offers of a search, each offer once. Words must all be found; the better they are found, the
    earlier where no place is given. Raises `UnknownCommune`, `UnknownCode`."""
    ranks = view.words.ranks(words) if words else None
    matching = None if ranks is None else ranks > 0
    usable = view.usable if matching is None else view.usable & matching
    hits = search(view.index, view.places, replace(checked(query), among=usable))
    positions, km = hits.positions, hits.km
    remote = hits.remote
    if ranks is not None and query.code_commune is None and query.point is None:
        order = np.lexsort((view.index.id_rank[positions], -view.index.score[positions], -ranks[positions]))
        positions, km, remote = positions[order], km[order], remote[order]
    offers = _folded(session, view, Hits(positions, km, remote), size)
    over = ~view.usable if matching is None else ~view.usable & matching
    away = search(view.index, view.places, replace(query, among=over)).positions[:size]
    return Answer(
        len(positions), offers, tuple(_held(session, view, [str(view.index.ids[at]) for at in away]))
    )


def _folded(session: Session, view: View, hits: Hits, size: int) -> tuple[Found, ...]:
    factor = float(reach_rules()["road_factor"])
    offers: dict[Any, Found] = {}
    for start in range(0, len(hits), _STEP):
        if len(offers) >= size:
            break
        some = slice(start, start + _STEP)
        ids = [str(view.index.ids[at]) for at in hits.positions[some]]
        records = store.records(session, "service", ids)
        held = {one.record["id"]: one for one in _held(session, view, ids)}
        for id_, km, remote in zip(ids, hits.km[some].tolist(), hits.remote[some].tolist(), strict=True):
            if (record := records.get(id_)) is None:
                continue
            key = (fold_key(record), remote)
            if key in offers:
                offers[key] = replace(offers[key], copies=offers[key].copies + 1)
                continue
            known = not math.isnan(km)
            offers[key] = Found(
                record=record,
                km=round(km, 1) if known else None,
                road_km=round(km * factor, 1) if known else None,
                remote=bool(remote),
                age_days=freshness.age_days(record["date_maj"], view.day),
                stale=freshness.is_stale(record, view.day),
                held=held.get(id_),
            )
    return tuple(offers.values())[:size]


def _held(session: Session, view: View, ids: Sequence[str]) -> Iterator[HeldBack]:
    records = store.records(session, "service", ids)
    local = overlays.in_force(session, view.day, ids)
    for id_ in ids:
        if (record := records.get(id_)) is None:
            continue
        why = overlays.held_by(local.get(id_, ()), view.day) or freshness.held(record, view.day)
        if why is not None:
            yield HeldBack(record, why.form, why.evidence)
