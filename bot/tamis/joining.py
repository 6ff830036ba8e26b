"""How the items of a sentence join: « et », « ou », commas, and what the last item says of the others."""

from __future__ import annotations

from dataclasses import dataclass, replace

from bot.tamis.criteria import (
    Age,
    AllOf,
    AnyOf,
    Duration,
    Expression,
    Lives,
    Situation,
    Stated,
    all_of,
    any_of,
    doubt,
)
from bot.tamis.measures import ELDERS, MAJORITY, OLDEST


@dataclass(frozen=True, slots=True)
class Item:
    """One item of a sentence: what it requires, whether some of its words stayed unread, how it is joined."""

    expression: Expression | None
    unread: bool
    joint: str
    people: bool
    verb: bool
    singular: bool
    age_only: bool
    silent: bool
    qualified: bool = False
    qualifies: bool = False
    noun: bool = False
    trait: bool = False
    state: bool = False
    """How they are, not who (« en formation »): after people of an age, it says which of them."""
    adjective: bool = False
    bare: bool = False
    """Named without an article (« apprentis », not « les apprentis »)."""

    def whole(self) -> Expression:
        """What it requires, its unread words included."""
        other = Stated("other")
        if self.expression is None:
            return other
        return all_of(self.expression, other) if self.unread else self.expression


def combine(items: list[Item], listing: bool) -> Expression | None:
    """What the items of a sentence require together; None when they require nothing. `listing`: commas mean "or"."""
    if not items:
        return None
    groups: list[list[Item]] = []
    choice = any(item.joint == "ou" for item in items)
    ordered = _kinds(_gathered(items), listing)
    for place, item in enumerate(ordered):
        follows = bool(groups) and groups[-1][-1].people and item.people
        if item.trait and follows and not choice:
            follows = False  # « jeunes de 16 à 25 ans, suivis par la Mission locale »
        if follows and item.state and item.joint == "," and _aged(groups[-1]):
            # « jeunes de 18 à 30 ans, en formation ou en emploi »: the age, and one of these.
            follows = not all(later.state for later in ordered[place:])
        if follows and (item.joint == "ou" or not item.verb):
            groups[-1].append(item)
        else:
            groups.append([item])
    parts: list[tuple[str, Expression]] = []
    for index, group in enumerate(groups):
        after = groups[index + 1][0].joint if index + 1 < len(groups) else ""
        parts.append((group[0].joint, _group(group, listing, after)))
    return _fold_parts(parts)


def _aged(group: list[Item]) -> bool:
    """One kind of people of whom an age, a home or a sex is all that is said."""
    only = group[0].expression
    parts = only.members if isinstance(only, AllOf) else (only,)
    plain = (Age, Lives)
    return len(group) == 1 and all(
        isinstance(part, plain) or (isinstance(part, Situation) and part.code == "femme") for part in parts
    )


def _kinds(items: list[Item], listing: bool) -> list[Item]:
    """In a list of people, what nobody could read between two kinds of people is one more kind."""
    known = [index for index, item in enumerate(items) if item.people and item.expression is not None]
    if not listing or not known:
        return items
    first = items[0]
    if (
        first.unread
        and first.expression is None
        and not first.verb
        and known[0] == 1
        and items[1].joint in (",", "ou")
    ):
        items, known = (
            [replace(first, people=True), *items[1:]],
            [0, *known],
        )  # a list begins with a kind of people
    return [
        replace(item, people=True)
        if item.unread
        and item.expression is None
        and item.joint != "et"
        and not item.verb
        and known[0] < index < known[-1]
        else item
        for index, item in enumerate(items)
    ]


def _gathered(items: list[Item]) -> list[Item]:
    """« des demandeurs d'emploi non indemnisés ou dont l'indemnité… »: the second half says which of them."""
    gathered: list[Item] = []
    for item in items:
        if gathered and item.adjective and gathered[-1].expression is not None and gathered[-1].unread:
            continue  # « en insertion sociale ou professionnelle »
        if item.qualifies and gathered and gathered[-1].people and gathered[-1].expression is not None:
            gathered[-1] = replace(gathered[-1], unread=True, qualified=True)
        else:
            gathered.append(item)
    return gathered


def joint_of(words: str) -> str:
    """How these words join two items: `ou`, `et` or a comma."""
    if "ou" in words or "autre part" in words or "comme" in words or "/" in words or "soit" in words:
        return "ou"
    if "et" in words or "ainsi" in words or "+" in words or "mais" in words or "puis" in words:
        return "et"
    return ","


def _group(group: list[Item], listing: bool, after: str) -> Expression:
    members = [item.whole() for item in group]
    if len(members) == 1:
        return members[0]
    joints = {item.joint for item in group[1:]}
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
    if _aged_last(group) and group[-1].state:
        return all_of(any_of(*members[:-1]), members[-1])  # « …, de 16 à 25 ans »
    if _aged_last(group):
        choice = any_of(*members[:-1])  # « étudiant ou apprenti, moins de 26 ans »
        return (
            doubt(any_of(*members), all_of(choice, members[-1])) if listing else all_of(choice, members[-1])
        )
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
    together = joints <= {"et", "ou"} and group[0].noun and group[1].noun if len(group) == 2 else False
    if ages == 1 and len(group) == 2 and (_own_age(members[1]) or together):
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
        if isinstance(own, Situation) and len(group) == 2 and group[-1].bare and shared_age(shared):
            return all_of(any_of(*bare, own), *shared)  # « étudiants et apprentis de moins de 28 ans »
        if not isinstance(own, Age) and not any(_own(member) for member in shared):
            return doubt(together, all_of(any_of(*bare, own), *shared))
    return together


def shared_age(shared: tuple[Expression, ...]) -> bool:
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


def _fold_parts(parts: list[tuple[str, Expression]]) -> Expression:
    # "ou" binds its two neighbours; everything else is required together.
    joined: list[list[Expression]] = []
    for joint, expression in parts:
        if joint == "ou" and joined:
            joined[-1].append(expression)
        else:
            joined.append([expression])
    return all_of(*(any_of(*alternatives) for alternatives in joined))
