"""The value of an expression for a person, and what is missing to decide it. Plain, object by object."""

from __future__ import annotations

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
    "code": {"code-obtenu": MET, "b": UNKNOWN, "b-automatique": UNKNOWN, "etranger": UNKNOWN, "suspendu": UNKNOWN},
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


def state(expression: Expression, person: Person) -> int:
    """`MET`, `UNKNOWN` or `CONTRADICTED`."""
    match expression:
        case AllOf(members):
            return max(state(member, person) for member in members)
        case AnyOf(members):
            return min(state(member, person) for member in members)
        case Not(member):
            return CONTRADICTED - state(member, person)
        case Doubt(one, other):
            first = state(one, person)
            return first if first == state(other, person) else UNKNOWN
        case _:
            return atom_state(expression, person)


def atom_state(atom: Expression, person: Person) -> int:
    """The state of one atom."""
    match atom:
        case Age():
            return _age(atom, person)
        case Situation(code):
            return person.situations[code]
        case Quotient():
            return _quotient(atom, person.quotient)
        case Licence(kind):
            return UNKNOWN if person.licence is None else _LICENCES[kind].get(person.licence, CONTRADICTED)
        case Purpose(codes, doubtful):
            if person.purpose is None or person.purpose in doubtful:
                return UNKNOWN
            return MET if person.purpose in codes else CONTRADICTED
        case Vehicle(kind):
            return _vehicle(kind, person.means)
        case Lives(codes):
            return _inside(codes, person.here)
        case Works(codes):
            # Only a trip to a job tells where the person works.
            return _inside(codes, person.there) if person.purpose == "emploi" else UNKNOWN
        case Duration(field, months, at_most):
            long_term = field == "registration_duration" and months <= LONG_TERM_MONTHS and not at_most
            known = person.statuses is not None and "demandeur-emploi-longue-duree" in person.statuses
            return MET if long_term and known else UNKNOWN
        case Access(needs, partly):
            return _access(needs, partly, person.access_needs)
        case Validity(start, end):
            early = start is not None and person.now < start
            late = end is not None and person.now > end
            return CONTRADICTED if early or late else MET
        case Season(start, end):
            today = (person.now.month, person.now.day)
            inside = start <= today <= end if start <= end else today >= start or today <= end
            return MET if inside else CONTRADICTED
        case Full():
            return _full(atom, person)
        case _:
            return UNKNOWN


def missing(expression: Expression, person: Person) -> frozenset[str]:
    """The facts that would help to decide an expression; empty when it is decided."""
    if state(expression, person) != UNKNOWN:
        return frozenset()
    match expression:
        case AllOf(members) | AnyOf(members):
            return frozenset().union(*(missing(member, person) for member in members))
        case Not(member):
            return missing(member, person)
        case Doubt(one, other):
            return (missing(one, person) | missing(other, person)) or frozenset({"other"})
        case _:
            return frozenset({asked(expression, person)})


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
