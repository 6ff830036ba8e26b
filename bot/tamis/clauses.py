"""How the parts of a sentence combine: lists, « et », « ou », exceptions, and what is left unread."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from bot.tamis.audience import Audience
from bot.tamis.criteria import AllOf, Expression, Not, Situation, Stated, all_of, any_of, doubt
from bot.tamis.cutting import WORD, Cutting, bare
from bot.tamis.joining import Item, combine, joint_of
from bot.tamis.lexicon import Lexicon
from bot.tamis.spans import SILENT, Span
from bot.tamis.wording import examples, one_adjective, papers, people_only

_FIGURE = re.compile(r"\d+ ?(?:ans?|mois|km|heures?|h)\b")
_BUT = re.compile(r"\b(?:mais|et plus largement|et aussi|ouvert aussi)\b")
_YOU = re.compile(r" ?(?:vous|souhait|cherch|desir)")
_NAMES = re.compile(r"\b(?:aux|pour les|pour des) ")
_SETTLING = frozenset({"neutral", "silent", "waived", "document"})  # one word beside them is no condition
_HOLLOW = frozenset({"neutral", "aim", "mobility"})
_PARTIAL = frozenset({"licence", "prescription", "quotient", "resources", "contract", "access", "vehicle"})


@dataclass(frozen=True, slots=True)
class Clause:
    """What a sentence requires (None: nothing), and whether it says everybody is welcome."""

    expression: Expression | None
    welcome: bool = False
    people: bool = False
    verb: bool = False


class Parser:
    """Turns the spans of a folded sentence into one expression."""

    def __init__(self, lexicon: Lexicon, informs: Callable[[str], bool], audience: Audience) -> None:
        self._lexicon = lexicon
        self._informs = informs
        self._audience = audience
        self._cut = Cutting(lexicon)
        self._lenient = self._listing = self._prose = False

    def parse(
        self, text: str, spans: list[Span], *, listing: bool, lenient: bool = False, prose: bool = False
    ) -> Clause:
        """What the sentence requires. `listing`: the field names people, commas there mean "or".

        `lenient`: words left over beside a condition are no condition (a description tells many things).
        `prose`: what the service lends or gives may be told beside a condition.
        """
        self._lenient, self._listing, self._prose = lenient, listing, prose
        text = self._cut.without_head(text, spans)
        text, spans = self._cut.without_examples(text, spans)
        if papers(text, spans):
            return Clause(None)
        welcome = any(span.kind == "open" for span in spans)
        cut = self._cut.exception(text, spans)
        if cut is None:
            items = self._items(text, spans, 0, len(text))
            listed = self._listed(text, spans, listing)
            expression = listed or self._some(text, combine(items, listing), spans)
            freely = examples(text, spans) or any(
                span.kind == "open" and _BUT.search(text, 0, span.start) for span in spans
            )
            if welcome and people_only(expression) and freely:
                # « Tout public : jeunes… » lists examples; « plutôt les jeunes, mais tout le monde peut venir ».
                return Clause(None, True)
            if expression is None and not prose and all(span.kind == "mobility" for span in spans):
                bare_text = text
                for span in spans:
                    bare_text = bare_text[: span.start].ljust(span.end) + bare_text[span.end :]
                asked = not spans or bare_text.strip(" .,:;()-")
                asked = asked and self._lexicon.asks.search(bare_text)
                return Clause(Stated("other") if asked else None, people=bool(asked) and listing)
            people = bool(items) and all(item.people for item in items)
            if items and self._lexicon.together.search(text):
                expression = all_of(*(item.whole() for item in items))
            return Clause(expression, welcome, people, bool(items) and items[0].verb)
        start, body_start, body_end, rest_start = cut
        main = combine(self._items(text, spans, 0, start), listing)
        if rest_start < len(text):
            rest = combine(self._items(text, spans, rest_start, len(text)), listing)
            main = rest if main is None else main if rest is None else all_of(main, rest)
        body = text[:body_start] + text[body_start:].replace(" ni ", " ou ").replace(" et ", " ou ")
        except_for = combine(self._items(body, spans, body_start, body_end), True)
        left = self._cut.left_out(text, (start, body_start), main, except_for, spans)
        return Clause(left, welcome)

    def _items(self, text: str, spans: list[Span], start: int, end: int) -> list[Item]:
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
            if match and "autre part" in match[0] and self._lexicon.verbs.search(text[match.end() : end]):
                joint = "et"  # « d'une part être …, d'autre part habiter … »
            position = match.end() if match else end
        return items

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
                if self._lenient and not (told and read[-1].kind in ("who", "age"))
                else [word for word in left if bare(word) not in self._lexicon.offer]
            )
        elif not left and _FIGURE.search("".join(rest)):
            left = ["figure"]
        turned = read and self._turned("".join(rest), read[-1].end - start, bool(left))
        if turned:
            read, left = [], ["negation"]
        if not read and any(span.kind in SILENT and span.kind != "aim" for span in inside):
            left = [word for word in left if bare(word) not in self._lexicon.offer]
        offered = self._prose and not read and not turned and not _NAMES.search(text[start:end])
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
        if self._lenient and not read and joint == "et" and _YOU.match(words):
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
        expression = self._partly(text, read, inside, start, end) or (
            all_of(*expressions) if expressions else None
        )
        verb = bool(self._lexicon.verbs.search(words))
        employed = (
            self._listing and not verb and kinds == {"contract"}
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
            adjective=not read and joint == "ou" and one_adjective(words, left),
        )

    def _folk(self, words: str) -> bool:
        """« aidants familiaux »: in a list of people, a plural that is people by its form."""
        first = WORD.search(words)
        return bool(self._listing and first and first[0].endswith("s") and self._audience.is_people(first[0]))

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
        self, text: str, read: list[Span], spans: list[Span], start: int, end: int
    ) -> Expression | None:
        """A condition that only some people, or only some uses, are held to; None when it is not so."""
        mark = self._lexicon.partly.search(text, start, end)
        before = [
            span.expression for span in read if mark and span.end <= mark.start() + 1 and span.expression
        ]
        freed = mark and any(
            span.kind in ("open", "waived") and span.end <= mark.start() + 1 for span in spans
        )
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

    def _some(self, text: str, whole: Expression | None, spans: list[Span]) -> Expression | None:
        """What only some people are held to (« les personnes nées après 1988… ») keeps nobody out by itself."""
        if whole is None:
            return None
        told = self._told_of_some(text, spans) or self._headed(text, spans)
        if told is not None:
            return told
        first = next(
            (span for span in spans if span.expression is not None and span.kind not in SILENT), None
        )
        mark = self._lexicon.partly.search(text)
        if first and mark and first.kind in ("who", "age") and mark.start() < first.start:
            duty = self._lexicon.duty.match(text)
            if duty and not any(span.start < mark.start() for span in spans if span.expression is not None):
                return any_of(Not(first.expression), Stated("other", "partly")) if first.expression else whole
        return any_of(whole, Stated("other", "partly")) if self._lexicon.some.search(text) else whole

    def _listed(self, text: str, spans: list[Span], listing: bool) -> Expression | None:
        """« … et remplir l'une des conditions suivantes : être apprenti, être demandeur d'emploi »."""
        header = self._lexicon.any_header.search(text)
        colon = text.find(":", header.end()) if header else -1
        if header is None or colon < 0 or not any(span.start > colon for span in spans if span.expression):
            return None
        chosen = self._items(text, spans, colon + 1, len(text))
        first = combine(self._items(text, spans, 0, self._cut.clause_start(text, header.start())), listing)
        one = any_of(*(item.whole() for item in chosen if item.expression or item.unread))
        return one if first is None else all_of(first, one)

    def _headed(self, text: str, spans: list[Span]) -> Expression | None:
        """« Moins de 25 ans : 2 ans de permis »: asked of them, or of everybody when it is for them only."""
        colon = text.find(":")
        head = [span for span in spans if span.end <= colon and span.expression is not None]
        rest = [span for span in spans if span.start > colon and span.expression is not None]
        if len(head) != 1 or head[0].kind != "age" or not rest or any(s.kind in ("who", "age") for s in rest):
            return None
        who, owed = (
            combine(self._items(text, spans, *ends), False) for ends in ((0, colon), (colon + 1, len(text)))
        )
        return None if who is None or owed is None else doubt(any_of(Not(who), owed), all_of(who, owed))

    def _told_of_some(self, text: str, spans: list[Span]) -> Expression | None:
        """« Les bénéficiaires du RSA doivent être orientés »: asked of them, or of everybody it is for."""
        duty = self._lexicon.owed.search(text)
        if duty is None or not any(span.kind in ("who", "age") for span in spans if span.end <= duty.start()):
            return None
        who = combine(self._items(text, spans, 0, duty.start()), True)
        owed = combine(self._items(text, spans, duty.end(), len(text)), False)
        if who is None or owed is None or any(span.start < duty.end() < span.end for span in spans):
            return None
        asked = any_of(Not(who), owed)
        return asked if self._lexicon.born.search(text, 0, duty.start()) else doubt(asked, all_of(who, owed))
