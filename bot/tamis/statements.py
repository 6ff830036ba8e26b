"""Reads one sentence of a field: what it requires of a person, and whether it says that everybody may come."""

from __future__ import annotations

import re

from bot.tamis.audience import Audience
from bot.tamis.clauses import Parser
from bot.tamis.combine import Statement
from bot.tamis.criteria import Not, Stated, all_of, any_of
from bot.tamis.informing import Informing
from bot.tamis.lexicon import Lexicon
from bot.tamis.spans import SILENT, Setting, Span, Spotter
from bot.tamis.text import Sentence
from bot.tamis.unread import is_unread, understood

_LIMITING = ("pour ", "uniquement ", "exclusivement ", "seulement ", "strictement ", "dans le cadre ")
_ANNOUNCED = re.compile(
    r"^\W*(?:une? |l'|les? |la )[^,;:]{3,60} (?:est|sont) "
    r"(?:necessaire|obligatoire|exigee?|requise?|indispensable)s?\b|"
    r"a destination d|destinee?s? (?:a|aux)\b|s'adresse|reservee?s? (?:a|aux)\b|^[^:]*\bil faut|condition|regles"
)
_PRESCRIBED = re.compile(r"prescription|fiche d'orientation|fiche de liaison")
_AND_BE = re.compile(
    r"(?:,|;|\bet) (?:etre|avoir|habiter|resider|posseder) "
)  # « se munir de sa carte, être majeur »


