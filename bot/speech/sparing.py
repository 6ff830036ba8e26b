"""Fewer words where a message must fit: lines that a value says it can do without, one by one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def limit(values: Mapping[str, Any]) -> int | None:
    """The most segments that a value with spare lines (`within`) allows its message; None without one."""
    found = [value["within"] for value in values.values() if isinstance(value, Mapping) and "within" in value]
    return min(found, default=None)


def shorter(values: Mapping[str, Any]) -> dict[str, Any] | None:
    """The values with one line less, or said in brief; None when nothing more can be spared.

    A value `{"lines": […], "spare": [beginnings of keys], "shorten": […], "within": segments}` names what goes
    first. A line that has a `brief` is replaced by it; without one, a spare line is left out, any other stays.
    """
    for name, value in values.items():
        if not (isinstance(value, Mapping) and "spare" in value):
            continue
        for beginning in (*value["spare"], *value.get("shorten", ())):
            for index, line in enumerate(value["lines"]):
                if _begins(line, beginning) and not line.get("final"):
                    brief = line.get("brief")
                    if not brief and beginning not in value["spare"]:
                        continue
                    kept = [{**brief, "final": True}] if brief else []
                    lines = [*value["lines"][:index], *kept, *value["lines"][index + 1 :]]
                    return {**values, name: {**value, "lines": lines}}
    return None


def _begins(line: Any, beginning: str) -> bool:
    key = str(line.get("key", "")) if isinstance(line, Mapping) else ""
    return key == beginning or key.startswith(f"{beginning}.")
