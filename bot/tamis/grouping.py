"""What people named one after the other require together: one of them, all of it, or both readings at once."""

from __future__ import annotations

from bot.tamis.criteria import (
    Age,
    AllOf,
    AnyOf,
    Duration,
    Expression,
    Situation,
    Stated,
    all_of,
    any_of,
    doubt,
)
from bot.tamis.item import Item
from bot.tamis.measures import ELDERS, MAJORITY, OLDEST


def required(group: list[Item], listing: bool, after: str) -> Expression:
    """What the items of one group of people, or one item alone, require together.

    `listing` as for `combine`; `after` is what joins the next group to this one.
    """
    members = [item.whole() for item in group]
    if len(members) == 1:
        return members[0]
    joints = {item.joint for item in group[1:]}
    if len(group) == 2 and joints == {"ou"} and group[1].trait and _own_age(members[0]):
        return _one_age(members)
    # « seniors », « jeunes » are people like the others of a list; « 16-25 ans » may be said of the others.
    ages = sum(item.age_only and not _generation(item.expression) for item in group)
    old_enough = [item for item in group if _low_only(item)]
    if len(old_enough) == 1 == ages and len(group) > 1 and not old_enough[0].noun:
        return all_of(
            old_enough[0].whole(), any_of(*(item.whole() for item in group if item is not old_enough[0]))
        )
    if not listing and group[0].age_only and group[0].verb and joints == {","}:
        return all_of(members[0], any_of(*members[1:]))  # « avoir 18 ans, contrat d'apprentissage »
    if not listing and _age_then_choice(group):
        return all_of(members[0], any_of(*members[1:]))
    if len(group) > 2 and ages == 1 and group[0].age_only and (not group[0].noun or _grown(group[0])):
        return _first_age(group, members)
    if _aged_last(group):
        of_all = all_of(any_of(*members[:-1]), members[-1])  # « étudiant ou apprenti, moins de 26 ans »
        # In a list « moins de 26 ans » may be one more kind of people; « …, de 16 à 25 ans » is said of them.
        return doubt(any_of(*members), of_all) if listing and not group[-1].state else of_all
    if "ou" in joints or after == "ou":
        if _mixed_verbs(group):
            return doubt(any_of(all_of(*members[:-1]), members[-1]), all_of(members[0], any_of(*members[1:])))
        return _trailing(group, any_of(*members))
    if not listing and len(group) == 2 and group[0].singular and group[0].verb and group[1].age_only:
        return all_of(*members)  # « être demandeur d'emploi, majeur »
    if ages == len(group) == 2 and _complement(members):
        return all_of(*members)
    if ages == len(group) == 2 and _apart(members):
        return any_of(*members)  # « aux moins de 18 ans et aux plus de 65 ans »
    if ages and len(group) == 2 and not listing and group[1].singular:
        return all_of(*members)
    if ages and len(group) == 2 and group[1].age_only and group[1].noun and not group[1].singular:
        return any_of(*members)  # « retraités et personnes de 60 ans et plus »
    named = joints <= {"et", "ou"} and all(item.noun for item in group)
    if ages == 1 and len(group) == 2 and (_own_age(members[1]) or named):
        return any_of(*members)  # « moins de 26 ans et étudiants de moins de 28 ans »
    if len(group) == 2 and joints == {","} and group[1].age_only and group[1].state:
        return all_of(*members)  # « actifs du département, de plus de 18 ans »
    if len(group) == 2 and joints == {","} and _holds(members[0], members[1]):
        return members[0]  # « apprentis majeurs, titulaires d'un contrat d'apprentissage »
    if ages and len(group) == 2 and _elders(group[0].expression) and group[1].noun:
        return any_of(*members)  # « seniors (60 ans et plus), personnes handicapées »
    if ages and len(group) == 2:
        return doubt(any_of(*members), all_of(*members))
    if all(item.singular for item in group):
        if joints == {"et"}:
            return all_of(*members)
        return any_of(*members) if listing else doubt(any_of(*members), all_of(*members))
    return _trailing(group, any_of(*members))


def _one_age(members: list[Expression]) -> Expression:
    """« Jeunes de 18 à 25 ans habitant un QPV ou suivis par la Mission locale »: the age, and one of these.

    « Demandeurs d'emploi de plus de 50 ans ou reconnus travailleurs handicapés » may mean either: decided where both
    readings agree.
    """
    first = members[0]
    assert isinstance(first, AllOf)
    ages = [part for part in first.members if isinstance(part, Age)]
    rest = [part for part in first.members if not isinstance(part, Age)]
    of_all = all_of(*ages, any_of(all_of(*rest), members[1]))
    return of_all if isinstance(first.members[0], Age) else doubt(any_of(*members), of_all)


