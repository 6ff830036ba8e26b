"""What an import did and what it noticed in the rows it was given."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from bot.directory.communes import Communes
from bot.directory.readers import Row
from bot.directory.records import Record, Refused

_LISTED = 1000  # rows set aside that are listed one by one; beyond, they are only counted


@dataclass(frozen=True)
class SetAside:
    """A row that was not loaded: where it stands, what it is, which field and why."""

    file: str
    row: int
    kind: str
    id: str | None
    field: str
    reason: str

    def __str__(self) -> str:
        named = f" {self.id}," if self.id else ""
        return f"{self.file}, row {self.row},{named} field {self.field}: {self.reason}"


@dataclass
class Report:
    """What an import did, by kind (`service`, `structure`), and what it noticed."""

    read: Counter[str] = field(default_factory=Counter)
    added: Counter[str] = field(default_factory=Counter)
    changed: Counter[str] = field(default_factory=Counter)
    unchanged: Counter[str] = field(default_factory=Counter)
    withdrawn: Counter[str] = field(default_factory=Counter)
    restored: Counter[str] = field(default_factory=Counter)
    refused: Counter[str] = field(default_factory=Counter)
    repeated: Counter[str] = field(default_factory=Counter)
    warnings: Counter[str] = field(default_factory=Counter)
    set_aside: list[SetAside] = field(default_factory=list)

    @property
    def wrote(self) -> bool:
        """Whether the store changed."""
        return any(sum(count.values()) for count in (self.added, self.changed, self.withdrawn, self.restored))

    def as_dict(self) -> dict[str, Any]:
        """Plain JSON data; at most a hundred warnings, the most frequent first."""
        counts = ("read", "added", "changed", "unchanged", "withdrawn", "restored", "refused", "repeated")
        return {
            **{name: dict(sorted(getattr(self, name).items())) for name in counts},
            "warnings": dict(self.warnings.most_common(100)),
            "set_aside": [vars(item) for item in self.set_aside],
        }


class Refusal(Exception):
    """An import that was stopped before anything was written; the message says why and what to do."""


def set_aside(report: Report, name: str, row: Row, refused: Refused) -> None:
    """Count a row that was refused, and list it among the first."""
    report.refused[refused.kind] += 1
    if len(report.set_aside) < _LISTED:
        item = SetAside(name, row.number, refused.kind, refused.id, refused.field, refused.reason)
        report.set_aside.append(item)


def note(report: Report, record: Record, places: Communes) -> None:
    """Count what was noticed in a row that was taken."""
    for name, reason in record.warnings:
        report.warnings[f"{record.kind}.{name}: {reason}"] += 1
    code = record.values.get("code_insee")
    if code and code not in places.by_code:
        report.warnings[f"{record.kind}.code_insee: unknown commune {code!r}"] += 1
    for zone in record.values.get("zone_eligibilite") or ():
        if not places.knows_zone(zone):
            report.warnings[f"{record.kind}.zone_eligibilite: unknown code {zone!r}"] += 1


def nothing(report: Report) -> str:
    """What is said of files of which no row could be taken."""
    said = f"no valid row in what was given ({sum(report.refused.values())} set aside)"
    first = "; ".join(str(item) for item in report.set_aside[:3])
    return f"{said}: {first}" if first else said
