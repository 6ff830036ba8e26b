"""The level of an offer: that of the strongest restriction it states."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from bot.tamis.criteria import Age, AllOf, AnyOf, Doubt, Expression, Not, Situation, Stated, atoms
from bot.tamis.measures import OLDEST
from bot.yaml_text import yaml_loads


class Levels:
    """The rules of `levels.yml`."""

    def __init__(self, rules: dict[str, Any]) -> None:
        self._fields: dict[str, int] = rules["fields"]
        self._several: int = rules["several"]
        self._majority: int = rules["majority"]
        self._neutral = frozenset(rules["neutral"])
        self._reasons = frozenset(rules["neutral_reasons"])

    @classmethod
    def load(cls, data: Path) -> Levels:
        """Reads `tamis/levels.yml` under the data folder."""
        return cls(yaml_loads((data / "tamis" / "levels.yml").read_text(encoding="utf-8")))

    def of(self, expressions: Iterable[Expression]) -> int:
        """0 to 5 for requirements that all apply."""
        required = list(expressions)
        strongest = max((self._one(expression) for expression in required), default=0)
        statuses: set[str] = set()
        for expression in required:
            statuses |= self._statuses(expression)
        return max(strongest, self._several) if len(statuses) > 1 else strongest

    def _one(self, expression: Expression) -> int:
        inner = max((self._atom(atom) for atom in atoms(expression)), default=0)
        several = max((len(self._statuses(part)) for part in _parts(expression)), default=0) > 1
        return max(inner, self._several) if several else inner

    def _atom(self, atom: Expression) -> int:
        if type(atom).__name__ in self._neutral or (isinstance(atom, Stated) and atom.what in self._reasons):
            return 0
        return self._fields.get(getattr(atom, "field", ""), 0)

    def _statuses(self, expression: Expression) -> set[str]:
        """The statuses an expression requires at once; an alternative counts as one."""
        if isinstance(expression, AllOf):
            return set().union(*(self._statuses(member) for member in expression.members))
        if isinstance(expression, AnyOf):
            each = [self._statuses(member) for member in expression.members]
            return {"|".join(sorted(set().union(*each)))} if all(each) else set()
        if isinstance(expression, Doubt):
            return min(self._statuses(expression.one), self._statuses(expression.other), key=len)
        if isinstance(expression, Not):
            return set()
        if isinstance(expression, Situation):
            return {expression.code}
        if isinstance(expression, Age):
            grown = expression.low <= self._majority and expression.high >= OLDEST
            return set() if grown else {"age"}
        return set()


def _parts(expression: Expression) -> list[Expression]:
    """An expression and its alternatives, each of which may require several statuses at once."""
    if isinstance(expression, AnyOf | AllOf):
        return [expression, *(part for member in expression.members for part in _parts(member))]
    return [expression]
