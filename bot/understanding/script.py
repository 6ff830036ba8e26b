"""The script that a word is written in."""

from __future__ import annotations

from functools import lru_cache

_BLOCKS = (
    (0x0041, 0x024F, "latin"),
    (0x0400, 0x052F, "cyrillic"),
    (0x0600, 0x06FF, "arabic"),
    (0x0750, 0x077F, "arabic"),
    (0x08A0, 0x08FF, "arabic"),
    (0x1200, 0x139F, "ethiopic"),
    (0x1E00, 0x1EFF, "latin"),
    (0x2D80, 0x2DDF, "ethiopic"),
    (0xAB00, 0xAB2F, "ethiopic"),
    (0xFB50, 0xFDFF, "arabic"),
    (0xFE70, 0xFEFF, "arabic"),
)


def script_of(word: str) -> str | None:
    """`latin`, `cyrillic`, `arabic` or `ethiopic` by the first letter of a word; None for anything else."""
    if word[:1].isascii() and word[:1].isalpha():
        return "latin"
    for char in word:
        if char.isalpha():
            return _of_letter(char)
    return None


@lru_cache(maxsize=2048)
def _of_letter(char: str) -> str | None:
    point = ord(char)
    return next((name for low, high, name in _BLOCKS if low <= point <= high), None)
