"""Distances on the WGS 84 ellipsoid, for one point against many, and what they become by road."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

# WGS 84: semi-major axis in metres and flattening.
_A = 6378137.0
_F = 1 / 298.257223563
_B = _A * (1 - _F)
_E2 = _F * (2 - _F)
# Up to there `near_km` is right to a centimetre.
NEAR_KM = 100.0
_KM_PER_DEGREE = (
    110.5  # never more than one degree of latitude measures: a box drawn with it is never too small
)


def geodesic_km(lon: float, lat: float, lons: Floats, lats: Floats) -> Floats:
    """Kilometres along the ellipsoid from one point to each of the others (degrees; Vincenty's inverse).

    Accurate to a millimetre for points on the same side of the globe; nearly antipodal points, where the
    iteration does not settle, get the great circle instead. NaN in, NaN out.
    """
    sin_u1, cos_u1 = _reduced(np.float64(math.radians(lat)))
    sin_u2, cos_u2 = _reduced(np.radians(lats))
    difference = np.radians(lons - lon)
    longitude = difference.copy()
    with np.errstate(invalid="ignore", divide="ignore"):
        for _ in range(20):
            sin_l, cos_l = np.sin(longitude), np.cos(longitude)
            sin_s = np.hypot(cos_u2 * sin_l, cos_u1 * sin_u2 - sin_u1 * cos_u2 * cos_l)
            cos_s = sin_u1 * sin_u2 + cos_u1 * cos_u2 * cos_l
            sigma = np.arctan2(sin_s, cos_s)
            sin_a = np.where(sin_s == 0, 0.0, cos_u1 * cos_u2 * sin_l / sin_s)
            cos2_a = 1 - sin_a**2
            cos_2m = np.where(cos2_a == 0, 0.0, cos_s - 2 * sin_u1 * sin_u2 / cos2_a)
            c = _F / 16 * cos2_a * (4 + _F * (4 - 3 * cos2_a))
            swing = cos_2m + c * cos_s * (2 * cos_2m**2 - 1)
            after = difference + (1 - c) * _F * sin_a * (sigma + c * sin_s * swing)
            settled = np.abs(after - longitude) < 1e-12
            longitude = after
            if bool(np.all(settled | np.isnan(after))):
                break
        u2 = cos2_a * (_A**2 - _B**2) / _B**2
        a = 1 + u2 / 16384 * (4096 + u2 * (-768 + u2 * (320 - 175 * u2)))
        b = u2 / 1024 * (256 + u2 * (-128 + u2 * (74 - 47 * u2)))
        tail = cos_s * (2 * cos_2m**2 - 1) - b / 6 * cos_2m * (4 * sin_s**2 - 3) * (4 * cos_2m**2 - 3)
        metres = _B * a * (sigma - b * sin_s * (cos_2m + b / 4 * tail))
    lost = ~(settled | np.isnan(difference + lats))
    if bool(np.any(lost)):
        metres = np.where(lost, 6371008.8 * sigma, metres)
    return np.asarray(metres / 1000.0, dtype=np.float64)


def chords(lons: Floats, lats: Floats) -> tuple[Floats, Floats, Floats]:
    """The points of the ellipsoid in kilometres from its centre: the columns `near_km` measures between."""
    lon, lat = np.radians(lons), np.radians(lats)
    across = _A / np.sqrt(1 - _E2 * np.sin(lat) ** 2) / 1000.0
    return (
        across * np.cos(lat) * np.cos(lon),
        across * np.cos(lat) * np.sin(lon),
        across * (1 - _E2) * np.sin(lat),
    )


def near_km(lon: float, lat: float, points: tuple[Floats, Floats, Floats]) -> Floats:
    """Kilometres along the ellipsoid from one place to points at most `NEAR_KM` away, given as `chords`.

    The straight line through the ground, bent to the mean curvature of the place: ten times quicker than
    `geodesic_km` and less than a centimetre from it there; further away it is worth less and less.
    """
    x, y, z = (float(part[0]) for part in chords(np.array([lon]), np.array([lat])))
    square = (points[0] - x) ** 2 + (points[1] - y) ** 2 + (points[2] - z) ** 2
    radius = _B / 1000.0 / (1 - _E2 * math.sin(math.radians(lat)) ** 2)  # Gauss's mean radius of curvature
    return np.asarray(np.sqrt(square) * (1 + square / (24 * radius**2)), dtype=np.float64)


def box(lon: float, lat: float, radius_km: float) -> tuple[float, float, float, float]:
    """(west, south, east, north) in degrees around a point; holds every point within the radius.

    West and east are -inf and inf where the box would touch a pole or cross the 180th meridian.
    """
    dlat = radius_km / _KM_PER_DEGREE
    widest = max(abs(lat - dlat), abs(lat + dlat))
    if widest >= 89.9:
        return -math.inf, lat - dlat, math.inf, lat + dlat
    dlon = dlat / math.cos(math.radians(widest))
    if lon - dlon < -180 or lon + dlon > 180:
        return -math.inf, lat - dlat, math.inf, lat + dlat
    return lon - dlon, lat - dlat, lon + dlon, lat + dlat


def _reduced(latitude: Any) -> tuple[Any, Any]:
    angle = np.arctan((1 - _F) * np.tan(latitude))
    return np.sin(angle), np.cos(angle)
