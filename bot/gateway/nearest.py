"""The commune nearest to a point a person shared; the point itself is kept nowhere."""

from __future__ import annotations

import csv
import gzip
import io
import math
import threading
from pathlib import Path

import numpy as np

EARTH_KM = 6371.0
# Further from every town hall than this is the sea, or another country.
FURTHEST_KM = 15.0


class Nearest:
    """Answers with INSEE codes; the places are read on the first question."""

    def __init__(self, data: Path) -> None:
        """`data` holds places/communes.csv.gz."""
        self._path = data / "places" / "communes.csv.gz"
        self._lock = threading.Lock()
        self._codes: list[str] = []
        self._points = np.empty((0, 3))

    def __call__(self, latitude: float, longitude: float) -> str | None:
        """The code of the commune whose centre is nearest (degrees, WGS 84); None when none is near."""
        if not (math.isfinite(latitude) and math.isfinite(longitude)):
            return None
        with self._lock:
            if not self._codes:
                self._read()
        # The longest projection on the unit sphere is the shortest way along it.
        along = self._points @ _unit(np.array([latitude]), np.array([longitude]))[0]
        found = int(np.argmax(along))
        distance = EARTH_KM * math.acos(min(1.0, float(along[found])))
        return self._codes[found] if distance <= FURTHEST_KM else None

    def _read(self) -> None:
        text = gzip.decompress(self._path.read_bytes()).decode("utf-8")
        rows = [row for row in csv.DictReader(io.StringIO(text)) if row["type"] == "commune" and row["lat"]]
        self._points = _unit(
            np.array([float(row["lat"]) for row in rows]), np.array([float(row["lon"]) for row in rows])
        )
        self._codes = [row["code"] for row in rows]


def nowhere(_latitude: float, _longitude: float) -> str | None:
    """For a house without places: no commune is near."""
    return None


def _unit(latitudes: np.ndarray, longitudes: np.ndarray) -> np.ndarray:
    """Points on the unit sphere, one a row."""
    lat, lon = np.radians(latitudes), np.radians(longitudes)
    return np.stack([np.cos(lat) * np.cos(lon), np.cos(lat) * np.sin(lon), np.sin(lat)], axis=1)
