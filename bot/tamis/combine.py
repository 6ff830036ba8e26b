"""Several statements made one set of criteria: lines of one list, coded publics and the text that refines them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from bot.tamis.criteria import (
    Age,
    AllOf,
    Criterion,
    Duration,
    Expression,
    Lives,
    Purpose,
    Quotient,
    Situation,
    Stated,
    Works,
    all_of,
    any_of,
    atoms,
    doubt,
)
from bot.tamis.measures import OLDEST
from bot.tamis.situations import Situations
from bot.tamis.unread import is_unread

FREE = ("tous-publics",)


@dataclass(frozen=True, slots=True)
class Statement:
    """What one sentence requires. `people`: it names kinds of people; `verb`: it is worded as a requirement."""

    expression: Expression
    text: str
    field: str
    people: bool
    verb: bool
    strong: bool
    header: str = ""
    also: bool = False
    plural: bool = False
    hinted: bool = False  # it only speaks of some people, whom other fields may contradict


def merge_lines(statements: Sequence[Statement], field: str) -> list[Statement]:
    """Lines that list people become one statement; requirements stay apart.

    Where people are described each line is an alternative; among conditions of access nobody can tell.
    """
    groups: list[list[Statement]] = []
    for statement in statements:
        if statement.also and groups:
            groups[-1] = [_let_in(each, statement) for each in groups[-1]]
            continue
        last = groups[-1][-1] if groups else None
        if last is not None and _together(last, statement, field):
            groups[-1].append(statement)
        else:
            groups.append([statement])
    merged: list[Statement] = []
    for group in groups:
        # An age line and a status line among conditions are two conditions; more lines are a list.
        apart = len(group) == 2 and field == "conditions_acces" and _ages(*group) and group[0].header != "any"
        merged.extend(group if len(group) == 1 or apart else [_joined(group, field)])
    return merged


def _together(last: Statement, statement: Statement, field: str) -> bool:
    if statement.header == last.header == "any":
        return True
    if statement.header == last.header == "people" and statement.people and last.people:
        return True
    listed = statement.people and not statement.verb and last.people and not last.verb
    return listed and field != "description" and statement.header != "all"


def _let_in(statement: Statement, more: Statement) -> Statement:
    """« Les titulaires de l'AAH en bénéficient également »: they need not meet what was asked before, places apart."""
    whole = statement.expression
    members = whole.members if isinstance(whole, AllOf) else (whole,)
    places = [
        each for each in members if isinstance(each, Lives | Works) or each == Stated("other", "territoire")
    ]
    rest = [member for member in members if member not in places]
    if not rest:
        return statement
    text = f"{statement.text} ; {more.text}"
    return replace(statement, expression=all_of(*places, any_of(all_of(*rest), more.expression)), text=text)


def _ages(one: Statement, other: Statement) -> bool:
    return isinstance(one.expression, Age) != isinstance(other.expression, Age)


def _joined(group: Sequence[Statement], field: str) -> Statement:
    members = [statement.expression for statement in group]
    first = group[0]
    expression = any_of(*members)
    unsure = field != "publics_precisions" or (len(group) == 2 and _ages(*group))
    listed = first.header == "people" or (len(group) > 2 and all(each.plural for each in group))
    if unsure and first.header != "any" and not listed:
        expression = doubt(expression, all_of(*members))
    text = " ; ".join(statement.text for statement in group)
    people = all(statement.people for statement in group)
    return Statement(expression, text, first.field, people, first.verb, first.strong, first.header)


