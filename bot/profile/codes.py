"""The profile's fields and codes, read from the schema file: code holds no copy of the lists."""

from __future__ import annotations

import functools
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

SCHEMA_PATH = Path(__file__).with_name("profile.schema.json")


@functools.cache
def schema() -> Mapping[str, Any]:
    """The JSON schema of a profile, as a mapping. Shared: do not change it."""
    loaded: Mapping[str, Any] = json.loads(SCHEMA_PATH.read_text(encoding="utf-8"))
    return loaded


@functools.cache
def fields() -> tuple[str, ...]:
    """Every field name, in the schema's order."""
    return tuple(schema()["properties"])


@functools.cache
def codes(field: str) -> tuple[str, ...]:
    """The codes a field may take (one value, or the items of a list); empty where it is free.

    Raises `KeyError` for a field the schema does not have.
    """
    spec = schema()["properties"][field]
    listed = spec.get("enum") or spec.get("items", {}).get("enum") or ()
    return tuple(code for code in listed if code is not None)


@functools.cache
def is_list(field: str) -> bool:
    """Whether the field holds a list of codes (null is unknown, an empty list is known to be none)."""
    kind = schema()["properties"][field].get("type")
    return kind == "array" or (isinstance(kind, list) and "array" in kind)


@functools.cache
def limits(field: str) -> tuple[int, int]:
    """The least and the most a whole-number field may be; what the schema leaves open is very wide."""
    spec = schema()["properties"][field]
    return int(spec.get("minimum", 0)), int(spec.get("maximum", 10**9))
