"""One item of a sentence, as the reading of its words left it."""

from __future__ import annotations

from dataclasses import dataclass

from bot.tamis.criteria import Expression, Stated, all_of


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