def with_publics(
    publics: Sequence[str], statements: Sequence[Statement], welcome: bool, trust: str, situations: Situations
) -> list[Criterion]:
    """The criteria of a service's coded publics and of its text together.

    The text makes a coded public precise rather than adding to it. `trust` is the weight of the source's
    publics: `firm`, `weak` (alone it never blocks) or `none`.
    """
    statements = _one_age(statements)
    firm = [statement for statement in statements if statement.field != "description"]
    told = [statement for statement in statements if statement.field == "description"]
    coded = [code for code in dict.fromkeys(publics) if code not in FREE] if trust != "none" else []
    if any(code in FREE for code in publics):
        coded = []
    spoken = any(statement.people for statement in firm)
    said = [atom for each in firm for atom in atoms(each.expression)]
    described = any(isinstance(atom, Age | Situation) for atom in said)
    # Conditions that tell who may come make plain what prose only hints at.
    ruled = any(
        isinstance(atom, Quotient | Duration | Purpose)
        or (isinstance(atom, Stated) and atom.field in ("resources", "contract", "prescription"))
        for atom in said
    )
    criteria: list[Criterion] = []
    for statement in told:
        if statement.people and (spoken or coded or described) and not statement.strong:
            continue
        if statement.people and ruled and is_unread(statement.expression) and not statement.strong:
            continue
        if statement.hinted and any(code in FREE for code in publics):
            continue
        expression = statement.expression
        if statement.people and any(code in FREE for code in publics) and not statement.strong:
            expression = any_of(expression, Stated("other"))
        criteria.append(Criterion(expression, statement.text, statement.field))
    texts = [Criterion(statement.expression, statement.text, statement.field) for statement in firm]
    if not coded:
        return _ordered([*texts, *criteria])
    expression = any_of(*(situations.publics.get(code, Stated("other", "public")) for code in coded))
    words = ", ".join(coded)
    named = [statement for statement in firm if statement.field == "publics_precisions" and statement.people]
    refined = _refined(coded, [*firm, *(item for item in told if item.strong)], situations)
    if set(coded) <= refined:
        return _ordered([*texts, *criteria])
    if trust == "weak":
        alone = [] if named or spoken else [Criterion(any_of(expression, Stated("other")), words, "publics")]
        return _ordered([*alone, *texts, *criteria])
    if welcome:
        return _ordered([Criterion(any_of(expression, Stated("other")), words, "publics"), *texts, *criteria])
    if not named or not any(_speaks_of_status(statement.expression) or refined for statement in named):
        return _ordered([Criterion(expression, words, "publics"), *texts, *criteria])
    kept: list[Criterion] = []
    precise = all_of(*(statement.expression for statement in named))
    rest = [situations.publics.get(code, Stated("other", "public")) for code in coded if code not in refined]
    whole = doubt(any_of(precise, *rest), precise) if refined else doubt(all_of(expression, precise), precise)
    kept.append(Criterion(whole, "; ".join(statement.text for statement in named), "publics_precisions"))
    others = [
        Criterion(statement.expression, statement.text, statement.field)
        for statement in firm
        if statement not in named
    ]
    return _ordered([*kept, *others, *criteria])


def _one_age(statements: Sequence[Statement]) -> list[Statement]:
    """Two sentences that give different ranges of age: decided where both agree."""
    ranges = [each for each in statements if _range(each) is not None]
    if len({_range(each) for each in ranges}) < 2:
        return list(statements)
    first = ranges[0]
    one = _range(first)
    assert one is not None
    whole: Expression = one
    for other in ranges[1:]:
        age = _range(other)
        whole = whole if age is None else doubt(whole, age)
    text = " / ".join(dict.fromkeys(each.text for each in ranges))
    return [
        replace(each, expression=whole, text=text) if each is first else each
        for each in statements
        if each is first or each not in ranges
    ]


def _range(statement: Statement) -> Age | None:
    age = statement.expression
    closed = isinstance(age, Age) and age.low > 0 and age.high < OLDEST and not age.doubt
    return age if closed and isinstance(age, Age) else None


def _refined(coded: Iterable[str], statements: Iterable[Statement], situations: Situations) -> set[str]:
    """The coded publics that some text makes precise."""
    refined: set[str] = set()
    for statement in statements:
        for atom in atoms(statement.expression):
            if isinstance(atom, Situation):
                refined |= set(situations.definitions[atom.code].within)
            elif isinstance(atom, Age):
                refined |= {"jeunes"} if atom.high <= 35 else {"seniors"} if atom.low >= 45 else set()
    return refined & set(coded)


def _speaks_of_status(expression: Expression) -> bool:
    return any(
        isinstance(atom, Situation) or (isinstance(atom, Stated) and atom.field == "other")
        for atom in atoms(expression)
    )


def _ordered(criteria: Sequence[Criterion]) -> list[Criterion]:
    """Requirements joined by "and" inside one sentence become criteria of their own, so each can be shown."""
    split: list[Criterion] = []
    for criterion in criteria:
        if isinstance(criterion.expression, AllOf):
            split.extend(
                Criterion(member, criterion.text, criterion.source_field)
                for member in criterion.expression.members
            )
        else:
            split.append(criterion)
    return split
