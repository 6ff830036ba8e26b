"""What the routes of the API v1 take and give: parameters in our own types, answers and refusals as published."""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Iterator
from typing import Any

from fastapi import HTTPException
from fastapi.responses import Response
from sqlalchemy.orm import Session

from bot.directory import answers
from bot.directory.catalogue import Catalogue

NOT_FOUND = "Not Found"
_HALF_A_POINT = "The `lat` and `lon` must be simultaneously filled."
_NO_POINT = "The `lat` and `lon` must be a point of the globe."


def ok(model: Any) -> dict[int | str, dict[str, Any]]:
    """The answers of a route that lists, for its documentation."""
    return {200: {"model": model}, 401: {"model": answers.Problem}, 422: {"model": answers.Problem}}


def found_or_not(model: Any) -> dict[int | str, dict[str, Any]]:
    """The answers of a route that finds one record or none."""
    return {**ok(model), 404: {"model": answers.Problem}}


def session_of(catalogue: Catalogue) -> Callable[[], Iterator[Session]]:
    """A dependency: a session of the catalogue's, closed after the answer."""

    def opened() -> Iterator[Session]:
        with catalogue.factory() as session:
            yield session

    return opened


def point(lat: float | None, lon: float | None) -> tuple[float, float] | None:
    """Longitude and latitude in degrees, or None when neither is given. Raises 422 for
    half a point, or one that is not on the globe."""
    if (lat is None) != (lon is None):
        raise HTTPException(422, _HALF_A_POINT)
    if lat is None or lon is None:
        return None
    if not (-90 <= lat <= 90 and -180 <= lon <= 180):  # also refuses NaN
        raise HTTPException(422, _NO_POINT)
    return lon, lat


def answer(text: str) -> Response:
    """This JSON."""
    return Response(text, media_type="application/json")


def null(number: float | None) -> str:
    """A number in JSON."""
    return "null" if number is None else repr(number)


def codes(given: Collection[str] | None) -> tuple[str, ...]:
    """The codes asked for, as plain words."""
    # The parameters are members of enumerations, which do not hash nor print like their values.
    return tuple(str(getattr(code, "value", code)) for code in given or ())


def number(value: float | None) -> float | None:
    """A number, or None where it is none."""
    return None if value is None or math.isnan(value) else value


def record_id(given: str) -> str:
    """The identifier of a record. Raises 404 for one that no record can bear."""
    # PostgreSQL refuses this character in text; no record can bear it.
    if "\x00" in given:
        raise HTTPException(404, NOT_FOUND)
    return given
