"""The compiled sieve: the criteria of a whole directory as columns, evaluated together for one person.

Every distinct expression is a node; nodes of one depth are evaluated at once, then each distinct set of
requirements, then each service by two look-ups (its set, its zone). Says exactly what `sieve.decide` says.
"""

from __future__ import annotations

import datetime as dt
import functools
from collections.abc import Mapping, Sequence
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
from bot.tamis.reader import Reading
from bot.tamis.sieve import Decision, assemble

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
class _Layer:
    """Nodes of one depth and one kind, with the nodes they are made of (flattened, `starts` per node)."""

    kind: str
    nodes: Indices
    members: Indices
    starts: NDArray[np.intp]


class _Builder:
    """Numbers distinct expressions: atoms at depth 0, groups above what they are made of."""

    def __init__(self) -> None:
        self.ids: dict[Expression, int] = {}
        self.depths: list[int] = [0]
        self.made: list[tuple[str, tuple[int, ...]]] = [("always", ())]
        self.atoms: list[tuple[int, Expression]] = []

    def node(self, expression: Expression) -> int:
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

    def layers(self) -> list[_Layer]:
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
            layers.append(_Layer(kind, np.array(nodes, np.intp), np.array(flat, np.intp), starts))
        return layers


class _Atoms:
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


class Verdicts:
    """The states of every service for one person; what is missing is computed when asked for."""

    def __init__(
        self, compiled: Compiled, person: Person, nodes: States, sets: States, states: States
    ) -> None:
        self._compiled = compiled
        self._person = person
        self._nodes = nodes
        self._sets = sets
        self.states = states
        self._node_masks: Masks | None = None
        self._masks: Masks | None = None

    def masks(self) -> Masks:
        """For each service to check, the bits (see `FACTS`) of the facts it waits for; 0 for the others."""
        if self._masks is None:
            self._masks = self._compiled.masks(self._waiting(), self._sets, self.states)
        return self._masks

    def missing(self, index: int) -> tuple[str, ...]:
        """The names of the facts the service at this index waits for, sorted."""
        return names(int(self.masks()[index]))

    def decision(self, index: int, forms: Mapping[str, str]) -> Decision:
        """The decision on the service at this index, as `sieve.decide` would make it."""
        nodes = self._compiled.criteria[index]
        waiting = self._waiting()
        states = [int(self._nodes[node]) for node in nodes]
        lacking = [names(int(waiting[node])) for node in nodes]
        return assemble(self._compiled.readings[index], states, lacking, forms)

    def _waiting(self) -> Masks:
        if self._node_masks is None:
            self._node_masks = self._compiled.node_masks(self._person, self._nodes)
        return self._node_masks


@functools.lru_cache(maxsize=4096)
def names(mask: int) -> tuple[str, ...]:
    """The facts of a mask, sorted by name."""
    return tuple(sorted(fact for fact, bit in BITS.items() if mask & int(bit)))


class Compiled:
    """A directory's readings as columns. `levels` holds each service's level, in the order given."""

    def __init__(self, readings: Sequence[Reading]) -> None:
        builder = _Builder()
        sets: dict[tuple[int, ...], int] = {}
        same: dict[tuple[int, ...], tuple[int, ...]] = {}
        self.readings = tuple(readings)
        self.criteria: list[tuple[int, ...]] = []
        service_sets, service_zones = [], []
        for reading in readings:
            zone, required = ALWAYS, set()
            numbers = tuple(builder.node(criterion.expression) for criterion in reading.criteria)
            self.criteria.append(same.setdefault(numbers, numbers))
            for criterion, number in zip(reading.criteria, numbers, strict=True):
                if criterion.source_field == "zone_eligibilite" and zone == ALWAYS:
                    zone = number
                else:
                    required.add(number)
            key = tuple(sorted(required)) or (ALWAYS,)
            service_sets.append(sets.setdefault(key, len(sets)))
            service_zones.append(zone)
        self._atoms = _Atoms(builder.atoms, len(builder.made))
        self._layers = builder.layers()
        flat = [number for key in sets for number in key]
        sizes = [len(key) for key in sets]
        self._set_members = np.array(flat, np.intp)
        self._set_starts = (
            np.concatenate(([0], np.cumsum(sizes)[:-1])).astype(np.intp) if sizes else np.zeros(0, np.intp)
        )
        self._service_sets = np.array(service_sets, np.intp)
        self._service_zones = np.array(service_zones, np.intp)
        self.levels = np.array([reading.level for reading in readings], np.int8)

    def __len__(self) -> int:
        return len(self._service_sets)

    def sieve(self, person: Person) -> Verdicts:
        """The state of every service for this person."""
        nodes = self._atoms.states(person)
        for layer in self._layers:
            parts = nodes[layer.members]
            if layer.kind == "all":
                nodes[layer.nodes] = np.maximum.reduceat(parts, layer.starts)
            elif layer.kind == "any":
                nodes[layer.nodes] = np.minimum.reduceat(parts, layer.starts)
            elif layer.kind == "not":
                nodes[layer.nodes] = CONTRADICTED - parts
            else:
                one, other = parts[0::2], parts[1::2]
                nodes[layer.nodes] = np.where(one == other, one, UNKNOWN)
        if not len(self):
            return Verdicts(self, person, nodes, np.zeros(0, np.uint8), np.zeros(0, np.uint8))
        sets = np.maximum.reduceat(nodes[self._set_members], self._set_starts)
        states = np.maximum(sets[self._service_sets], nodes[self._service_zones])
        return Verdicts(self, person, nodes, sets, states)

    def node_masks(self, person: Person, nodes: States) -> Masks:
        """The missing facts of each distinct expression as bits, for states this object computed."""
        masks = self._atoms.masks(person, nodes)
        for layer in self._layers:
            together = np.bitwise_or.reduceat(masks[layer.members], layer.starts)
            undecided = nodes[layer.nodes] == UNKNOWN
            if layer.kind == "doubt":
                together = np.where(together == 0, BITS["other"], together)
            masks[layer.nodes] = np.where(undecided, together, 0)
        return masks

    def masks(self, node_masks: Masks, sets: States, states: States) -> Masks:
        """The missing facts of each service as bits."""
        if not len(self):
            return np.zeros(0, np.int32)
        of_sets = np.bitwise_or.reduceat(node_masks[self._set_members], self._set_starts)
        of_sets[sets != UNKNOWN] = 0
        found = of_sets[self._service_sets] | node_masks[self._service_zones]
        found[states != UNKNOWN] = 0
        return found
