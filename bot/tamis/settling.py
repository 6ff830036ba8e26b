"""The rules' reading of a sentence, settled with what the ear hears in it.

The ear never says which status or age is asked for: it keeps for a human what the rules passed over, says that nobody
enters now, and drops what the rules kept only because they could not read it.
"""

from __future__ import annotations

from dataclasses import replace

from bot.learnt.weights import score
from bot.tamis.combine import Statement
from bot.tamis.criteria import Full, Stated, all_of
from bot.tamis.ear import Ear, Read, Side, read_of
from bot.tamis.text import Sentence

# From which score the ear is believed, by what the rules made of the sentence. Chosen on sentences by writers of whom
# the ear has learnt nothing (docs/decisions/0007): who is kept out unseen costs more than one more « to check ».
RESTRICTS = {True: score(0.3), False: score(0.6)}  # of prose, of fields that hold little else than conditions
SHUT = {Read.NOTHING: score(0.8), Read.UNREAD: score(0.7), Read.PARTLY: score(0.9)}
INFORMS = {Read.UNREAD: score(0.75), Read.PARTLY: score(0.95)}
# Fields that tell much else: there the rules pass over what they do not know.
PROSE = ("description", "frais_precisions")
NEVER = float("inf")


def settled(
    sentence: Sentence, name: str, statement: Statement | None, welcome: bool, ear: Ear | None
) -> tuple[Statement | None, bool]:
    """What a sentence of the field `name` requires, and whether it says that everybody is welcome."""
    read = read_of(statement, welcome)
    if ear is None or read not in SHUT:
        return statement, welcome
    heard = ear.hear(sentence.folded, name, read)
    if heard[Side.SHUT] >= SHUT[read]:
        return _shut(sentence, name, statement), False
    if statement is None:
        restricts = read is Read.NOTHING and heard[Side.RESTRICTS] >= RESTRICTS[name in PROSE]
        return (_unread(sentence, name) if restricts else None), welcome
    if heard[Side.INFORMS] >= INFORMS.get(read, NEVER):
        return None, welcome
    return statement, welcome


def _shut(sentence: Sentence, name: str, statement: Statement | None) -> Statement:
    if statement is None:
        return Statement(Full(), sentence.words(), name, people=False, verb=False, strong=True)
    return replace(statement, expression=all_of(statement.expression, Full()), people=False)


def _unread(sentence: Sentence, name: str) -> Statement:
    return Statement(Stated("other"), sentence.words(), name, people=False, verb=False, strong=True)
