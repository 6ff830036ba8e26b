"""Communes by INSEE code: where they are, what they belong to, which zones hold them."""

from __future__ import annotations

import csv
import functools
import gzip
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from bot.settings import ROOT

PATH = ROOT / "data" / "places" / "communes.csv.gz"
# The two ways the schema v1 spells "the whole country".
NATIONAL = ("99100", "france")


@dataclass(frozen=True, slots=True)
class Commune:
    """One commune, old commune or municipal arrondissement; `head` is the current commune it belongs to."""

    code: str
    nom: str
    type: str
    head: str
    departement: str
    region: str
    epci: str | None
    epci_nom: str | None
    population: int | None
    lon: float | None
    lat: float | None

    @property
    def point(self) -> tuple[float, float] | None:
        """(longitude, latitude) in degrees, or None where the file has none."""
        return None if self.lon is None or self.lat is None else (self.lon, self.lat)


@dataclass(frozen=True)
class Communes:
    """All communes of the file. A code borne by a current commune and an old one means the current one."""

    by_code: Mapping[str, Commune]
    parts: Mapping[str, tuple[str, ...]]
    epci_members: Mapping[str, tuple[str, ...]]
    epci_names: Mapping[str, str]
    departements: Mapping[str, str]
    _zones: dict[str, frozenset[str]] = field(default_factory=dict, repr=False, compare=False)

    @classmethod
    def load(cls, path: Path = PATH) -> Communes:
        """Read the file of communes. Raises `FileNotFoundError` when it is missing."""
        by_code: dict[str, Commune] = {}
        parts: dict[str, set[str]] = {}
        members: dict[str, list[str]] = {}
        names: dict[str, str] = {}
        departements: dict[str, str] = {}
        with gzip.open(path, "rt", encoding="utf-8", newline="") as lines:
            for commune in _rows(csv.DictReader(lines)):
                if commune.code != commune.head:
                    parts.setdefault(commune.head, set()).add(commune.code)
                if commune.type == "commune":
                    departements[commune.departement] = commune.region
                    if commune.epci:
                        members.setdefault(commune.epci, []).append(commune.code)
                        names[commune.epci] = commune.epci_nom or commune.epci
                if commune.type == "commune" or commune.code not in by_code:
                    by_code[commune.code] = commune
        return cls(
            by_code=by_code,
            parts={head: tuple(sorted(codes)) for head, codes in parts.items()},
            epci_members={siren: tuple(sorted(codes)) for siren, codes in members.items()},
            epci_names=names,
            departements=departements,
        )

    def get(self, code: str | None) -> Commune | None:
        """The commune of this INSEE code, or None."""
        return self.by_code.get(code) if code else None

    def point(self, code: str | None) -> tuple[float, float] | None:
        """(longitude, latitude) of the commune, or None when the code or its point is unknown."""
        commune = self.get(code)
        return commune.point if commune else None

    def zones(self, code: str) -> frozenset[str]:
        """Every zone code that covers somebody of this commune.

        Its own code, its current commune's, its département, its EPCI, the country; for a current commune also
        its old communes and arrondissements, because the person may live there and a part cannot be excluded.
        Raises `KeyError` for an unknown code.
        """
        known = self._zones.get(code)
        if known is None:
            commune = self.by_code[code]
            codes = {code, commune.head, commune.departement, *NATIONAL}
            if commune.epci:
                codes.add(commune.epci)
            if commune.code == commune.head:
                codes.update(self.parts.get(code, ()))
            known = self._zones[code] = frozenset(codes)
        return known

    def knows_zone(self, code: str) -> bool:
        """Whether a zone code names something of the file: commune, département, EPCI or the country."""
        return (
            code in self.by_code or code in self.departements or code in self.epci_members or code in NATIONAL
        )

    def zone_departements(self, zone: str) -> frozenset[str]:
        """The départements a zone code touches; empty for the country and for what is not known."""
        if zone in self.departements:
            return frozenset((zone,))
        if commune := self.by_code.get(zone):
            return frozenset((commune.departement,))
        return frozenset(self.by_code[code].departement for code in self.epci_members.get(zone, ()))


@functools.cache
def communes() -> Communes:
    """The communes of France, read once."""
    return Communes.load()


def _rows(rows: csv.DictReader[str]) -> Iterator[Commune]:
    for row in rows:
        # One string for all communes of a département, a region, an EPCI, in whichever list of places they stand.
        yield Commune(
            code=sys.intern(row["code"]),
            nom=sys.intern(row["nom"]),
            type=sys.intern(row["type"]),
            head=sys.intern(row["chef_lieu"] or row["code"]),
            departement=sys.intern(row["departement"]),
            region=sys.intern(row["region"]),
            epci=sys.intern(row["epci"]) or None,
            epci_nom=sys.intern(row["epci_nom"]) or None,
            population=int(row["population"]) if row["population"] else None,
            lon=float(row["lon"]) if row["lon"] else None,
            lat=float(row["lat"]) if row["lat"] else None,
        )
