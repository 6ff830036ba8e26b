"""SMS: a text as the messages a provider is given."""

from __future__ import annotations

from bot.speech.gsm7 import Alphabet
from bot.speech.pieces import Loss, Piece
from bot.speech.split import split


def messages(text: str, alphabet: Alphabet, segments: int = 3) -> list[str]:
    """The text as messages of at most `segments` SMS each, cut at sentence borders where there are any."""
    if segments < 1:
        raise ValueError("a message takes at least one segment")
    return split(text, lambda message: alphabet.segments(message) <= segments)


def verbatim(text: str, alphabet: Alphabet) -> str:
    """Somebody's own words as an SMS: without direction marks and no-break spaces, signs redrawn only
    where that saves a segment, letters never changed."""
    return alphabet.shortened([Piece(text, Loss.TYPOGRAPHIC)])
