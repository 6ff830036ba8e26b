"""A service's conditions in French words, and those a counsellor writes. Pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from bot.handover.desk.pages import Words
from bot.profile.codes import codes
from bot.tamis import criteria as language
from bot.tamis.criteria import Criterion, Expression
from bot.tamis.measures import OLDEST

COUNSELLOR = "correction"


def described(
    criterion: Criterion, words: Words, french: Mapping[str, Any], place: Callable[[str], str]
) -> str:
    """What was understood of a criterion, in one line. `french` are the words of `summary.fr.yml`."""
    return _Describer(words, french, place).say(criterion.expression)


class _Describer:
    def __init__(self, words: Words, french: Mapping[str, Any], place: Callable[[str], str]) -> None:
        self._words = words
        self._french = french
        self._place = place

    def say(self, expression: Expression) -> str:
        match expression:
            case language.AllOf(members):
                return self._joined("condition.and", members)
            case language.AnyOf(members):
                return self._joined("condition.or", members)
            case language.Not(member):
                return self._words("condition.not", what=self.say(member))
            case language.Doubt(one, other):
                return self._words("condition.doubt", one=self.say(one), other=self.say(other))
            case language.Age(low, high):
                which = "from" if high >= OLDEST else "to" if low == 0 else "between"
                return self._words(f"condition.age.{which}", low=low, high=high)
            case language.Quotient(high, low):
                known = "max" if high is not None else "min"
                return self._words(f"condition.quotient.{known}", value=high if high is not None else low)
            case language.Situation(code):
                return self._code("statuses", code)
            case language.Licence(kind):
                return self._words(f"condition.licence.{kind}")
            case language.Vehicle(kind):
                return self._words(f"condition.vehicle.{kind}")
            case language.Purpose(purposes):
                listed = ", ".join(self._code("purpose", code) for code in purposes)
                return self._words("condition.purpose", codes=listed)
            case language.Lives(zones) | language.Works(zones):
                named = ", ".join(self._place(code) for code in zones[:6])
                more = self._words("condition.more", count=len(zones) - 6) if len(zones) > 6 else ""
                kind = "lives" if isinstance(expression, language.Lives) else "works"
                return self._words(f"condition.{kind}", places=f"{named}{more}")
            case language.Duration(field, months, at_most):
                bound = "most" if at_most else "least"
                return self._words(f"condition.months.{bound}", what=self._missing(field), months=months)
        field = str(getattr(expression, "field", "other"))
        return self._missing(field)

    def _joined(self, key: str, members: tuple[Expression, ...]) -> str:
        return f" {self._words(key)} ".join(self.say(member) for member in members)

    def _code(self, field: str, code: str) -> str:
        known = self._french["codes"].get(field, {})
        return str(known.get(code, code.replace("-", " ")))

    def _missing(self, field: str) -> str:
        return str(self._french["missing"].get(field, field))


def build(kind: str, value: str, text: str) -> Criterion:
    """The criterion a counsellor writes: a kind of `KINDS`, its value as typed, the words that say it.

    Raises `ValueError` for another kind or a value that is none.
    """
    if kind not in KINDS or not text.strip():
        raise ValueError("kind")
    return Criterion(KINDS[kind](value.strip()), " ".join(text.split())[:300], COUNSELLOR)


def _age(value: str) -> Expression:
    low, _, high = value.replace("–", "-").partition("-")
    bounds = int(low or 0), int(high or OLDEST)
    if not 0 <= bounds[0] <= bounds[1] <= OLDEST:
        raise ValueError("age")
    return language.Age(*bounds)


def _months(field: str) -> Callable[[str], Expression]:
    return lambda value: language.Duration(field, _positive(value))


def _positive(value: str) -> int:
    number = int(value)
    if number <= 0:
        raise ValueError("number")
    return number


def _licence(value: str) -> Expression:
    if value not in ("b", "am", "code", "any", "none"):
        raise ValueError("licence")
    return language.Licence(value)


def _status(value: str) -> Expression:
    if value not in codes("statuses"):
        raise ValueError("status")
    return language.Situation(value)


KINDS: Mapping[str, Callable[[str], Expression]] = {
    "age": _age,
    "status": _status,
    "quotient": lambda value: language.Quotient(high=float(_positive(value))),
    "licence": _licence,
    "residence": _months("residence_duration"),
    "registration": _months("registration_duration"),
    "prescription": lambda _value: language.Stated("prescription"),
    "other": lambda _value: language.Stated("other"),
}
