"""Structures as columns in memory: filters of the API, and which structures are the same one twice."""

from __future__ import annotations

import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from bot.directory.index import Index


@dataclass(frozen=True)
class StructureLine:
    """What the API filters structures on; `score` is the mean of its services' scores, 0 without any."""

    id: str
    source: str
    nom: str
    code_insee: str | None
    siret: str | None
    reseaux_porteurs: frozenset[str]
    date_maj: str
    score: float


@dataclass(frozen=True)
class Structures:
    """All structures in force, in order of id, with their twins (`doublons`) and the best of each set of twins."""

    lines: tuple[StructureLine, ...]
    by_id: Mapping[str, StructureLine]
    twins: Mapping[str, tuple[str, ...]]
    best: frozenset[str]

    @classmethod
    def build(cls, rows: Iterable[Mapping[str, Any]], index: Index) -> Structures:
        """From rows of the table; two structures are twins when they share a SIRET and a commune, or a name and
        a commune. The best twin has the best score, then the newest date, then the first id."""
        sums: dict[str, list[float]] = defaultdict(list)
        for structure_id, score in zip(index.structure_ids, index.score.tolist(), strict=True):
            sums[structure_id].append(score)
        lines = [
            StructureLine(
                id=row["id"],
                source=row["source"],
                nom=row["nom"],
                code_insee=row["code_insee"],
                siret=row["siret"],
                reseaux_porteurs=frozenset(row["reseaux_porteurs"] or ()),
                date_maj=str(row["date_maj"]),
                score=round(float(np.mean(sums[row["id"]])), 2) if row["id"] in sums else 0.0,
            )
            for row in rows
        ]
        lines.sort(key=lambda line: line.id.encode())
        clusters = _clusters(lines)
        twins: dict[str, tuple[str, ...]] = {}
        worse: set[str] = set()
        for cluster in clusters:
            ranked = sorted(cluster, key=lambda line: (-line.score, _reversed(line.date_maj), line.id))
            worse.update(line.id for line in ranked[1:])
            for line in cluster:
                twins[line.id] = tuple(other.id for other in cluster if other is not line)
        by_id = {line.id: line for line in lines}
        return cls(tuple(lines), by_id, twins, frozenset(by_id.keys() - worse))


def _clusters(lines: Iterable[StructureLine]) -> list[list[StructureLine]]:
    parent: dict[str, str] = {}

    def root(id_: str) -> str:
        while (above := parent.get(id_, id_)) != id_:
            parent[id_] = parent.get(above, above)
            id_ = above
        return id_

    first: dict[tuple[str, str, str], str] = {}
    listed = list(lines)
    for line in listed:
        if not line.code_insee:
            continue
        keys = [("name", _plain(line.nom), line.code_insee)]
        if line.siret:
            keys.append(("siret", line.siret, line.code_insee))
        for key in keys:
            if key in first:
                parent[root(line.id)] = root(first[key])
            else:
                first[key] = line.id
    groups: dict[str, list[StructureLine]] = defaultdict(list)
    for line in listed:
        groups[root(line.id)].append(line)
    return [group for group in groups.values() if len(group) > 1]


def _plain(name: str) -> str:
    letters = unicodedata.normalize("NFKD", name.casefold())
    return "".join(char for char in letters if char.isalnum())


def _reversed(day: str) -> tuple[int, ...]:
    """A key that puts later ISO dates first."""
    return tuple(-ord(char) for char in day)
