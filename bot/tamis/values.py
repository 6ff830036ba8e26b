"""Values of coded fields, whatever shape a source gave them: never an exception, what cannot be read is None."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

from bot.tamis.text import plain


def codes(value: Any) -> tuple[str, ...]:
    """The codes of a list field, whatever shape it came in (list, set, text, nested lists)."""
    if value is None:
        return ()
    if isinstance(value, str):
        return tuple(part.strip() for part in value.split(",") if part.strip())
    if isinstance(value, list | tuple | set | frozenset):
        flat: list[str] = []
        for item in value:
            flat.extend(codes(item) if isinstance(item, list | tuple | set) else [plain(item).strip()])
        return tuple(code for code in flat if code)
    return (plain(value).strip(),)


def date(value: Any) -> dt.date | None:
    """The day written here, None when it is none."""
    if isinstance(value, dt.datetime):
        return value.date()
    if isinstance(value, dt.date):
        return value
    try:
        return dt.date.fromisoformat(str(value)[:10])
    except ValueError:
        return None


def days(extra: Any) -> int | None:
    """The delay in days that `extra` tells, None when it does not."""
    value = extra.get("delai_jours") if isinstance(extra, Mapping) else None
    return value if isinstance(value, int) and not isinstance(value, bool) and value >= 0 else None
