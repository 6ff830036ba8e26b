"""How the items of a sentence join: « et », « ou », commas, and what the last item says of the others."""

from __future__ import annotations

from dataclasses import replace

from bot.tamis.criteria import Age, AllOf, Expression, Lives, Situation, all_of, any_of
from bot.tamis.grouping import required
from bot.tamis.item import Item


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
        parts.append((group[0].joint, required(group, listing, after)))
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


def _fold_parts(parts: list[tuple[str, Expression]]) -> Expression:
    # "ou" binds its two neighbours; everything else is required together.
    joined: list[list[Expression]] = []
    for joint, expression in parts:
        if joint == "ou" and joined:
            joined[-1].append(expression)
        else:
            joined.append([expression])
    return all_of(*(any_of(*alternatives) for alternatives in joined))
