"""Gaps of a pattern: so many words that may be anything, and breaks that may stand between them."""

from __future__ import annotations

from collections.abc import Sequence

WORD = r"(?: [^ |]+)"
BORDER = r" \|"
# A break that may be there or not, with nothing around it.
BORDER_OR_NOT = rf"(?:{BORDER})?"
_THEN = rf"{BORDER}(?:"  # what follows a break that is crossed inside a gap


def gap(sizes: Sequence[int]) -> str:
    """The expression of up to so many words, a break or not, up to so many words, and so on; the nearest end first.

    Written one after the other, « ~9 // ~9 // ~9 » can be told apart in a thousand ways where no break is, and all of
    them were tried where nothing followed: 10 ms a pattern (28 November 2026). Here there is one way to each place.
    """
    if len(sizes) == 1:
        return _words(0, sizes[0])
    if not any(sizes) and len(sizes) == 2:
        return BORDER_OR_NOT
    within = _words(0, sum(sizes))
    # A break is crossed where the gap begins with it, and anywhere in « ~2 // » with no word after it, though what
    # follows might begin before it (the end of the pattern might, and what need not be there).
    eager = not sizes[-1]
    ways = [_then(sizes[1:]), f"{within}(?!{BORDER})" if eager else within]
    least, most = 1, 0
    for rank, size in enumerate(sizes[:-1], start=1):
        most += size
        if most >= least:
            ways.append(_words(least, most) + _then(sizes[rank:]))
        least = most + 1
    if eager:
        ways.append(f"{within}(?={BORDER})")
    return "(?:" + "|".join(ways) + ")"


def _then(sizes: Sequence[int]) -> str:
    return f"{_THEN}{gap(sizes)})"


def crosses(expression: str) -> bool:
    """Whether what an expression matches may hold a break."""
    return BORDER_OR_NOT in expression or _THEN in expression


def _words(least: int, most: int) -> str:
    return f"{WORD}{{{least},{most}}}?" if most else ""
