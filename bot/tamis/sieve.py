"""The plain sieve: one service, one person, object by object. The compiled one must say the same."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from bot.tamis.criteria import (
    CONTRADICTED,
    MET,
    STATE_NAMES,
    UNKNOWN,
    Access,
    Criterion,
    Expression,
    Not,
    atoms,
)
from bot.tamis.evaluate import weigh
from bot.tamis.person import Person
from bot.tamis.reader import Reading

STATUSES = ("open", "to_check", "blocked")
FORM = "eligibilite"


@dataclass(frozen=True, slots=True)
class Judged:
    """One criterion and its state for this person: `met`, `unknown` or `contradicted`."""

    field: str
    text: str
    state: str
    source_field: str

    def as_dict(self) -> dict[str, str]:
        """As the contract writes a criterion."""
        return {"field": self.field, "text": self.text, "state": self.state}


@dataclass(frozen=True, slots=True)
class Decision:
    """Whether one service is open to one person.

    `status` is `open`, `to_check` or `blocked`. `missing` names the facts to ask when to check.
    When blocked, `blocked_form` is a code of the profile's obstacles, `criterion` the field at fault and
    `evidence` the words of the source that say so.
    """

    service_id: str
    status: str
    level: int
    criteria: tuple[Judged, ...] = ()
    missing: tuple[str, ...] = ()
    blocked_form: str | None = None
    criterion: str | None = None
    evidence: str | None = None
    needs_professional: bool = False
    delay_days: int | None = None

    @property
    def over(self) -> bool:
        """Whether it is closed to everybody for being ended or out of season; what is only full is not over."""
        return self.criterion == "validity" and self.blocked_form != "saturation"

    def as_dict(self) -> dict[str, Any]:
        """As the contract writes a result."""
        return {
            "service_id": self.service_id,
            "status": self.status,
            "level": self.level,
            "criteria": [criterion.as_dict() for criterion in self.criteria],
            "missing": list(self.missing),
            "blocked_form": self.blocked_form,
            "needs_professional": self.needs_professional,
        }


def decide(reading: Reading, person: Person, forms: Mapping[str, str]) -> Decision:
    """The decision for this person; `forms` gives the form of unavailability by kind of atom."""
    weighed = [weigh(criterion.expression, person) for criterion in reading.criteria]
    return assemble(
        reading, [state for state, _ in weighed], [tuple(sorted(lack)) for _, lack in weighed], forms
    )


def assemble(
    reading: Reading, states: Sequence[int], lacking: Sequence[tuple[str, ...]], forms: Mapping[str, str]
) -> Decision:
    """The decision made of each criterion's state and of the facts each one waits for (sorted)."""
    verdict = max(states, default=MET)
    judged = tuple(
        Judged(_field(criterion, lack), criterion.text, STATE_NAMES[value], criterion.source_field)
        for criterion, value, lack in zip(reading.criteria, states, lacking, strict=True)
    )
    missing: tuple[str, ...] = ()
    form = words = field = None
    if verdict == UNKNOWN:
        missing = tuple(sorted({fact for lack in lacking for fact in lack}))
    elif verdict == CONTRADICTED:
        at_fault = reading.criteria[list(states).index(CONTRADICTED)]
        form, words, field = form_of(at_fault.expression, forms), at_fault.text, at_fault.field
    return Decision(
        reading.service_id,
        STATUSES[verdict],
        reading.level,
        judged,
        missing,
        form,
        field,
        words,
        reading.needs_professional,
        reading.delay_days,
    )


def form_of(expression: Expression, forms: Mapping[str, str]) -> str:
    """The form of unavailability of a contradicted requirement."""
    if isinstance(expression, Not):
        return FORM
    kinds = {
        forms.get(type(atom).__name__, FORM) for atom in atoms(expression) if not isinstance(atom, Access)
    }
    kinds |= {atom.form for atom in atoms(expression) if isinstance(atom, Access)}
    return kinds.pop() if len(kinds) == 1 else FORM


def _field(criterion: Criterion, lacking: tuple[str, ...]) -> str:
    return criterion.field if not lacking or criterion.field in lacking else lacking[0]
