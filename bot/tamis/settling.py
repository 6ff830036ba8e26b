"""The rules' reading of a sentence, settled with what the ear hears in it.

The ear never says which status or age is asked for: it keeps for a human what the rules passed over, says that nobody
enters now, and drops what the rules kept only because they could not read it.
"""

from __future__ import annotations

from dataclasses import replace

from bot.learnt.weights import score
from bot.tamis.combine import Statement
from bot.tamis.criteria import Full, Stated, all_of
from bot.tamis.ear import FULL, Ear, Read, Side, read_of
from bot.tamis.text import Sentence

# Fields that tell much else than conditions: there the rules pass over what they do not know …
PROSE = ("description", "frais_precisions")
# … and the one that holds little else than people: one kind more that nobody knows is a kind.
PEOPLE = "publics_precisions"
# From which score the ear is believed, by what the rules made of a sentence. Chosen on texts by writers of
# whom the ear has learnt nothing (docs/decisions/0007): who is sent where they may not enter is worse off than who
# is told « to check ».
RESTRICTS, RESTRICTS_FIRM = score(0.6), score(0.9)
SHUT_FROM = {Read.NOTHING: score(0.7), Read.UNREAD: score(0.7), Read.PARTLY: score(0.9)}
INFORMS, INFORMS_FIRM, INFORMS_PEOPLE = score(0.5), score(0.7), score(0.9)
INFORMS_FOLK, INFORMS_PARTLY = score(0.7), score(0.8)


def settled(
    sentence: Sentence,
    name: str,
    header: str,
    statement: Statement | None,
    welcome: bool,
    ear: Ear | None,
    *,
    dated: bool,
) -> tuple[Statement | None, bool]:
    """What a sentence of the field `name` requires, and whether it says that everybody is welcome.

    `header` is what the line above says of it, as for the rules. `dated`: it names a day or a season; when the
    service is shut is then the rules' to say.
    """
    read = read_of(statement, welcome)
    if ear is None or read not in SHUT_FROM:
        return statement, welcome
    heard = ear.hear(sentence.folded, name, read)
    if heard[Side.SHUT] >= SHUT_FROM[read] and not (dated and statement):
        return _shut(sentence, name, statement, dated=dated), False
    if statement is None:
        restricts = heard[Side.RESTRICTS] >= (RESTRICTS if name in PROSE else RESTRICTS_FIRM)
        return (_unread(sentence, name, header) if restricts else None), welcome
    return (None if heard[Side.INFORMS] >= _informs(name, statement, read) else statement), welcome


def _informs(name: str, statement: Statement, read: Read) -> float:
    """The score from which a sentence not read, or only partly, is believed to ask for nothing."""
    if name == PEOPLE or (statement.people and name not in PROSE):
        return INFORMS_PEOPLE
    if statement.people and read is Read.UNREAD:
        return INFORMS_FOLK
    if read is Read.PARTLY:
        return INFORMS_PARTLY
    return INFORMS if name in PROSE else INFORMS_FIRM


def _shut(sentence: Sentence, name: str, statement: Statement | None, *, dated: bool) -> Statement:
    now = FULL if dated else Full()
    if statement is None:
        return Statement(now, sentence.words(), name, people=False, verb=False, strong=True)
    # Nobody enters: neither one more line of a list of people, nor people let in beside others.
    return replace(
        statement, expression=all_of(statement.expression, now), people=False, also=False, header=""
    )


def _unread(sentence: Sentence, name: str, header: str) -> Statement:
    """A condition for a human to read, in the list it stands in. A description repeats other fields: where they say
    it, it counts no more."""
    prose = name == "description"
    people = prose or name == PEOPLE
    return Statement(
        Stated("other"),
        sentence.words(),
        name,
        people=people,
        verb=False,
        strong=not prose,
        header=header,
        hinted=prose,
    )
