"""The columns of the compiled sieve: distinct expressions numbered, atoms by kind, the bits of missing facts."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bot.profile import codes as profile_codes
from bot.tamis.criteria import (
    CONTRADICTED,
    MET,
    UNKNOWN,
    Age,
    AllOf,
    AnyOf,
    Doubt,
    Expression,
    Lives,
    Not,
    Quotient,
    Season,
    Situation,
    Validity,
)
from bot.tamis.evaluate import asked, atom_state
from bot.tamis.person import Person

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
ALWAYS = 0  # the node that is always met: an empty set of requirements, no zone


@dataclass(frozen=True, slots=True)
class Layer:
    """Nodes of one depth and one kind, with the nodes they are made of (flattened, `starts` per node)."""

    kind: str
    nodes: Indices
    members: Indices
    starts: NDArray[np.intp]


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
            flat = [part for number in nodes for part in self.made[number][1]]
            sizes = [len(self.made[number][1]) for number in nodes]
            starts = np.concatenate(([0], np.cumsum(sizes)[:-1])).astype(np.intp)
            layers.append(Layer(kind, np.array(nodes, np.intp), np.array(flat, np.intp), starts))
        return layers


class Atoms:
    """Atoms by kind, so that the many ages, quotients and places are compared in one go."""

    def __init__(self, atoms: Sequence[tuple[int, Expression]], size: int) -> None:
        self._size = size
        ages = [(number, atom) for number, atom in atoms if isinstance(atom, Age)]
        self._plain_ages = [(number, atom) for number, atom in ages if not atom.doubt and atom.also is None]
        self._age_ids = np.array([number for number, _ in self._plain_ages], np.int32)
        self._age_low = np.array([atom.low for _, atom in self._plain_ages], np.int32)
        self._age_high = np.array([atom.high for _, atom in self._plain_ages], np.int32)
        quotients = [
            (number, atom) for number, atom in atoms if isinstance(atom, Quotient) and atom.doubt is None
        ]
        self._quotients = quotients
        self._quotient_ids = np.array([number for number, _ in quotients], np.int32)
        self._quotient_low = np.array(
            [-1 if atom.low is None else atom.low for _, atom in quotients], np.float64
        )
        self._quotient_high = np.array(
            [np.inf if atom.high is None else atom.high for _, atom in quotients], np.float64
        )
        self._situations = [
            (number, atom.code, atom.field) for number, atom in atoms if isinstance(atom, Situation)
        ]
        lives = [(number, atom) for number, atom in atoms if isinstance(atom, Lives)]
        self._lives = lives
        self._lives_ids = np.array([number for number, _ in lives], np.int32)
        inverted: dict[str, list[int]] = {}
        for number, atom in lives:
            for code in atom.codes:
                inverted.setdefault(code, []).append(number)
        self._inverted = {code: np.array(numbers, np.int32) for code, numbers in inverted.items()}
        self._dated = [(number, atom) for number, atom in atoms if isinstance(atom, Validity | Season)]
        done = {number for number, _ in self._plain_ages} | {number for number, _ in self._quotients}
        done |= {number for number, _ in lives} | {number for number, _ in self._dated}
        done |= {number for number, _, _ in self._situations}
        self._rest = [(number, atom) for number, atom in atoms if number not in done]
        self._day: tuple[dt.date, States] | None = None

    def states(self, person: Person) -> States:
        """The state of each atom at its node; other nodes are left at `MET`."""
        states = self._of_day(person).copy()
        if person.age is None:
            states[self._age_ids] = UNKNOWN
        else:
            inside = (self._age_low <= person.age) & (person.age <= self._age_high)
            states[self._age_ids] = np.where(inside, MET, CONTRADICTED)
        if person.quotient is None:
            states[self._quotient_ids] = UNKNOWN
        else:
            inside = (self._quotient_low <= person.quotient) & (person.quotient <= self._quotient_high)
            states[self._quotient_ids] = np.where(inside, MET, CONTRADICTED)
        for number, code, _ in self._situations:
            states[number] = person.situations[code]
        if person.here is None:
            states[self._lives_ids] = UNKNOWN
        else:
            states[self._lives_ids] = CONTRADICTED
            for code in person.here.parts:
                if code in self._inverted:
                    states[self._inverted[code]] = UNKNOWN
            for code in person.here.codes:
                if code in self._inverted:
                    states[self._inverted[code]] = MET
        for number, atom in self._rest:
            states[number] = atom_state(atom, person)
        return states

    def masks(self, person: Person, states: States) -> Masks:
        """For each undecided atom the bit of the fact it waits for, 0 elsewhere."""
        masks = np.zeros(self._size, np.int32)
        for ids, atoms in (
            (self._age_ids, self._plain_ages),
            (self._quotient_ids, self._quotients),
            (self._lives_ids, self._lives),
        ):
            if atoms:
                masks[ids] = BITS[asked(atoms[0][1], person)]
        for number, _, field in self._situations:
            masks[number] = BITS[field]
        for number, atom in self._rest:
            masks[number] = BITS[asked(atom, person)]
        masks[states[: self._size] != UNKNOWN] = 0
        return masks

    def _of_day(self, person: Person) -> States:
        if self._day is None or self._day[0] != person.now:
            states = np.zeros(self._size, np.uint8)
            for number, atom in self._dated:
                states[number] = atom_state(atom, person)
            self._day = (person.now, states)
        return self._day[1]
