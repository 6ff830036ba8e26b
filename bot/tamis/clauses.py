"""How the parts of a sentence combine: lists, « et », « ou », exceptions, and what is left unread."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from bot.tamis.audience import Audience
from bot.tamis.criteria import Expression, Not, Stated, all_of, any_of, doubt
from bot.tamis.cutting import Cutting
from bot.tamis.items import Items
from bot.tamis.joining import combine
from bot.tamis.lexicon import Lexicon
from bot.tamis.spans import SILENT, Span
from bot.tamis.wording import examples, papers, people_only

_BUT = re.compile(r"\b(?:mais|et plus largement|et aussi|ouvert aussi)\b")


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
        self._cut = Cutting(lexicon)
        self._items = Items(lexicon, informs, audience)

    def parse(
        self, text: str, spans: list[Span], *, listing: bool, lenient: bool = False, prose: bool = False
    ) -> Clause:
        """What the sentence requires. `listing`: the field names people, commas there mean "or".

        `lenient`: words left over beside a condition are no condition (a description tells many things).
        `prose`: what the service lends or gives may be told beside a condition.
        """
        self._items.lenient, self._items.listing, self._items.prose = lenient, listing, prose
        text = self._cut.without_head(text, spans)
        text, spans = self._cut.without_examples(text, spans)
        if papers(text, spans):
            return Clause(None)
        welcome = any(span.kind == "open" for span in spans)
        cut = self._cut.exception(text, spans)
        if cut is None:
            items = self._items.between(text, spans, 0, len(text))
            listed = self._listed(text, spans, listing)
            expression = listed or self._some(text, combine(items, listing), spans)
            freely = examples(text, spans) or any(
                span.kind == "open" and _BUT.search(text, 0, span.start) for span in spans
            )
            if welcome and people_only(expression) and freely:
                # « Tout public : jeunes… » lists examples; « plutôt les jeunes, mais tout le monde peut venir ».
                return Clause(None, True)
            if expression is None and not prose and all(span.kind == "mobility" for span in spans):
                asked = self._asks(text, spans)
                return Clause(Stated("other") if asked else None, people=asked and listing)
            people = bool(items) and all(item.people for item in items)
            if items and self._lexicon.together.search(text):
                expression = all_of(*(item.whole() for item in items))
            return Clause(expression, welcome, people, bool(items) and items[0].verb)
        start, body_start, body_end, rest_start = cut
        main = combine(self._items.between(text, spans, 0, start), listing)
        if rest_start < len(text):
            rest = combine(self._items.between(text, spans, rest_start, len(text)), listing)
            main = rest if main is None else main if rest is None else all_of(main, rest)
        body = text[:body_start] + text[body_start:].replace(" ni ", " ou ").replace(" et ", " ou ")
        if prose and main == Stated("other"):
            main = None  # « l'usage en est interdit aux moins de 16 ans »: of the rest nothing is asked
        except_for = combine(self._items.between(body, spans, body_start, body_end), True)
        left = self._cut.left_out(text, (start, body_start), main, except_for, spans)
        return Clause(left, welcome)

    def _asks(self, text: str, spans: list[Span]) -> bool:
        """« Résidents du foyer », « minimum 6 personnes »: a condition in nothing but ordinary words."""
        for span in spans:
            text = text[: span.start].ljust(span.end) + text[span.end :]
        return bool(self._lexicon.asks.search(text))

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
        chosen = self._items.between(text, spans, colon + 1, len(text))
        first = combine(
            self._items.between(text, spans, 0, self._cut.clause_start(text, header.start())), listing
        )
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
            combine(self._items.between(text, spans, *ends), False)
            for ends in ((0, colon), (colon + 1, len(text)))
        )
        return None if who is None or owed is None else doubt(any_of(Not(who), owed), all_of(who, owed))

    def _told_of_some(self, text: str, spans: list[Span]) -> Expression | None:
        """« Les bénéficiaires du RSA doivent être orientés »: asked of them, or of everybody it is for."""
        duty = self._lexicon.owed.search(text)
        if duty is None or not any(span.kind in ("who", "age") for span in spans if span.end <= duty.start()):
            return None
        who = combine(self._items.between(text, spans, 0, duty.start()), True)
        owed = combine(self._items.between(text, spans, duty.end(), len(text)), False)
        if who is None or owed is None or any(span.start < duty.end() < span.end for span in spans):
            return None
        asked = any_of(Not(who), owed)
        return asked if self._lexicon.born.search(text, 0, duty.start()) else doubt(asked, all_of(who, owed))
