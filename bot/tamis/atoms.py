"""The atoms of the compiled sieve by kind, so that the many ages, quotients and places are compared in one go."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

import numpy as np

from bot.tamis.columns import BITS, Indices, Masks, States
from bot.tamis.criteria import (
    CONTRADICTED,
    MET,
    UNKNOWN,
    Age,
    Expression,
    Lives,
    Quotient,
    Season,
    Situation,
    Validity,
)
from bot.tamis.evaluate import asked, atom_state
from bot.tamis.person import Person


class Atoms:
    """Numbered atoms; `size` counts all nodes, the groups made of atoms too."""

    def __init__(self, atoms: Sequence[tuple[int, Expression]], size: int) -> None:
        self._size = size
        ages = [
            (number, atom)
            for number, atom in atoms
            if isinstance(atom, Age) and not atom.doubt and atom.also is None
        ]
        self._age_ids = _numbers(ages)
        self._age_low = np.array([atom.low for _, atom in ages], np.int32)
        self._age_high = np.array([atom.high for _, atom in ages], np.int32)
        quotients = [
            (number, atom) for number, atom in atoms if isinstance(atom, Quotient) and atom.doubt is None
        ]
        self._quotient_ids = _numbers(quotients)
        self._quotient_low = np.array(
            [-1 if atom.low is None else atom.low for _, atom in quotients], np.float64
        )
        self._quotient_high = np.array(
            [np.inf if atom.high is None else atom.high for _, atom in quotients], np.float64
        )
        situations = [(number, atom) for number, atom in atoms if isinstance(atom, Situation)]
        self._situation_ids = _numbers(situations)
        self._situation_codes = [atom.code for _, atom in situations]
        self._situation_bits = np.array([BITS[atom.field] for _, atom in situations], np.int32)
        lives = [(number, atom) for number, atom in atoms if isinstance(atom, Lives)]
        self._lives_ids = _numbers(lives)
        inverted: dict[str, list[int]] = {}
        for number, atom in lives:
            for code in atom.codes:
                inverted.setdefault(code, []).append(number)
        self._inverted = {code: np.array(numbers, np.intp) for code, numbers in inverted.items()}
        self._dated = [(number, atom) for number, atom in atoms if isinstance(atom, Validity | Season)]
        done = {number for kind in (ages, quotients, situations, lives) for number, _ in kind}
        done |= {number for number, _ in self._dated}
        rest = [(number, atom) for number, atom in atoms if number not in done]
        self._rest = [atom for _, atom in rest]
        self._rest_ids = _numbers(rest)
        # One of each of the kinds compared in one go: the fact they wait for is the same for all of the kind.
        self._kinds = [(_numbers(kind), kind[0][1]) for kind in (ages, quotients) if kind]
        self._home = lives[0][1] if lives else None
        self._days: dict[tuple[dt.date, bool], States] = {}
        self._homes: dict[bool, Masks] = {}

    def states(self, person: Person) -> States:
        """The state of each atom at its node; other nodes are left at `MET`."""
        states = self._start(person).copy()
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
        states[self._situation_ids] = [person.situations[code] for code in self._situation_codes]
        if person.here is not None:
            for code in person.here.parts & self._inverted.keys():
                states[self._inverted[code]] = UNKNOWN
            for code in person.here.codes & self._inverted.keys():
                states[self._inverted[code]] = MET
        states[self._rest_ids] = [atom_state(atom, person) for atom in self._rest]
        return states

    def masks(self, person: Person, states: States) -> Masks:
        """For each undecided atom the bit of the fact it waits for, 0 elsewhere."""
        masks = self._waits_at_home(person).copy()
        for ids, one in self._kinds:
            masks[ids] = BITS[asked(one, person)]
        masks[self._situation_ids] = self._situation_bits
        masks[self._rest_ids] = [BITS[asked(atom, person)] for atom in self._rest]
        masks *= states == UNKNOWN
        return masks

    def _start(self, person: Person) -> States:
        # What depends on the day alone, and every place as it is for someone who lives in none of them.
        key = (person.now, person.here is None)
        start = self._days.get(key)
        if start is None:
            start = np.zeros(self._size, np.uint8)
            for number, atom in self._dated:
                start[number] = atom_state(atom, person)
            start[self._lives_ids] = UNKNOWN if person.here is None else CONTRADICTED
            self._days = {day: known for day, known in self._days.items() if day[0] == person.now}
            self._days[key] = start
        return start

    def _waits_at_home(self, person: Person) -> Masks:
        masks = self._homes.get(person.here is None)
        if masks is None:
            masks = np.zeros(self._size, np.int32)
            if self._home is not None:
                masks[self._lives_ids] = BITS[asked(self._home, person)]
            self._homes[person.here is None] = masks
        return masks


def _numbers(numbered: Sequence[tuple[int, Expression]]) -> Indices:
    return np.array([number for number, _ in numbered], np.intp)
