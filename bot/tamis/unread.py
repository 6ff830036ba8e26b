"""What could not be read, and when it is kept for a human."""

from __future__ import annotations

import re

from bot.tamis.criteria import Criterion, Expression, Full, Lives, Stated, atoms
from bot.tamis.spans import ENDED

# Fields in which a place of residence is told in words.
WORDS = frozenset({"publics_precisions", "conditions_acces", "description"})
_FULL = re.compile(r"complet|compl\u00e8te|plus de place|satur|clos|ferm")


def dated(criteria: list[Criterion]) -> list[Criterion]:
    """« Complet. Réouverture en mars. »: where a date says until when, the bare word adds nothing."""
    if any(isinstance(each.expression, Lives) and each.source_field in WORDS for each in criteria):
        # « Habitants de la commune », beside « habiter Saumur »: that one.
        criteria = [each for each in criteria if each.expression != Stated("other", "territoire")]
    bare = (Full(), Stated("other", "complet"), ENDED)
    if not any(each.expression in bare for each in criteria):
        # « Prochaine session en mars » alone does not say that the session before it is full.
        criteria = [each for each in criteria if not _next_only(each)]
    if not any(isinstance(each.expression, Full) and each.expression.until for each in criteria):
        return criteria
    return [each for each in criteria if each.expression not in bare]


def _next_only(criterion: Criterion) -> bool:
    return (
        isinstance(criterion.expression, Full)
        and "session" in criterion.text.lower()
        and not _FULL.search(criterion.text.lower())
    )


def understood(expression: Expression, *, keep: bool) -> Expression | None:
    """What a description requires: None when nothing of it was understood, unless it must be kept."""
    full = expression in (Stated("other", "complet"), Stated("other", "territoire"))
    return None if is_unread(expression) and not keep and not full else expression


def is_unread(expression: Expression) -> bool:
    """Whether an expression is nothing but conditions for a human to read."""
    return all(isinstance(atom, Stated) and atom.field == "other" for atom in atoms(expression))
