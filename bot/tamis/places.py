"""Where codes and names of places lead: communes, EPCI, départements, as the sieve needs them."""

from __future__ import annotations

import csv
import gzip
import io
import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

FRANCE = ("france", "99100")
KEPT = ("code", "nom", "chef_lieu", "departement", "region", "epci", "epci_nom")


@dataclass(frozen=True, slots=True)
class Commune:
    """A commune: `code` as asked, `chief` the commune it is part of today (itself, mostly)."""

    code: str
    name: str
    chief: str
    department: str
    region: str
    epci: str


class Places(Protocol):
    """What the tamis needs of the places."""

    def commune(self, code: str) -> Commune | None:
        """The commune of this INSEE code (a former or delegated one too), or None."""

    def parts(self, code: str) -> tuple[str, ...]:
        """The codes of the former communes this commune is made of."""

    def names(self) -> Mapping[str, tuple[str, ...]]:
        """Names as written, to the codes they may mean (commune, EPCI, département, region)."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where someone is: every code that covers it, and those of its parts (perhaps there, perhaps not)."""

    codes: frozenset[str]
    parts: frozenset[str] = frozenset()


class Register:
    """The communes of France from `communes.csv.gz`, with the EPCI, départements and regions they make."""

    def __init__(self, communes: Mapping[str, Commune], names: Mapping[str, tuple[str, ...]]) -> None:
        self._communes = communes
        self._names = names
        parts: dict[str, list[str]] = {}
        for commune in communes.values():
            if commune.chief != commune.code:
                parts.setdefault(commune.chief, []).append(commune.code)
        self._parts = {chief: tuple(codes) for chief, codes in parts.items()}

    @classmethod
    def load(cls, data: Path) -> Register:
        """Reads `places/communes.csv.gz` and `tamis/territories.csv` under the data folder."""
        communes: dict[str, Commune] = {}
        names: dict[str, list[str]] = {}
        with gzip.open(data / "places" / "communes.csv.gz", "rb") as packed:
            for row in csv.DictReader(io.TextIOWrapper(packed, encoding="utf-8", newline="")):
                # One string for all communes of a département, a region, an EPCI, in whichever list they stand.
                row = {name: sys.intern(row[name]) for name in KEPT}
                code = row["code"]
                if code in communes and row["chef_lieu"] != code:
                    continue  # a delegated commune that kept the code of the whole
                communes[code] = Commune(
                    code, row["nom"], row["chef_lieu"] or code, row["departement"], row["region"], row["epci"]
                )
                _add(names, row["nom"], code)
                if row["epci"] and row["epci_nom"]:
                    _add(names, row["epci_nom"], row["epci"])
        with (data / "tamis" / "territories.csv").open(encoding="utf-8", newline="") as lines:
            for row in csv.DictReader(line for line in lines if not line.startswith("#")):
                _add(names, row["nom"], row["code"])
        return cls(communes, {name: tuple(codes) for name, codes in names.items()})

    def all(self) -> Iterable[Commune]:
        """Every commune, former ones included."""
        return self._communes.values()

    def commune(self, code: str) -> Commune | None:
        """The commune of this INSEE code, or None."""
        return self._communes.get(code)

    def parts(self, code: str) -> tuple[str, ...]:
        """The codes of the former communes this commune is made of."""
        return self._parts.get(code, ())

    def names(self) -> Mapping[str, tuple[str, ...]]:
        """Names as written to codes."""
        return self._names


def _add(names: dict[str, list[str]], name: str, code: str) -> None:
    codes = names.setdefault(name, [])
    if code not in codes:
        codes.append(code)


def place(places: Places, code: str) -> Place | None:
    """Every code that covers this commune (its own, EPCI, département, region, France), or None."""
    commune = places.commune(code)
    if commune is None:
        return None
    region = (f"region-{commune.region}",) if commune.region else ()
    covering = {code, commune.chief, commune.department, commune.epci, *region, *FRANCE} - {""}
    return Place(frozenset(covering), frozenset(places.parts(code)))
