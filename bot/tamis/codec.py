"""Criteria as plain JSON data and back: what a counsellor's correction is stored as."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Mapping
from typing import Any

from bot.tamis import criteria as language
from bot.tamis.criteria import Criterion, Expression

_KINDS: dict[str, type] = {
    kind.__name__: kind
    for kind in (
        language.Age,
        language.Situation,
        language.Quotient,
        language.Licence,
        language.Purpose,
        language.Vehicle,
        language.Lives,
        language.Works,
        language.Duration,
        language.Stated,
        language.Access,
        language.Validity,
        language.Season,
        language.Full,
        language.AllOf,
        language.AnyOf,
        language.Not,
        language.Doubt,
    )
}


def to_data(criterion: Criterion) -> dict[str, Any]:
    """A criterion as JSON data: its expression, its words and the field they stand in."""
    return {
        "expression": _expression(criterion.expression),
        "text": criterion.text,
        "source_field": criterion.source_field,
    }


def from_data(data: Mapping[str, Any]) -> Criterion:
    """The criterion of this JSON data. Raises `ValueError` saying what is wrong with it."""
    try:
        return Criterion(_read(data["expression"]), str(data["text"]), str(data["source_field"]))
    except (KeyError, TypeError) as error:
        raise ValueError(f"not a criterion: {error}") from error


def _expression(expression: Expression) -> dict[str, Any]:
    data: dict[str, Any] = {"criterion": type(expression).__name__}
    for field in dataclasses.fields(expression):
        data[field.name] = _value(getattr(expression, field.name))
    return data


def _value(value: Any) -> Any:
    if isinstance(value, dt.date):
        return {"date": value.isoformat()}
    if isinstance(value, tuple):
        return [_value(item) for item in value]
    return _expression(value) if type(value).__name__ in _KINDS else value


def _read(data: Mapping[str, Any]) -> Expression:
    kind = _KINDS.get(str(data["criterion"]))
    if kind is None:
        raise ValueError(f"unknown kind of criterion: {data['kind']!r}")
    known = {field.name for field in dataclasses.fields(kind)}
    given = {name: _back(value) for name, value in data.items() if name != "criterion"}
    unknown = sorted(set(given) - known)
    if unknown:
        raise ValueError(f"unknown part of {data['kind']}: {unknown[0]}")
    built: Expression = kind(**given)
    return built


def _back(value: Any) -> Any:
    if isinstance(value, list):
        return tuple(_back(item) for item in value)
    if isinstance(value, Mapping):
        return dt.date.fromisoformat(value["date"]) if set(value) == {"date"} else _read(value)
    return value
