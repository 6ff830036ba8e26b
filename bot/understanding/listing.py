"""One more of a list: « à pied et le bus », « une RQTH et l'AAH ». Beside a code that was understood stand others."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from bot.understanding.codes import Codes
from bot.understanding.facts import Fact
from bot.understanding.lexicon import Lexicon
from bot.understanding.policy import Policy
from bot.understanding.stream import Stream

LONGEST = 4  # words of what is one more
ARTICLE = 3  # letters of the longest word that may stand before it


def joined(
    stream: Stream, codes: Codes, lexicon: Lexicon, policy: Policy, facts: Sequence[Fact]
) -> list[Fact]:
    """What is joined to the codes of lists among `facts` by a word like « et », in the bare words that would answer
    the question of that field."""
    said = [fact for fact in facts if _may(policy, fact)]
    at = [(fact.field, beside) for fact in said for beside in _beside(stream, policy, fact)]
    if not at:
        return []
    fields = {name for name, _ in at}
    within = lexicon.asked.that(" ".join(sorted(fields)), lambda rule: rule.field in fields)
    hits = [
        hit
        for hit in stream.hits(stream.candidates(lexicon.asked, within))
        if any(hit.rule.field == name and beside in (hit.start, -hit.end) for name, beside in at)
        and hit.end - hit.start <= LONGEST
    ]
    known = {(fact.field, fact.value) for fact in facts}
    return [
        fact for fact in codes.facts(hits) if _may(policy, fact) and (fact.field, fact.value) not in known
    ]


def _may(policy: Policy, fact: Fact) -> bool:
    return fact.operation == "add" and fact.value in policy.listing.get(fact.field, ())


def _beside(stream: Stream, policy: Policy, fact: Fact) -> Iterator[int]:
    """Where what is joined to a fact may begin, or, below zero, end."""
    words = [token.text for token in stream.tokens]
    first, end = stream.token_at(fact.start), stream.token_at(fact.end - 1) + 1
    if words[end : end + 1] and words[end] in policy.listing_words:
        yield end + 1
        if words[end + 1 : end + 2] and len(words[end + 1]) <= ARTICLE:
            yield end + 2
    for start in (first, first - 1):
        if (
            start > 1
            and words[start - 1] in policy.listing_words
            and (start == first or len(words[first - 1]) <= ARTICLE)
        ):
            yield -(start - 1)
