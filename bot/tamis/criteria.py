"""The language of criteria: what a service may require, and how groups of requirements combine.

Frozen plain data. An atom looks at one fact of the person; `AllOf`, `AnyOf`, `Not` and `Doubt` combine them. The value
for a person is a state, `MET` < `UNKNOWN` < `CONTRADICTED`: "all of" is a maximum, "any of" a minimum (Kleene).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar, TypeAlias

MET, UNKNOWN, CONTRADICTED = 0, 1, 2
STATE_NAMES = ("met", "unknown", "contradicted")

Span: TypeAlias = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Age:
    """An age, both ends included; those in `doubt` are neither; `also`: a status that is enough when undecided."""

    low: int
    high: int
    doubt: tuple[Span, ...] = ()
    also: str | None = None
    field: ClassVar[str] = "age"


@dataclass(frozen=True, slots=True)
class Situation:
    """A situation of the person, by its code in `situations.yml`; `field` is what to ask to know it."""

    code: str
    field: str = "statuses"


@dataclass(frozen=True, slots=True)
class Quotient:
    """A quotient familial in euros a month between `low` and `high`; the value in `doubt` is neither."""

    high: float | None = None
    low: float | None = None
    doubt: float | None = None
    field: ClassVar[str] = "household_quotient"


@dataclass(frozen=True, slots=True)
class Licence:
    """A licence held: `b`, `am`, `code` (theory test passed), `any`, `foreign` (from outside the EU and EEA, not
    exchanged yet), `suspended` (taken away for a time or for good), or `none` (must not hold the B licence)."""

    kind: str
    field: ClassVar[str] = "licence"


@dataclass(frozen=True, slots=True)
class Purpose:
    """What the trip is for: one of these codes of the profile's `purpose`; those in `doubt` are neither."""

    codes: tuple[str, ...]
    doubt: tuple[str, ...] = ()
    field: ClassVar[str] = "purpose"


@dataclass(frozen=True, slots=True)
class Vehicle:
    """A vehicle of the person's own: `owned` (running or not), `none`, or `broken`."""

    kind: str
    field: ClassVar[str] = "means"


@dataclass(frozen=True, slots=True)
class Lives:
    """Lives in one of these places: codes of communes, EPCI, départements, regions or countries."""

    codes: tuple[str, ...]
    field: ClassVar[str] = "origin"


@dataclass(frozen=True, slots=True)
class Works:
    """Works, or is about to, in one of these places."""

    codes: tuple[str, ...]
    field: ClassVar[str] = "destination"


@dataclass(frozen=True, slots=True)
class Duration:
    """Something must have lasted (or not exceed) some months; the profile has no field for it.

    `field` is `registration_duration`, `residence_duration` or `licence_duration`.
    """

    field: str
    months: int
    at_most: bool = False


@dataclass(frozen=True, slots=True)
class Stated:
    """A condition on a fact no profile field holds: `contract`, `prescription`, `resources` or `other`.

    `what` says more precisely (who prescribes, which contract); it changes nothing to the decision.
    """

    field: str
    what: str = ""


@dataclass(frozen=True, slots=True)
class Access:
    """An access need this service cannot meet; `partly` are needs for which nobody can say from here."""

    needs: tuple[str, ...]
    partly: tuple[str, ...] = ()
    form: str = "inaccessibilite-handicap"
    field: ClassVar[str] = "access_needs"


@dataclass(frozen=True, slots=True)
class Validity:
    """Exists from `start` to `end` (both included); None is unbounded."""

    start: dt.date | None = None
    end: dt.date | None = None
    field: ClassVar[str] = "other"


@dataclass(frozen=True, slots=True)
class Season:
    """Open each year from (month, day) to (month, day), both included; may run over the new year."""

    start: tuple[int, int]
    end: tuple[int, int]
    field: ClassVar[str] = "other"


@dataclass(frozen=True, slots=True)
class Full:
    """Full: before `until` surely, from `until` to `after` perhaps; `until` None means closed with no date."""

    until: dt.date | None = None
    after: dt.date | None = None
    field: ClassVar[str] = "deadline"


@dataclass(frozen=True, slots=True)
class AllOf:
    """Every member is required."""

    members: tuple[Expression, ...]


@dataclass(frozen=True, slots=True)
class AnyOf:
    """One member is enough."""

    members: tuple[Expression, ...]


@dataclass(frozen=True, slots=True)
class Not:
    """The member must not hold (an exception: « hors étudiants »)."""

    member: Expression


@dataclass(frozen=True, slots=True)
class Doubt:
    """Two readings of the same words: decided where both agree, unknown elsewhere."""

    one: Expression
    other: Expression


Atom: TypeAlias = (
    Age
    | Situation
    | Quotient
    | Licence
    | Purpose
    | Vehicle
    | Lives
    | Works
    | Duration
    | Stated
    | Access
    | Validity
    | Season
    | Full
)
Expression: TypeAlias = Atom | AllOf | AnyOf | Not | Doubt


@dataclass(frozen=True, slots=True)
class Criterion:
    """One requirement of a service, with the exact words it was read from and the field they stand in."""

    expression: Expression
    text: str
    source_field: str

    @property
    def field(self) -> str:
        """The profile field (or named missing fact) this requirement looks at first."""
        return next(atoms(self.expression)).field


def atoms(expression: Expression) -> Iterator[Atom]:
    """Every atom of an expression, in reading order."""
    if isinstance(expression, AllOf | AnyOf):
        for member in expression.members:
            yield from atoms(member)
    elif isinstance(expression, Not):
        yield from atoms(expression.member)
    elif isinstance(expression, Doubt):
        yield from atoms(expression.one)
        yield from atoms(expression.other)
    else:
        yield expression


def all_of(*members: Expression) -> Expression:
    """The conjunction of these members, flattened, without repetition; at least one member."""
    return _group(AllOf, members)


def any_of(*members: Expression) -> Expression:
    """The disjunction of these members, flattened, without repetition; at least one member."""
    return _group(AnyOf, members)


def doubt(one: Expression, other: Expression) -> Expression:
    """Two readings of the same words; the reading itself when they are the same."""
    return one if one == other else Doubt(one, other)


def _group(kind: type[AllOf] | type[AnyOf], members: tuple[Expression, ...]) -> Expression:
    flat: dict[Expression, None] = {}
    for member in members:
        inner = member.members if isinstance(member, kind) else (member,)
        flat.update(dict.fromkeys(inner))
    if not flat:
        raise ValueError("a group of criteria has at least one member")
    only = tuple(flat)
    return only[0] if len(only) == 1 else kind(only)
