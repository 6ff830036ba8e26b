"""How the parts of a sentence combine: lists, « et », « ou », exceptions, and what is left unread."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from bot.tamis.criteria import AllOf, AnyOf, Expression, Not, Situation, Stated, all_of, any_of, doubt
from bot.tamis.joining import Item, combine, joint_of
from bot.tamis.lexicon import Lexicon
from bot.tamis.spans import SILENT, Span

_WORD = re.compile(r"[a-z][a-z'._-]*[a-z]|[a-z]")
_FIGURE = re.compile(r"\d+ ?(?:ans?|mois|km|heures?|h)\b")
_BUT = re.compile(r"\b(?:mais|et plus largement|et aussi|ouvert aussi)\b")
_YOU = re.compile(r" ?(?:vous|souhait|cherch|desir)")
_NAMES = re.compile(r"\b(?:aux|pour les|pour des) ")
_SETTLING = frozenset({"neutral", "silent", "waived", "document"})  # one word beside them is no condition
_HOLLOW = frozenset({"neutral", "aim", "mobility"})
_PARTIAL = frozenset({"licence", "prescription", "quotient", "resources", "contract", "access", "vehicle"})
_EXEMPTABLE = frozenset({"age", "quotient", "resources", "prescription", "duration", "licence", "contract"})


@dataclass(frozen=True, slots=True)
class Clause:
    """What a sentence requires (None: nothing), and whether it says everybody is welcome."""

    expression: Expression | None
    welcome: bool = False
    people: bool = False
    verb: bool = False


class Parser:
    """Turns the spans of a folded sentence into one expression."""

    def __init__(self, lexicon: Lexicon, informs: Callable[[str], bool]) -> None:
        self._lexicon = lexicon
        self._informs = informs
        self._lenient = self._listing = False
        self._text = ""

    def parse(self, text: str, spans: list[Span], *, listing: bool, lenient: bool = False) -> Clause:
        """What the sentence requires. `listing`: the field names people, commas there mean "or".

        `lenient`: words left over beside a condition are no condition (a description tells many things).
        """
        self._lenient, self._listing = lenient, listing
        text = self._without_head(text, spans)
        text, spans = self._without_examples(text, spans)
        self._text = text
        welcome = any(span.kind == "open" for span in spans)
        cut = self._exception(text, spans)
        if cut is None:
            items = self._items(text, spans, 0, len(text))
            listed = self._listed(text, spans, listing)
            expression = listed or self._some(text, combine(items, listing), spans)
            if welcome and _people_only(expression) and _examples(text, spans):
                # « Tout public : jeunes, demandeurs d'emploi… » lists examples.
                return Clause(None, True)
            if (
                welcome
                and _people_only(expression)
                and any(span.kind == "open" and _BUT.search(text, 0, span.start) for span in spans)
            ):
                return Clause(None, True)  # « plutôt les jeunes, mais tout le monde peut venir »
            people = bool(items) and all(item.people for item in items)
            if self._lexicon.together.search(text):
                expression = all_of(*(item.whole() for item in items))
            return Clause(expression, welcome, people, bool(items) and items[0].verb)
        start, body_start, body_end, rest_start = cut
        main = combine(self._items(text, spans, 0, start), listing)
        if rest_start < len(text):
            rest = combine(self._items(text, spans, rest_start, len(text)), listing)
            main = rest if main is None else main if rest is None else all_of(main, rest)
        body = text[:body_start] + text[body_start:].replace(" ni ", " ou ").replace(" et ", " ou ")
        except_for = combine(self._items(body, spans, body_start, body_end), True)
        return Clause(self._except(text[start:body_start], main, except_for, spans, start), welcome)

    def _without_head(self, text: str, spans: list[Span]) -> str:
        """« Personnes en insertion : DE, BRSA »: the list says what the words before the colon mean."""
        colon = text.find(":")
        if colon < 0 or any(span.start < colon for span in spans if span.kind != "mobility"):
            return text
        head = {self._strip(word) for word in _WORD.findall(text[:colon])}
        if head & self._lexicon.negations or not any(span.kind in ("who", "age", "open") for span in spans):
            return text
        return " " * (colon + 1) + text[colon + 1 :]

    def _without_examples(self, text: str, spans: list[Span]) -> tuple[str, list[Span]]:
        """« salariés précaires (CDD, intérim, temps partiel) »: what the brackets list explains the word before."""
        for listed in re.finditer(r"\(([^()]{3,120})\)", text):
            if any(
                span.kind == "document"
                for span in spans
                if listed.start() < span.start and span.end <= listed.end()
            ):
                text = text[: listed.start()].ljust(listed.end()) + text[listed.end() :]
                spans = [span for span in spans if not listed.start() < span.start < listed.end()]
                continue
            before = [span for span in spans if span.kind == "who" and 0 <= listed.start() - span.end <= 2]
            inside = [span for span in spans if listed.start() < span.start and span.end <= listed.end()]
            kinds = {span.kind for span in inside}
            rest = listed[1]
            for span in inside:
                rest = rest.replace(text[span.start : span.end], " ")
            left = [word for word in _WORD.findall(rest) if self._strip(word) not in self._lexicon.fillers]
            several = len(re.findall(r",| ou |/", listed[1])) > 0
            if before and "contract" in kinds and before[-1].expression == Situation("salarie"):
                continue  # « salariés (CDI, CDD) »: which of them
            if before and several and inside and kinds <= {"who", "contract"} and not left:
                text = text[: listed.start()].ljust(listed.end()) + text[listed.end() :]
                spans = [span for span in spans if span not in inside]
        return text, spans

    def _exception(self, text: str, spans: list[Span]) -> tuple[int, int, int, int] | None:
        """(start of the mark, start and end of what is excepted, where the rest begins), or None."""
        after = self._lexicon.excluded_after.search(text.rstrip(" )."))
        if after and any(
            span.start <= after.start() < span.end and span.expression is not None for span in spans
        ):
            after = None  # « exclus du crédit bancaire » is a condition of its own
        if after and any(span.end <= after.start() and span.expression is not None for span in spans):
            start = self._last_clause(text, spans, after.start())
            return start, start, after.start(), len(text)
        for mark in self._lexicon.exception.finditer(text):
            if any(span.start <= mark.start() and mark.end() <= span.end for span in spans):
                continue
            closing = text.find(")", mark.end()) if "(" in text[: mark.start()] else -1
            end = closing if closing >= 0 else len(text)
            # « ne pas avoir plus de 30 ans »: the mark may end inside the words it excepts.
            body = min(
                [span.start for span in spans if span.start < mark.end() < span.end], default=mark.end()
            )
            return min(mark.start(), body), body, end, end
        return None

    def _last_clause(self, text: str, spans: list[Span], end: int) -> int:
        """Where those who « ne sont pas éligibles » begin: after a bracket or a comma, when others stand before."""
        listed = re.match(r"\W*(?:les|des|aux)\b", text)  # « les étudiants, les salariés sont exclus »
        said = re.match(r"(?:sont|est|ne) ", text[end:])
        commas = r"|, " if not said else "" if listed else r"|, (?=les |des |aux )"
        for mark in [*re.finditer(rf"[(:]|\bmais\b| - {commas}", text[:end])][::-1]:
            before = any(span.expression is not None and span.end <= mark.start() for span in spans)
            inside = any(span.expression is not None and mark.end() <= span.start < end for span in spans)
            if before and inside:
                return mark.end()
        return 0

    def _except(
        self, mark: str, main: Expression | None, except_for: Expression | None, spans: list[Span], start: int
    ) -> Expression | None:
        silent = not any(span.kind == "open" or span.expression for span in spans if span.end <= start)
        freed = self._lexicon.exempt.search(mark) and silent
        if (
            main is None
            and freed
            and any(span.kind in ("document", "silent") for span in spans if span.end <= start)
        ):
            return None  # « une caution est demandée, sauf aux salariés »: papers and money keep nobody out
        if except_for is None:
            return main if main is None else all_of(main, Stated("other", "exception"))
        before = [span for span in spans if span.end <= start and span.expression is not None]
        frees = bool(self._lexicon.exempt.search(mark)) and bool(before) and before[-1].kind in _EXEMPTABLE
        if main is None and freed and any(span.kind == "waived" for span in spans if span.end <= start):
            return any_of(Not(except_for), Stated("prescription"))  # « sans prescription, sauf pour… »
        if main is None:
            return Not(except_for)
        if freed and not before and not self._lexicon.who_noun.search(self._text):
            return any_of(main, except_for)  # « le pays doit avoir un accord, sauf pour les réfugiés »
        return any_of(main, except_for) if frees else all_of(main, Not(except_for))

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
            for word in _WORD.findall("".join(rest))
            if len(word.strip("._-'")) > 1 and self._strip(word) not in self._lexicon.fillers
        ]
        if read:
            told = bool(self._lexicon.qualifier.match(text[read[-1].end : end]))
            left = (
                []
                if self._lenient and not (told and read[-1].kind in ("who", "age"))
                else [word for word in left if self._strip(word) not in self._lexicon.offer]
            )
        elif not left and _FIGURE.search("".join(rest)):
            left = ["figure"]
        turned = read and self._turned("".join(rest), read[-1].end - start, bool(left))
        if turned:
            read, left = [], ["negation"]
        if not read and any(span.kind in SILENT and span.kind != "aim" for span in inside):
            left = [word for word in left if self._strip(word) not in self._lexicon.offer]
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
            not read and not turned and not _NAMES.search(words) and self._informs(words)
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
            or (not kinds and bool(self._lexicon.who_noun.search(words)))
        )
        expression = self._narrowed(expression)
        return Item(
            expression,
            unread,
            joint,
            people,
            verb,
            bool(self._lexicon.singular.search(words)),
            kinds == {"age"},
            not expressions and not unread,
            bool(read) and bool(left) and bool(self._lexicon.qualifier.match(text[read[-1].end : end])),
            not read and unread and bool(self._lexicon.relative.match(words)),
            bool(self._lexicon.who_noun.search(words)),
            bool(self._lexicon.trait.match(words)),
            not read
            and joint == "ou"
            and len(left) == 1
            and not left[0].endswith(("s", "x"))
            and len(words.split()) == 1,
        )

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
        where = [
            word.start() for word in _WORD.finditer(rest) if self._strip(word[0]) in self._lexicon.negations
        ]
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
        told = self._told_of_some(text, spans)
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
        first = combine(self._items(text, spans, 0, self._clause_start(text, header.start())), listing)
        one = any_of(*(item.whole() for item in chosen if item.expression or item.unread))
        return one if first is None else all_of(first, one)

    def _clause_start(self, text: str, end: int) -> int:
        """Where the words that lead to a header begin: after the last comma or « et »."""
        joints = [joint.start() for joint in self._lexicon.joint.finditer(text, 0, end)]
        return joints[-1] if joints else 0

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

    def _strip(self, word: str) -> str:
        word = word.strip("._-'")
        return word.split("'", 1)[1] if len(word) > 2 and word[1] == "'" else word


def _people_only(expression: Expression | None) -> bool:
    """Kinds of people and nothing else."""
    members = expression.members if isinstance(expression, AnyOf | AllOf) else (expression,)
    return all(getattr(member, "field", "") in ("statuses", "age", "other") for member in members)


def _examples(text: str, spans: list[Span]) -> bool:
    """« Tout public : jeunes, demandeurs d'emploi »: welcome comes first, then a list apart."""
    read = [span.start for span in spans if span.expression is not None]
    welcome = min(span.end for span in spans if span.kind == "open")
    return bool(read) and welcome <= min(read) and bool(re.search("[:(-]", text[welcome : min(read)]))
