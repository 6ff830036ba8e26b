"""Names of EPCI by SIREN, from the file of communes."""

from __future__ import annotations

import csv
import functools
import gzip
from collections.abc import Mapping
from pathlib import Path


@functools.cache
def epci_names(data: Path) -> Mapping[str, str]:
    """SIREN to name, from `places/communes.csv.gz` under the data folder."""
    with gzip.open(data / "places" / "communes.csv.gz", "rt", encoding="utf-8", newline="") as lines:
        return {row["epci"]: row["epci_nom"] for row in csv.DictReader(lines) if row["epci"]}


def epci_name(data: Path, siren: str) -> str:
    """The name; the SIREN itself when it is not known."""
    return epci_names(data).get(siren, siren)
