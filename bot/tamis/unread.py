"""What could not be read, and when it is kept for a human."""

from __future__ import annotations

from bot.tamis.criteria import Criterion, Expression, Full, Stated, atoms
from bot.tamis.spans import ENDED


def dated(criteria: list[Criterion]) -> list[Criterion]:
    """« Complet. Réouverture en mars. »: where a date says until when, the bare word adds nothing."""
    if not any(isinstance(each.expression, Full) and each.expression.until for each in criteria):
        return criteria
    bare = (Full(), Stated("other", "complet"), ENDED)
    return [each for each in criteria if each.expression not in bare]


def understood(expression: Expression, *, keep: bool) -> Expression | None:
    """What a description requires: None when nothing of it was understood, unless it must be kept."""
    full = expression == Stated("other", "complet")
    return None if is_unread(expression) and not keep and not full else expression


def is_unread(expression: Expression) -> bool:
    """Whether an expression is nothing but conditions for a human to read."""
    return all(isinstance(atom, Stated) and atom.field == "other" for atom in atoms(expression))
