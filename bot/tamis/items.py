"""The items of a sentence: what each one requires, and which of its words stay unread."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace

from bot.tamis.audience import Audience
from bot.tamis.criteria import (
    Age,
    AllOf,
    Expression,
    Licence,
    Not,
    Quotient,
    Situation,
    Stated,
    Vehicle,
    all_of,
    any_of,
)
from bot.tamis.cutting import WORD, bare
from bot.tamis.item import Item
from bot.tamis.joining import joint_of
from bot.tamis.lexicon import Lexicon
from bot.tamis.spans import SILENT, Span
from bot.tamis.wording import one_adjective

_FIGURE = re.compile(r"\d+ ?(?:ans?|mois|km|heures?|h)\b")
_YOU = re.compile(r" ?(?:vous|souhait|cherch|desir)")
_NAMES = re.compile(r"\b(?:aux|pour les|pour des) ")
_SETTLING = frozenset({"neutral", "silent", "waived", "document"})  # one word beside them is no condition
_HOLLOW = frozenset({"neutral", "aim", "mobility"})
_PARTIAL = frozenset({"licence", "prescription", "quotient", "resources", "contract", "access", "vehicle"})


class Items:
    """Cuts a sentence where its parts join and reads each part.

    `listing`, `lenient` and `prose` tell how the sentence at hand is read (see `Parser.parse`).
    """

    def __init__(self, lexicon: Lexicon, informs: Callable[[str], bool], audience: Audience) -> None:
        self._lexicon = lexicon
        self._informs = informs
        self._audience = audience
        self.lenient = self.listing = self.prose = False

    def between(self, text: str, spans: list[Span], start: int, end: int) -> list[Item]:
        """The items of a folded sentence between two positions."""
        inside = [span for span in spans if start <= span.start and span.end <= end]
        covered = [(span.start, span.end) for span in inside]
        joints = [
            match
            for match in self._lexicon.joint.finditer(text, start, end)
            if not any(low < match.end() and match.start() < high for low, high in covered)
        ]
        items: list[Item] = []
        position, joint = start, ""
        for match in [*joints, None]:
            stop = match.start() if match else end
            item = self._item(text, inside, position, stop, joint)
            if item is not None:
                items.append(item)
            joint = joint_of(match[0]) if match else ""
            joint = "/" if match and match[0] == " / " else joint
            if match and "autre part" in match[0] and self._lexicon.verbs.search(text[match.end() : end]):
                joint = "et"  # « d'une part être …, d'autre part habiter … »
            position = match.end() if match else end
        return items if self.listing else _slashes(items)

    def _item(self, text: str, spans: list[Span], start: int, end: int, joint: str) -> Item | None:
        inside = [span for span in spans if start <= span.start and span.end <= end]
        read = [span for span in inside if span.expression is not None and span.kind not in SILENT]
        rest = list(text[start:end])
        for span in inside:
            rest[span.start - start : span.end - start] = " " * (span.end - span.start)
        left = [
            word
            for word in WORD.findall("".join(rest))
            if len(word.strip("._-'")) > 1 and bare(word) not in self._lexicon.fillers
        ]
        if read:
            after = text[read[-1].end : end]
            told = bool(self._lexicon.qualifier.match(after)) or self._audience.qualifies(after)
            left = (
                []
                if self.lenient and not (told and read[-1].kind in ("who", "age"))
                else [word for word in left if bare(word) not in self._lexicon.offer]
            )
        elif not left and _FIGURE.search("".join(rest)):
            left = ["figure"]
        turned = read and self._turned("".join(rest), read[-1].end - start, bool(left))
        if turned:
            read, left = [], ["negation"]
        if not read and any(span.kind in SILENT and span.kind != "aim" for span in inside):
            left = [word for word in left if bare(word) not in self._lexicon.offer]
        offered = self.prose and not read and not turned and not _NAMES.search(text[start:end])
        if offered and all(bare(word) in self._lexicon.offer for word in left):
            left = []
        settled = not read and not turned and len(left) < 2 and any(span.kind in _SETTLING for span in inside)
        if (
            settled
            and {span.kind for span in inside} <= _HOLLOW
            and self._lexicon.verbs.search(text[start:end])
        ):
            settled = False  # « travailler en horaires décalés » asks for something, whatever it is
        aims = not read and any(span.kind == "aim" for span in inside)
        unread = (bool(left) and not settled) or (aims and bool(self._lexicon.verbs.search(text[start:end])))
        words = text[start:end]
        if self.lenient and not read and joint == "et" and _YOU.match(words):
            return None  # « … et vous avez besoin d'un véhicule »
        if (not read and not unread) or (
            not read
            and not turned
            and not _NAMES.search(words)
            and self._informs(words)
            and not self._audience.names(words)
        ):
            return None
        kinds = {span.kind for span in read}
        expressions = [span.expression for span in read if span.expression is not None]
        expression = self._partly(text, read, inside, start, end, joint) or (
            all_of(*expressions) if expressions else None
        )
        verb = bool(self._lexicon.verbs.search(words))
        employed = (
            self.listing and not verb and kinds == {"contract"} and not self._lexicon.provided.match(words)
        )  # « en CDD, intérim » in a list of people
        people = (
            employed
            or bool(kinds & {"who", "age"})
            or (not kinds and (bool(self._lexicon.who_noun.search(words)) or self._folk(words)))
        )
        expression = self._narrowed(expression)
        after = text[read[-1].end : end] if read else ""
        return Item(
            expression,
            unread,
            joint,
            people,
            verb,
            singular=bool(self._lexicon.singular.search(words)),
            age_only=kinds == {"age"},
            silent=not expressions and not unread,
            qualified=bool(read and left and self._lexicon.qualifier.match(after)),
            qualifies=not read and unread and bool(self._lexicon.relative.match(words)),
            noun=bool(self._lexicon.who_noun.search(words)),
            trait=bool(self._lexicon.trait.match(words)),
            state=bool(self._lexicon.state.match(words)),
            bare=not self._lexicon.article.match(words),
            adjective=not read and joint == "ou" and one_adjective(words, left),
        )

    def _folk(self, words: str) -> bool:
        """« aidants familiaux »: in a list of people, a plural that is people by its form."""
        first = WORD.search(words)
        return bool(self.listing and first and first[0].endswith("s") and self._audience.is_people(first[0]))

    def _narrowed(self, expression: Expression | None) -> Expression | None:
        """« salariés en CDDI »: of two situations said of the same people, the one that implies the other."""
        if not isinstance(expression, AllOf):
            return expression
        met = {
            each: self._lexicon.situations.definitions[each.code].met_by
            for each in expression.members
            if isinstance(each, Situation) and each.field == "statuses"
        }
        wide = {one for one, by in met.items() if any(other < by for other in met.values() if other)}
        return all_of(*(each for each in expression.members if each not in wide))

    def _turned(self, rest: str, last: int, explained: bool) -> bool:
        """Whether a negation may turn a condition round (« permis B non exigé »): after it, with its own words, no."""
        where = [word.start() for word in WORD.finditer(rest) if bare(word[0]) in self._lexicon.negations]
        return bool(where) and not (explained and min(where) >= last)

    def _partly(
        self, text: str, read: list[Span], spans: list[Span], start: int, end: int, joint: str
    ) -> Expression | None:
        """A condition that only some people, or only some uses, are held to; None when it is not so."""
        mark = self._lexicon.partly.search(text, start, end)
        before = [
            span.expression for span in read if mark and span.end <= mark.start() + 1 and span.expression
        ]
        freed = mark and any(
            span.kind in ("open", "waived") and span.end <= mark.start() + 1 for span in spans
        )
        which = [span.expression for span in read if span.expression]
        chosen = mark and self._lexicon.depending.search(mark[0]) and (joint == "ou" or len(which) > 1)
        if chosen and which and all(isinstance(one, Licence) for one in which):
            return any_of(*which)  # « permis B ou permis AM selon le véhicule »: one of them in any case
        if mark and freed and read:
            return any_of(all_of(*(s.expression for s in read if s.expression)), Stated("other", "partly"))
        if (
            mark is None
            or not before
            or not all(span.kind in _PARTIAL for span in read if span.end <= mark.start() + 1)
        ):
            return None
        after = [span.expression for span in read if span.start >= mark.start() and span.expression]
        if len(before) + len(after) != len(read):
            return None
        if after:
            return any_of(Not(all_of(*after)), all_of(*before))
        return any_of(all_of(*before), Stated("other", "partly"))


def _slashes(items: list[Item]) -> list[Item]:
    """« 18 ans / permis B / pas de voiture » are three conditions; « RSA / ASS / AAH » one of three."""
    several = any(isinstance(item.expression, Age | Licence | Vehicle | Quotient) for item in items)
    joint = "," if several else "ou"
    return [replace(item, joint=joint) if item.joint == "/" else item for item in items]
