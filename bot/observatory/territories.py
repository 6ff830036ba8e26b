"""Names of EPCI by SIREN and of départements by code, from the data files."""

from __future__ import annotations

import csv
import functools
import gzip
from collections.abc import Mapping
from pathlib import Path

from bot.yaml_text import yaml_loads


@functools.cache
def epci_names(data: Path) -> Mapping[str, str]:
    """SIREN to name, from `places/communes.csv.gz` under the data folder."""
    with gzip.open(data / "places" / "communes.csv.gz", "rt", encoding="utf-8", newline="") as lines:
        return {row["epci"]: row["epci_nom"] for row in csv.DictReader(lines) if row["epci"]}


def epci_name(data: Path, siren: str) -> str:
    """The name; the SIREN itself when it is not known."""
    return epci_names(data).get(siren, siren)


@functools.cache
def departement_names(data: Path) -> Mapping[str, str]:
    """INSEE code to name, from `handover/departements.yml` under the data folder."""
    names: Mapping[str, str] = yaml_loads(
        (data / "handover" / "departements.yml").read_text(encoding="utf-8")
    )
    return names


def zone_name(data: Path, code: str) -> str:
    """The name of a département or an EPCI; the code itself when it is neither."""
    return departement_names(data).get(code) or epci_name(data, code)
