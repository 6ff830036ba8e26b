"""The columns of the compiled sieve: distinct expressions numbered, groups of them side by side, facts as bits."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from bot.profile import codes as profile_codes
from bot.tamis.criteria import AllOf, AnyOf, Doubt, Expression, Not

FACTS: tuple[str, ...] = (
    *(
        name
        for name in profile_codes.fields()
        if name not in ("language", "plain", "declined", "human_requested")
    ),
    "residence_duration",
    "registration_duration",
    "licence_duration",
    "contract",
    "prescription",
    "resources",
    "other",
)
BITS = {name: np.int32(1 << index) for index, name in enumerate(FACTS)}
States = NDArray[np.uint8]
Masks = NDArray[np.int32]
Indices = NDArray[np.intp]  # numpy looks up with these without a copy
Values = TypeVar("Values", States, Masks)
ALWAYS = 0  # the node that is always met: an empty set of requirements, no zone


class Rows:
    """Groups of nodes in columns, those of about one size side by side: a whole column is combined at once.

    `order` tells which group stands where. A short group repeats its last node, which changes no maximum,
    minimum or union.
    """

    def __init__(self, groups: Sequence[tuple[int, ...]]) -> None:
        alike: dict[int, list[int]] = {}
        for position, group in enumerate(groups):
            alike.setdefault(_width(len(group)), []).append(position)
        self.order: Indices = np.array([each for width in sorted(alike) for each in alike[width]], np.intp)
        self.columns: list[Indices] = [
            np.ascontiguousarray(
                np.array(
                    [groups[each] + groups[each][-1:] * (width - len(groups[each])) for each in alike[width]],
                    np.intp,
                ).T
            )
            for width in sorted(alike)
        ]

    def combined(self, how: np.ufunc, values: Values) -> Values:
        """One value a group, in `order`."""
        parts: list[Any] = [how.reduce(values.take(each, mode="clip"), axis=0) for each in self.columns]
        found: Values = parts[0] if len(parts) == 1 else np.concatenate(parts)
        return found


def _width(size: int) -> int:
    # 1, 2, 3, 4, 6, 8, 12, 16, 24…: few columns, little padding.
    width = 1
    while width < size:
        width += max(1, (1 << width.bit_length()) >> 2)
    return width


@dataclass(frozen=True, slots=True)
class Layer:
    """Nodes of one depth and one kind, with the nodes they are made of."""

    kind: str
    nodes: Indices
    rows: Rows


class Builder:
    """Numbers distinct expressions: atoms at depth 0, groups above what they are made of."""

    def __init__(self) -> None:
        self.ids: dict[Expression, int] = {}
        self.depths: list[int] = [0]
        self.made: list[tuple[str, tuple[int, ...]]] = [("always", ())]
        self.atoms: list[tuple[int, Expression]] = []

    def node(self, expression: Expression) -> int:
        """The number of this expression; the same for equal ones."""
        known = self.ids.get(expression)
        if known is not None:
            return known
        match expression:
            case AllOf(members):
                kind, parts = "all", tuple(self.node(member) for member in members)
            case AnyOf(members):
                kind, parts = "any", tuple(self.node(member) for member in members)
            case Not(member):
                kind, parts = "not", (self.node(member),)
            case Doubt(one, other):
                kind, parts = "doubt", (self.node(one), self.node(other))
            case _:
                kind, parts = "atom", ()
        number = len(self.depths)
        self.ids[expression] = number
        self.depths.append(1 + max(self.depths[part] for part in parts) if parts else 0)
        self.made.append((kind, parts))
        if not parts:
            self.atoms.append((number, expression))
        return number

    def layers(self) -> list[Layer]:
        """The nodes above the atoms, deepest last."""
        byplace: dict[tuple[int, str], list[int]] = {}
        for number, (kind, parts) in enumerate(self.made):
            if parts:
                byplace.setdefault((self.depths[number], kind), []).append(number)
        layers = []
        for depth, kind in sorted(byplace):
            nodes = byplace[depth, kind]
            rows = Rows([self.made[number][1] for number in nodes])
            layers.append(Layer(kind, np.array(nodes, np.intp)[rows.order], rows))
        return layers
