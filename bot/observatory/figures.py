"""Open figures: unmet needs by EPCI and month, with nothing that could point at a person."""

from __future__ import annotations

import csv
import io
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import astuple, dataclass, fields
from typing import Protocol

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from bot.observatory.tables import UnmetNeed

SMALLEST = 5
TOTAL = "total"
UNKNOWN = "inconnu"


class Need(Protocol):
    """A row of `unmet_need`."""

    month: str
    epci: str | None
    purpose: str | None
    needs: list[str]
    forms: list[str]
    deadline_class: str | None
    hours: list[str]
    language: str | None


@dataclass(frozen=True)
class Cell:
    """A count, None where it is kept back because it is small or would tell a small one."""

    month: str
    epci: str
    epci_name: str
    dimension: str
    code: str
    count: int | None


DIMENSIONS: dict[str, Callable[[Need], Sequence[str]]] = {
    "motif": lambda need: [need.purpose or UNKNOWN],
    "besoin": lambda need: need.needs or [UNKNOWN],
    "forme": lambda need: need.forms or [UNKNOWN],
    "urgence": lambda need: [need.deadline_class or UNKNOWN],
    "horaires": lambda need: need.hours or [UNKNOWN],
    "langue": lambda need: [need.language or UNKNOWN],
}


def cells(needs: Iterable[Need], name: Callable[[str], str] = str) -> list[Cell]:
    """The figures, ordered. A territory-month under five keeps back its total and every detail."""
    groups: dict[tuple[str, str], list[Need]] = defaultdict(list)
    for need in needs:
        groups[need.month, need.epci or UNKNOWN].append(need)
    out: list[Cell] = []
    for (month, epci), rows in sorted(groups.items()):
        small = len(rows) < SMALLEST
        out.append(Cell(month, epci, name(epci), TOTAL, TOTAL, None if small else len(rows)))
        if small:
            continue
        for dimension, read in DIMENSIONS.items():
            counted = Counter(code for row in rows for code in read(row))
            shown = kept_back(counted)
            out += [Cell(month, epci, name(epci), dimension, code, shown[code]) for code in sorted(counted)]
    return out


def kept_back(counted: Counter[str]) -> dict[str, int | None]:
    """The counts with small ones kept back, and enough of the others that subtraction tells nothing small."""
    hidden = {code for code, count in counted.items() if count < SMALLEST}
    rest = sorted((count, code) for code, count in counted.items() if code not in hidden)
    while hidden and rest and (len(hidden) < 2 or sum(counted[code] for code in hidden) < SMALLEST):
        hidden.add(rest.pop(0)[1])
    return {code: None if code in hidden else count for code, count in counted.items()}


def read(session: Session, name: Callable[[str], str] = str) -> list[Cell]:
    """The figures of everything recorded."""
    return cells(session.scalars(select(UnmetNeed)), name)


def totals(session: Session, name: Callable[[str], str] = str) -> list[Cell]:
    """The count of each territory and month, counted by the database."""
    rows = session.execute(
        select(UnmetNeed.month, UnmetNeed.epci, func.count()).group_by(UnmetNeed.month, UnmetNeed.epci)
    )
    counted = sorted((month, epci or UNKNOWN, count) for month, epci, count in rows)
    return [
        Cell(month, epci, name(epci), TOTAL, TOTAL, None if count < SMALLEST else count)
        for month, epci, count in counted
    ]


def as_csv(listed: Iterable[Cell]) -> str:
    """Comma-separated, with a header; a count kept back is empty."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow([field.name for field in fields(Cell)])
    writer.writerows(["" if value is None else value for value in astuple(cell)] for cell in listed)
    return out.getvalue()
