"""Facts into a profile: what is set, added, removed, corrected; what contradicts what was confirmed. Pure."""

from __future__ import annotations

import functools
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bot.profile.codes import fields, is_list
from bot.yaml_text import yaml_loads

if TYPE_CHECKING:
    from bot.understanding.facts import Fact

EXCLUSIONS = Path(__file__).resolve().parents[2] / "data" / "profile" / "exclusions.yml"


@dataclass(frozen=True)
class Conflict:
    """A single-valued field whose confirmed value a fact changes."""

    field: str
    before: Any
    after: Any
    evidence: str


@dataclass(frozen=True)
class Merge:
    """The profile after the facts, the words each changed field was read from, and the conflicts met."""

    profile: dict[str, Any]
    evidence: dict[str, str] = field(default_factory=dict)
    conflicts: tuple[Conflict, ...] = ()


@functools.cache
def exclusions(path: Path = EXCLUSIONS) -> Mapping[str, Any]:
    """The codes that exclude each other, from data/profile/exclusions.yml. Shared: do not change it."""
    loaded: Mapping[str, Any] = yaml_loads(path.read_text(encoding="utf-8"))
    return loaded


def merge(profile: Mapping[str, Any], facts: Iterable[Fact], *, confirmed: Collection[str] = ()) -> Merge:
    """The profile once the facts of a message are taken in, in their order.

    A single field takes the new value: people correct themselves. When the field is in `confirmed` and the
    value differs, the change is also reported as a conflict. For lists: `add`, `remove` and `clear` (known
    to be none). Removing from an unknown list leaves it unknown: « pas de voiture » does not tell what is
    left. A fact without a value (a place to ask back) or of an unknown field changes nothing.
    """
    out: dict[str, Any] = {
        name: list(value) if isinstance(value, list) else value for name, value in profile.items()
    }
    evidence: dict[str, str] = {}
    conflicts: list[Conflict] = []
    known = frozenset(fields())
    for fact in facts:
        if fact.field not in known:
            continue
        before = out.get(fact.field)
        if is_list(fact.field):
            after = _listed(fact, before)
        elif fact.value is None or fact.operation != "set":
            continue
        else:
            after = fact.value
        if after is None:
            continue
        if fact.field in confirmed and before is not None and after != before and not is_list(fact.field):
            conflicts.append(Conflict(fact.field, before, after, fact.evidence))
        out[fact.field] = after
        evidence[fact.field] = fact.evidence
    return Merge(out, evidence, tuple(conflicts))


def _listed(fact: Fact, before: list[str] | None) -> list[str] | None:
    """The list after a fact; None when the fact changes nothing."""
    if fact.operation == "clear":
        return []
    if fact.operation == "set":
        return list(fact.value) if isinstance(fact.value, (list, tuple)) else None
    if fact.value is None:
        return None
    held = list(before or ())
    if fact.operation == "remove":
        if fact.value not in held:
            return None
        held.remove(fact.value)
        # An emptied list is unknown again, not « none »: only `clear` says that there is nothing.
        return held or None if before is None else held
    alone = exclusions()["alone"].get(fact.field, ())
    displaced = set(exclusions()["displaces"].get(fact.field, {}).get(fact.value, ()))
    if fact.value in alone:
        held = []
    held = [code for code in held if code not in displaced and code not in alone]
    if fact.value not in held:
        held.append(fact.value)
    return held
