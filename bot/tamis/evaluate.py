"""The value of an expression for a person, and what is missing to decide it. Plain, object by object."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from bot.tamis.criteria import (
    CONTRADICTED,
    MET,
    UNKNOWN,
    Access,
    Age,
    AllOf,
    AnyOf,
    Doubt,
    Duration,
    Expression,
    Full,
    Licence,
    Lives,
    Not,
    Purpose,
    Quotient,
    Season,
    Situation,
    Stated,
    Validity,
    Vehicle,
    Works,
)
from bot.tamis.person import Person
from bot.tamis.places import Place

# licence held by the person -> state of each kind a service may ask for.
# An automatic licence, or one from abroad, opens some vehicles and not others: a human looks.
_LICENCES: dict[str, dict[str, int]] = {
    "b": {"b": MET, "b-automatique": UNKNOWN, "etranger": UNKNOWN},
    "any": {"b": MET, "b-automatique": MET, "am": UNKNOWN, "etranger": UNKNOWN},
    "am": {"am": MET, "b": MET, "b-automatique": MET, "etranger": UNKNOWN, "suspendu": UNKNOWN},
    "code": {
        "code-obtenu": MET,
        "b": UNKNOWN,
        "b-automatique": UNKNOWN,
        "etranger": UNKNOWN,
        "suspendu": UNKNOWN,
    },
    "foreign": {"etranger": MET},
    "suspended": {"suspendu": MET, "aucun": UNKNOWN, "code-obtenu": UNKNOWN, "code-en-cours": UNKNOWN},
    "none": {
        "aucun": MET,
        "am": MET,
        "code-en-cours": MET,
        "code-obtenu": MET,
        "etranger": UNKNOWN,
        "suspendu": UNKNOWN,
    },
}
# means that say something of a vehicle; any other non-empty list leaves the vehicle unknown.
_VEHICLES: dict[str, dict[str, int]] = {
    "owned": {"voiture": MET, "voiture-en-panne": MET, "aucun": CONTRADICTED},
    "broken": {"voiture-en-panne": MET, "aucun": CONTRADICTED},
    "none": {"voiture": CONTRADICTED, "aucun": MET},
}
LONG_TERM_MONTHS = 12  # registered for a year: the very meaning of long-term unemployment


NOTHING: frozenset[str] = frozenset()


def state(expression: Expression, person: Person) -> int:
    """`MET`, `UNKNOWN` or `CONTRADICTED`."""
    return weigh(expression, person)[0]


def missing(expression: Expression, person: Person) -> frozenset[str]:
    """The facts that would help to decide an expression; empty when it is decided."""
    return weigh(expression, person)[1]


def weigh(expression: Expression, person: Person) -> tuple[int, frozenset[str]]:
    """The state of an expression and what is missing to decide it."""
    if isinstance(expression, AllOf):
        return _group(max, expression.members, person)
    if isinstance(expression, AnyOf):
        return _group(min, expression.members, person)
    if isinstance(expression, Not):
        inner, lacking = weigh(expression.member, person)
        return CONTRADICTED - inner, lacking
    if isinstance(expression, Doubt):
        one, other = weigh(expression.one, person), weigh(expression.other, person)
        if one[0] == other[0] != UNKNOWN:
            return one[0], NOTHING
        return UNKNOWN, (one[1] | other[1]) or frozenset({"other"})
    value = atom_state(expression, person)
    return value, frozenset({asked(expression, person)}) if value == UNKNOWN else NOTHING


def _group(
    choose: Callable[[Iterable[int]], int], members: tuple[Expression, ...], person: Person
) -> tuple[int, frozenset[str]]:
    weighed = [weigh(member, person) for member in members]
    value = choose(each for each, _ in weighed)
    return value, NOTHING.union(*(lacking for _, lacking in weighed)) if value == UNKNOWN else NOTHING


def atom_state(atom: Expression, person: Person) -> int:
    """The state of one atom."""
    return _STATES[type(atom)](atom, person)


def asked(atom: Expression, person: Person) -> str:
    """The fact an undecided atom waits for: its field, or `other` when that field is already fully known."""
    match atom:
        case Age() if person.age is not None:
            return "other"
        case Quotient() if person.quotient is not None:
            return "other"
        case Licence() if person.licence is not None:
            return "other"
        case Purpose() if person.purpose is not None:
            return "other"
        case Lives() if person.here is not None:
            return "other"
        case Works() if person.purpose is None:
            return "purpose"
        case Works() if person.purpose != "emploi" or person.there is not None:
            return "other"
        case Full(until) if until is None or person.deadline is not None:
            return "other"
    field: str = atom.field  # type: ignore[union-attr]
    return field


def _age(atom: Age, person: Person) -> int:
    met_anyway = atom.also is not None and person.statuses is not None and atom.also in person.statuses
    if person.age is None:
        return MET if met_anyway else UNKNOWN
    if atom.low <= person.age <= atom.high:
        return MET
    if any(low <= person.age <= high for low, high in atom.doubt):
        return MET if met_anyway else UNKNOWN
    return CONTRADICTED


def _quotient(atom: Quotient, value: int | None) -> int:
    if value is None or value == atom.doubt:
        return UNKNOWN
    above = atom.low is not None and value < atom.low
    below = atom.high is not None and value > atom.high
    return CONTRADICTED if above or below else MET


def _vehicle(kind: str, means: frozenset[str] | None) -> int:
    if means is None:
        return UNKNOWN
    table = _VEHICLES[kind]
    if not means:
        return table["aucun"]
    found = [table[code] for code in means if code in table]
    if MET in found and CONTRADICTED in found:
        return UNKNOWN
    return found[0] if found else UNKNOWN


def _inside(codes: tuple[str, ...], where: Place | None) -> int:
    if not where:
        return UNKNOWN
    if any(code in where.codes for code in codes):
        return MET
    return UNKNOWN if any(code in where.parts for code in codes) else CONTRADICTED


def _access(needs: tuple[str, ...], partly: tuple[str, ...], said: frozenset[str] | None) -> int:
    if said is None:
        return UNKNOWN
    if any(need in said for need in needs):
        return CONTRADICTED
    if any(need in said for need in partly):
        return UNKNOWN
    return MET


def _full(atom: Full, person: Person) -> int:
    if atom.until is None:
        return CONTRADICTED
    free = atom.after or atom.until
    if person.now >= free:
        return MET
    if person.deadline is None:
        return UNKNOWN
    if person.deadline < atom.until:
        return CONTRADICTED
    return MET if person.deadline >= free else UNKNOWN


def _purpose(atom: Purpose, person: Person) -> int:
    if person.purpose is None or person.purpose in atom.doubt:
        return UNKNOWN
    return MET if person.purpose in atom.codes else CONTRADICTED


def _licence(atom: Licence, person: Person) -> int:
    return UNKNOWN if person.licence is None else _LICENCES[atom.kind].get(person.licence, CONTRADICTED)


def _works(atom: Works, person: Person) -> int:
    # Only a trip to a job tells where the person works.
    return _inside(atom.codes, person.there) if person.purpose == "emploi" else UNKNOWN


def _duration(atom: Duration, person: Person) -> int:
    within_a_year = (
        atom.field == "registration_duration" and atom.months <= LONG_TERM_MONTHS and not atom.at_most
    )
    long_term = person.statuses is not None and "demandeur-emploi-longue-duree" in person.statuses
    return MET if within_a_year and long_term else UNKNOWN


def _validity(atom: Validity, person: Person) -> int:
    early = atom.start is not None and person.now < atom.start
    late = atom.end is not None and person.now > atom.end
    return CONTRADICTED if early or late else MET


def _season(atom: Season, person: Person) -> int:
    today = (person.now.month, person.now.day)
    if atom.start <= atom.end:
        return MET if atom.start <= today <= atom.end else CONTRADICTED
    return MET if today >= atom.start or today <= atom.end else CONTRADICTED


def _access_of(atom: Access, person: Person) -> int:
    return _access(atom.needs, atom.partly, person.access_needs)


_STATES: dict[type, Callable[[Any, Person], int]] = {
    Age: _age,
    Situation: lambda atom, person: person.situations[atom.code],
    Quotient: lambda atom, person: _quotient(atom, person.quotient),
    Licence: _licence,
    Purpose: _purpose,
    Vehicle: lambda atom, person: _vehicle(atom.kind, person.means),
    Lives: lambda atom, person: _inside(atom.codes, person.here),
    Works: _works,
    Duration: _duration,
    Stated: lambda _atom, _person: UNKNOWN,
    Access: _access_of,
    Validity: _validity,
    Season: _season,
    Full: _full,
}
