"""Coded facts: what the rules of one lexicon say of the person, cues heeded."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from bot.understanding.facts import Fact
from bot.understanding.lexicon import Lexicon
from bot.understanding.policy import Policy
from bot.understanding.scope import Scope
from bot.understanding.stream import Hit, Stream

NUMBER = "{n}"
COMING = "{n}-1"  # « twenty in March »: the number to come is one more than the number that is
NONE = "none"
# Words: a longer message is not the bare answer to a question. What has one value is told apart from the rest of a
# longer one; of lists a longer one gave more wrong than right (800 answers of the cases, 27 November 2026).
SHORT_ANSWER = 8
SHORT_VALUE = 16


class Codes:
    """Turns the rule hits of one stream into facts."""

    def __init__(self, stream: Stream, scope: Scope, lexicon: Lexicon, policy: Policy) -> None:
        self._stream = stream
        self._scope = scope
        self._lexicon = lexicon
        self._policy = policy

    def facts(self, hits: Iterable[Hit]) -> list[Fact]:
        """The facts of rule hits, in the order of the message.

        Where the same words both say a code and, by a negation near them, seem to deny it, they say it.
        """
        out = []
        for hit in hits:
            fact = self._fact(hit)
            if fact is not None:
                out.append((hit, fact))
        coming = [hit for hit, _ in out if hit.rule.value == COMING]
        if coming:
            out = [pair for pair in out if pair[0].rule.value != NUMBER or not _among(pair[0], coming)]
        said = [(hit, fact) for hit, fact in out if hit.rule.operation == "not" or fact.operation != "remove"]
        kept = [
            (hit, fact)
            for hit, fact in out
            if hit.rule.operation == "not"
            or fact.operation != "remove"
            or not any(
                other.pattern.bare
                and (known.field, known.value) == (fact.field, fact.value)
                and other.overlaps(hit.start, hit.end)
                for other, known in said
            )
        ]
        return [fact for _, fact in sorted(kept, key=lambda pair: pair[0].start)]

    def answers(self, hits: Sequence[Hit], asked: str, read: Sequence[Fact]) -> list[Fact]:
        """The facts of a short answer to the question just asked, unless its field was read anyway.

        Of a list, what other words say is one more: « en moto, s'il pleut le train ».
        """
        words = sum(1 for t in self._stream.tokens if t.text[0].isalnum() or t.text[0] == "§")
        known = [fact for fact in read if fact.field == asked]
        listed = asked in self._policy.lists
        if words > (SHORT_ANSWER if listed else SHORT_VALUE) or (known and not listed):
            return []
        found = self.facts(hit for hit in hits if hit.rule.field == asked)
        return [fact for fact in found if not known or _one_more(fact, known)]

    def _fact(self, hit: Hit) -> Fact | None:
        rule, policy = hit.rule, self._policy
        if self._stream.spares(hit):
            return None
        cues = self._scope.cues(hit)
        operation = "add" if rule.field in policy.lists else "set"
        if rule.operation == "not":
            if policy.drops(rule.field, cues - {"negation"}, rule):
                return None
            operation = "remove"
        elif policy.drops(rule.field, cues, rule):
            return None
        elif policy.removes(rule.field, cues, rule):
            operation = "remove"
        value = self._value(hit)
        if rule.value == NONE and rule.field in policy.lists:
            value, operation = None, "clear"
        elif value is None:
            return None
        start, end = self._stream.span(hit.start, hit.end)
        return Fact(rule.field, value, "", start, end, operation, 0.9)

    def _value(self, hit: Hit) -> Any:
        field, value = hit.rule.field, hit.rule.value
        if field in self._policy.flags:
            return value == "true"
        if field not in self._policy.bounds:
            return value
        if value in (NUMBER, COMING):
            words = hit.groups["n"][0]
            number = int(words[:7]) if words.isdigit() else self._lexicon.numbers.get(words)
            if number is not None and value == COMING:
                number -= 1
        else:
            number = int(value)
        least, greatest = self._policy.bounds[field]
        return number if number is not None and least <= number <= greatest else None


def _among(hit: Hit, coming: Sequence[Hit]) -> bool:
    """Whether a number is one that is still to come."""
    return any(
        hit.rule.field == other.rule.field and hit.overlaps(other.start, other.end) for other in coming
    )


def _one_more(fact: Fact, known: Sequence[Fact]) -> bool:
    """Whether a fact of an answer stands in other words than those that were read and says another thing."""
    apart = all(fact.end <= other.start or other.end <= fact.start for other in known)
    return apart and fact.operation == "add" and all(fact.value != other.value for other in known)


def settled(facts: Sequence[Fact], policy: Policy, corrected: Iterable[int] = ()) -> list[Fact]:
    """One voice out of several: one value a single field, no code both said and denied.

    For single fields a value said after a correction (its start is in `corrected`) wins, else the
    strongest by the policy's order, else the first said. For lists the later of two contrary words wins.
    """
    late = frozenset(corrected)
    single: dict[str, list[Fact]] = {}
    listed: dict[tuple[str, Any], Fact] = {}
    for fact in sorted(facts, key=lambda f: f.start):
        if fact.operation == "set":
            single.setdefault(fact.field, []).append(fact)
        else:
            before = listed.get((fact.field, fact.value))
            if before is None or before.operation != fact.operation:
                listed[(fact.field, fact.value)] = fact
    out = [_strongest(said, policy, late) for said in single.values()]
    silenced = {
        (field, code)
        for (field, value), fact in listed.items()
        if fact.operation == "add"
        for code in policy.excludes.get(field, {}).get(str(value), ())
    }
    for (field, value), fact in listed.items():
        if (field, value) in silenced and fact.operation == "add":
            continue
        if fact.operation == "clear" and any(
            f == field and o.operation == "add" for (f, _), o in listed.items()
        ):
            continue
        out.append(fact)
    return sorted(out, key=lambda f: (f.start, f.field, str(f.value)))


def _strongest(said: Sequence[Fact], policy: Policy, late: frozenset[int]) -> Fact:
    corrected = [fact for fact in said if fact.start in late]
    if corrected:
        return corrected[-1]
    order = policy.order.get(said[0].field)
    if order is None:
        return next((fact for fact in said if fact.value is not None), said[0])
    return min(said, key=lambda f: (order.index(f.value) if f.value in order else len(order), f.start))
