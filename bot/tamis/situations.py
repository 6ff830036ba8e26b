"""What statuses say of situations: implications and exclusions, read from `situations.yml`."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bot.tamis.criteria import CONTRADICTED, MET, UNKNOWN, Age, Expression, Situation
from bot.yaml_text import yaml_loads


@dataclass(frozen=True, slots=True)
class Definition:
    """One situation: which statuses are enough for it, which exclude it, what to ask to know it."""

    code: str
    field: str
    met_by: frozenset[str]
    refuted_by: frozenset[str]
    none_refutes: bool
    within: tuple[str, ...]
    words: tuple[str, ...]


class Situations:
    """All situations. `publics` maps a coded public of the directory to the expression it means."""

    def __init__(self, data: Mapping[str, Any]) -> None:
        groups = [frozenset(group) for group in data["exclusive"]]
        self._rivals: dict[str, set[str]] = {}
        for group in groups:
            for status in group:
                self._rivals.setdefault(status, set()).update(group - {status})
        self.definitions: dict[str, Definition] = {}
        self.publics: dict[str, Expression] = {}
        for code, spec in data["situations"].items():
            self.definitions[code] = self._define(code, spec)
            if "public" in spec:
                self.publics[spec["public"]] = self.atom(code)
        for public, spec in data["ages"].items():
            spans = tuple((low, high) for low, high in spec["doubt"])
            self.publics[public] = Age(spec["low"], spec["high"], spans, spec.get("also"))

    @classmethod
    def load(cls, data: Path) -> Situations:
        """Reads `tamis/situations.yml` under the data folder."""
        return cls(yaml_loads((data / "tamis" / "situations.yml").read_text(encoding="utf-8")))

    def _define(self, code: str, spec: Mapping[str, Any]) -> Definition:
        met_by = frozenset(spec.get("met_by", ()))
        # Refuted when a status present excludes every status that would meet it.
        rivals = [self._rivals.get(status, set()) for status in met_by]
        refuted = set.intersection(*rivals) if rivals and spec.get("none_refutes") else set()
        within = (*spec.get("within", ()), *([spec["public"]] if "public" in spec else []))
        return Definition(
            code,
            spec.get("field", "statuses"),
            met_by,
            frozenset(refuted) | frozenset(spec.get("refuted_by", ())),
            bool(spec.get("none_refutes")),
            within,
            tuple(spec.get("words", ())),
        )

    def atom(self, code: str) -> Situation:
        """The atom of this situation."""
        return Situation(code, self.definitions[code].field)

    def rivals(self, status: str) -> frozenset[str]:
        """The statuses that this one excludes."""
        return frozenset(self._rivals.get(status, ()))

    def states(self, statuses: Collection[str] | None) -> dict[str, int]:
        """The state of every situation for these statuses (None: unknown; empty: known to be none)."""
        return {code: _state(definition, statuses) for code, definition in self.definitions.items()}


def _state(definition: Definition, statuses: Collection[str] | None) -> int:
    if statuses is None:
        return UNKNOWN
    if any(status in definition.met_by for status in statuses):
        return MET
    if not statuses:
        return CONTRADICTED if definition.none_refutes else UNKNOWN
    return CONTRADICTED if any(status in definition.refuted_by for status in statuses) else UNKNOWN