def _age_then_choice(group: list[Item]) -> bool:
    """« Moins de 30 ans, demandeur d'emploi ou apprenti », among conditions of access: the age, then one of these."""
    first, rest = group[0], group[1:]
    joints = [item.joint for item in rest]
    aged = first.age_only and not first.noun and not any(item.age_only for item in rest)
    return aged and len(rest) > 1 and joints[0] == "," and set(joints[1:]) == {"ou"}


def _aged_last(group: list[Item]) -> bool:
    """« …, moins de 26 ans »: an age after a choice of people and a comma."""
    last = group[-1]
    aged = last.age_only and not last.noun and not _generation(last.expression) and last.joint == ","
    chosen = any(item.joint == "ou" for item in group)
    return aged and chosen and not any(item.age_only for item in group[:-1])


def _first_age(group: list[Item], members: list[Expression]) -> Expression:
    """« 18-25 ans, demandeurs d'emploi, allocataires du RSA »: the age is asked of the others, or is one of them."""
    rest = any_of(*members[1:])
    if _grown(group[0]):
        named = all(isinstance(item.expression, Situation) and not item.unread for item in group[1:])
        return all_of(members[0], rest) if named else any_of(*members)
    return doubt(any_of(*members), all_of(members[0], rest))


def _low_only(item: Item) -> bool:
    """« dès 14 ans »: asked of everybody, never a kind of people."""
    age = item.expression
    return isinstance(age, Age) and 0 < age.low < MAJORITY and age.high >= OLDEST


def _own(member: Expression) -> bool:
    """What is said of the last people named alone: a duration, a kind of contract."""
    return isinstance(member, Duration) or (isinstance(member, Stated) and member.field != "prescription")


def _holds(one: Expression, other: Expression) -> bool:
    return isinstance(one, AllOf) and other in one.members


def _elders(expression: Expression | None) -> bool:
    return isinstance(expression, Age) and expression.low >= ELDERS


def _own_age(member: Expression) -> bool:
    return isinstance(member, AllOf) and any(isinstance(part, Age) for part in member.members)


def _grown(item: Item) -> bool:
    return item.expression == Age(MAJORITY, OLDEST)


def _trailing(group: list[Item], together: Expression) -> Expression:
    """« A ou B de moins de 26 ans »: what follows B may be said of everybody."""
    last = group[-1].expression
    earlier = [item.expression for item in group[:-1]]
    bare = [item for item in earlier if item is not None]
    if isinstance(last, AllOf) and bare and all(item == last.members[0] for item in earlier):
        return (
            together.members[-1] if isinstance(together, AnyOf) else together
        )  # « collégiens et lycéens de… »
    if group[-1].unread and bare and all(item == last for item in earlier):
        return all_of(*bare[:1], Stated("other"))  # « étudiantes et étudiants boursiers »
    if len(group) > 2 and group[-1].joint == "," and group[-1].qualified:
        return together
    if group[-1].qualified and last is not None and bare and not any(item.unread for item in group[:-1]):
        # « salariés et intérimaires des entreprises partenaires »: all of them, or the last alone.
        return doubt(together, all_of(any_of(*bare, last), Stated("other")))
    if isinstance(last, AllOf) and bare and not any(isinstance(item, AllOf | Age) for item in earlier):
        own, shared = last.members[0], last.members[1:]
        if isinstance(own, Situation) and len(group) == 2 and group[-1].bare and _shared_age(shared):
            return all_of(any_of(*bare, own), *shared)  # « étudiants et apprentis de moins de 28 ans »
        if not isinstance(own, Age) and not any(_own(member) for member in shared):
            return doubt(together, all_of(any_of(*bare, own), *shared))
    return together


def _shared_age(shared: tuple[Expression, ...]) -> bool:
    """Whether all that follows the last people is one range of age."""
    return len(shared) == 1 and isinstance(shared[0], Age)


def _generation(expression: Expression | None) -> bool:
    return isinstance(expression, Age) and expression.also is not None


def _complement(members: list[Expression]) -> bool:
    """« au moins 16 ans et moins de 30 ans »: two ends of one range."""
    one, other = members
    if not isinstance(one, Age) or not isinstance(other, Age):
        return False
    low, high = (one, other) if one.high >= OLDEST else (other, one)
    return low.high >= OLDEST and high.low == 0 and low.low <= high.high


def _apart(members: list[Expression]) -> bool:
    one, other = members
    return isinstance(one, Age) and isinstance(other, Age) and (one.high < other.low or other.high < one.low)


def _mixed_verbs(group: list[Item]) -> bool:
    return len(group) == 3 and group[1].joint == "et" and group[2].joint == "ou"
