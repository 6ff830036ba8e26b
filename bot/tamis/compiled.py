"""The compiled sieve: the criteria of a whole directory as columns, evaluated together for one person.

Every distinct expression is a node; nodes of one depth are evaluated at once, then each distinct set of
requirements, then each service by two look-ups (its set, its zone). Says exactly what `sieve.decide` says.
"""

from __future__ import annotations

import functools
from array import array
from collections.abc import Mapping, Sequence

import numpy as np

from bot.tamis.atoms import Atoms
from bot.tamis.columns import ALWAYS, BITS, Builder, Indices, Masks, Rows, States
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
        nodes = self._compiled.nodes(index)
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
        seen: dict[int, int] = {}  # by identity: a crew makes equal criteria one object
        sets: dict[tuple[int, ...], int] = {}
        row_of, row_sets, row_zones = array("q"), array("q"), array("q")
        self.readings = tuple(readings)
        self._nodes, self._starts = array("i"), array("i", [0])
        for reading in self.readings:
            row_of.append(seen.setdefault(id(reading.criteria), len(seen)))
            if row_of[-1] < len(row_sets):
                continue
            zone, required = ALWAYS, set()
            for criterion in reading.criteria:
                number = builder.node(criterion.expression)
                self._nodes.append(number)
                if criterion.source_field == "zone_eligibilite" and zone == ALWAYS:
                    zone = number
                else:
                    required.add(number)
            self._starts.append(len(self._nodes))
            row_sets.append(sets.setdefault(tuple(sorted(required)) or (ALWAYS,), len(sets)))
            row_zones.append(zone)
        self._atoms = Atoms(builder.atoms, len(builder.made))
        self._layers = builder.layers()
        self._sets = Rows(list(sets))
        stands = np.empty(len(sets), np.intp)
        stands[self._sets.order] = np.arange(len(sets))
        self._rows = np.frombuffer(row_of, np.int64).astype(np.int32)
        self._service_sets: Indices = stands[np.frombuffer(row_sets, np.int64)][self._rows]
        self._service_zones: Indices = np.frombuffer(row_zones, np.int64).astype(np.intp)[self._rows]
        self.levels = np.array([reading.level for reading in self.readings], np.int8)

    def __len__(self) -> int:
        return len(self.readings)

    def nodes(self, index: int) -> Sequence[int]:
        """The numbers of the criteria of the service at this index."""
        row = int(self._rows[index])
        return self._nodes[self._starts[row] : self._starts[row + 1]]

    def sieve(self, person: Person) -> Verdicts:
        """The state of every service for this person."""
        nodes = self._atoms.states(person)
        if not len(self):
            return Verdicts(self, person, nodes, np.zeros(0, np.uint8), np.zeros(0, np.uint8))
        for layer in self._layers:
            if layer.kind == "all":
                nodes[layer.nodes] = layer.rows.combined(np.maximum, nodes)
            elif layer.kind == "any":
                nodes[layer.nodes] = layer.rows.combined(np.minimum, nodes)
            else:
                parts = nodes.take(layer.rows.columns[0], mode="clip")
                if layer.kind == "not":
                    nodes[layer.nodes] = CONTRADICTED - parts[0]
                else:
                    nodes[layer.nodes] = np.where(parts[0] == parts[1], parts[0], UNKNOWN)
        sets = self._sets.combined(np.maximum, nodes)
        states = sets.take(self._service_sets, mode="clip")
        np.maximum(states, nodes.take(self._service_zones, mode="clip"), out=states)
        return Verdicts(self, person, nodes, sets, states)

    def node_masks(self, person: Person, nodes: States) -> Masks:
        """The missing facts of each distinct expression as bits, for states this object computed."""
        masks = self._atoms.masks(person, nodes)
        for layer in self._layers:
            together = layer.rows.combined(np.bitwise_or, masks)
            if layer.kind == "doubt":
                together[together == 0] = BITS["other"]
            masks[layer.nodes] = together * (nodes[layer.nodes] == UNKNOWN)
        return masks

    def masks(self, node_masks: Masks, sets: States, states: States) -> Masks:
        """The missing facts of each service as bits."""
        if not len(self):
            return np.zeros(0, np.int32)
        of_sets = self._sets.combined(np.bitwise_or, node_masks)
        of_sets *= sets == UNKNOWN
        found = of_sets.take(self._service_sets, mode="clip")
        found |= node_masks.take(self._service_zones, mode="clip")
        found *= states == UNKNOWN
        return found