class Statements:
    """Turns sentences into statements."""

    def __init__(self, lexicon: Lexicon, spotter: Spotter, informing: Informing, audience: Audience) -> None:
        self._lexicon, self._spotter = lexicon, spotter
        self._informing, self._audience = informing, audience
        self._parser = Parser(lexicon, informing.tells, audience)

    def read(
        self, sentence: Sentence, name: str, setting: Setting, header: str
    ) -> tuple[Statement | None, bool]:
        """What a sentence of the field `name` requires, and whether it says that everybody is welcome."""
        folded = sentence.folded
        strong = name in ("publics_precisions", "conditions_acces") or bool(
            self._lexicon.strong.search(folded)
        )
        prose = name == "description"
        if self._audience.all_comers(folded) and not self._audience.requires(folded):
            return None, True
        if prose and self._audience.digresses(folded):
            return None, self._audience.welcomes(folded)
        clear = strong or (
            prose and (header in ("people", "any", "all") or bool(self._lexicon.soft.search(folded)))
        )
        soft = clear or (prose and self._audience.restricts(folded))
        staff = self._lexicon.others.search(folded) if prose else None
        if staff:
            # « Un accompagnateur se déplace avec les personnes qui… »: those who work there, and maybe for whom.
            for_some = self._audience.restricts(folded[staff.end() :])
            return (self._named(sentence, name, strong, header, hinted=True) if for_some else None), False
        if not soft and name == "description":
            told = self._lexicon.told.search(folded)
            return (self._told(sentence, setting) if told else None), False
        if not soft or (name == "frais_precisions" and self._lexicon.price.search(folded)):
            return None, False
        cut = self._lexicon.priority.search(folded)
        if cut:
            # What is preferred, or only an example, is not required.
            folded = folded[: cut.start()] + " " * (cut.end() - cut.start()) + folded[cut.end() :]
            if len(folded.strip(" ,:;.()")) < 4:
                return None, False
        folded = self._informing.plainly(folded)
        if not folded.strip(" ,:;.()"):
            return None, False
        spans = [span for span in self._spotter.spans(folded, setting) if not self._some_only(span, folded)]
        lenient = not strong
        for_them = self._lexicon.for_them.match(folded) if prose else None
        if for_them and not any(span.expression for span in spans if span.end > for_them.end()):
            folded, spans = folded[: for_them.end()], [s for s in spans if s.end <= for_them.end()]
        meaning = [span for span in spans if span.expression is not None]
        if name == "description" and meaning and all(span.told for span in meaning):
            # Of a sentence on when a service is shut, or out of whose reach, the rest asks nothing.
            return self._told(sentence, setting), False
        owes = name == "conditions_acces" and self._audience.requires(folded)
        if name != "publics_precisions" and not owes and self._informing.tells(folded):
            # A sentence on how the service works may still name who it is for, and asks nothing else.
            binding, lenient = [span for span in spans if _binds(span, folded)], True
            if not any(span.expression for span in binding if span.kind not in SILENT):
                welcome = any(span.kind == "open" for span in spans)
                hushed = "" if welcome else _hushed(folded, spans)
                named, hinted = self._audience.names(hushed), prose and self._audience.hints(hushed)
                if not named and not hinted:
                    return None, welcome
                return self._named(sentence, name, strong, header, hinted=not named), welcome
            spans = binding
        if name == "description" and not strong and not self._lexicon.only.search(folded):
            spans = [span for span in spans if span.kind not in ("purpose", "contract")]
        listing = name in ("publics_precisions", "description")
        clause = self._parser.parse(folded, spans, listing=listing, lenient=lenient, prose=prose)
        expression = clause.expression
        hushed = _hushed(folded, spans) if prose and not clause.welcome else ""
        named = self._audience.names(hushed)
        hinted = not named and self._audience.hints(hushed)
        if expression is not None and name in ("description", "frais_precisions"):
            # A description tells much that is no condition: what was not understood is kept when it restricts.
            keep = prose and bool(_ANNOUNCED.search(sentence.folded) or self._audience.requires(folded))
            expression = understood(expression, keep=keep)
        if expression is None:
            if not named and not hinted:
                return None, clause.welcome
            return self._named(sentence, name, strong, header, hinted=hinted), clause.welcome
        if not clear and not self._audience.surely(folded) and not self._audience.requires(folded):
            # « accompagne des jeunes de 16 à 25 ans » may be an example of its work: it keeps nobody out by itself.
            shut = self._told(sentence, setting) if self._lexicon.told.search(folded) else None
            expression = any_of(expression, Stated("other"))
            expression = all_of(expression, shut.expression) if shut else expression
        people = clause.people or (lenient and any(span.kind in ("who", "age") for span in spans))
        if people and is_unread(expression) and self._lexicon.denied.search(folded):
            people = False  # « les agents publics ne sont pas concernés » names nobody who may come
        return Statement(
            expression,
            sentence.words(),
            name,
            people,
            clause.verb,
            strong,
            header,
            also=people and bool(self._lexicon.also.search(folded)) and not self._lexicon.owed.search(folded),
            plural=bool(self._lexicon.plural.match(folded)),
        ), clause.welcome

    def owed(self, text: str) -> bool:
        """« Présenter une promesse d'embauche »: a paper that is the condition itself, not one of a list."""
        if _PRESCRIBED.search(text) or _AND_BE.search(text):
            return True
        return ":" not in text and "," not in text and bool(self._lexicon.contract.search(text))

    def _some_only(self, span: Span, text: str) -> bool:
        """« toute personne suivie par le CCAS » is not everybody."""
        everybody = span.kind == "open" and text[span.start : span.end].endswith(
            ("personne", "public", "publics")
        )
        return everybody and self._audience.held(text[span.end :])

    def _named(
        self, sentence: Sentence, name: str, strong: bool, header: str, *, hinted: bool = False
    ) -> Statement:
        """People of a kind that nobody knows: a human reads which."""
        return Statement(Stated("other"), sentence.words(), name, True, False, strong, header, hinted=hinted)

    def _told(self, sentence: Sentence, setting: Setting) -> Statement | None:
        """What a description says in passing that keeps people out: shut, full, out of season, stairs."""
        spans = [span for span in self._spotter.spans(sentence.folded, setting) if span.told]
        expressions = [span.expression for span in spans if span.expression is not None]
        expressions = [
            each for each in expressions if not is_unread(each) or each == Stated("other", "complet")
        ]
        if not expressions:
            return None
        return Statement(all_of(*expressions), sentence.words(), "description", False, False, True)


def _hushed(text: str, spans: list[Span]) -> str:
    """A folded sentence without the words that tell nobody apart (« en difficulté de mobilité »)."""
    for span in spans:
        if span.kind in ("mobility", "open"):
            text = text[: span.start].ljust(span.end) + text[span.end :]
    return text


def _binds(span: Span, text: str) -> bool:
    """Whether a span of a sentence on how the service works may ask for something all the same."""
    if span.kind == "purpose" and isinstance(span.expression, Not):
        return True  # « les trajets de loisirs ne sont pas acceptés »
    if span.kind != "purpose":
        return span.kind != "vehicle"
    return text.startswith(_LIMITING, span.start) or text.endswith(_LIMITING, 0, span.start)
