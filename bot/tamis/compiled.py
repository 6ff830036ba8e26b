"""The compiled sieve: the criteria of a whole directory as columns, evaluated together for one person.

Every distinct expression is a node; nodes of one depth are evaluated at once, then each distinct set of
requirements, then each service by two look-ups (its set, its zone). Says exactly what `sieve.decide` says.
"""

from __future__ import annotations

import functools
from collections.abc import Mapping, Sequence

import numpy as np

from bot.tamis.columns import ALWAYS, BITS, Atoms, Builder, Masks, States
from bot.tamis.criteria import CONTRADICTED, UNKNOWN
from bot.tamis.person import Person
from bot.tamis.reader import Reading
from bot.tamis.sieve import Decision, assemble


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
        builder = Builder()
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
        self._atoms = Atoms(builder.atoms, len(builder.made))
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
