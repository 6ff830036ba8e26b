"""Where a sentence is cut before it is read: what leads to a list, what brackets explain, what is left out."""

from __future__ import annotations

import re

from bot.tamis.criteria import Expression, Not, Situation, Stated, all_of, any_of
from bot.tamis.lexicon import Lexicon
from bot.tamis.spans import Span

WORD = re.compile(r"[a-z][a-z'._-]*[a-z]|[a-z]")

_EXEMPTABLE = frozenset({"age", "quotient", "resources", "prescription", "duration", "licence", "contract"})


def bare(word: str) -> str:
    """A word without its article (« l'emploi ») and its points."""
    word = word.strip("._-'")
    return word.split("'", 1)[1] if len(word) > 2 and word[1] == "'" else word


class Cutting:
    """Finds the places where a folded sentence is cut."""

    def __init__(self, lexicon: Lexicon) -> None:
        self._lexicon = lexicon

    def without_head(self, text: str, spans: list[Span]) -> str:
        """« Personnes en insertion : DE, BRSA »: the list says what the words before the colon mean."""
        colon = text.find(":")
        if colon < 0 or any(span.start < colon for span in spans if span.kind != "mobility"):
            return text
        head = {bare(word) for word in WORD.findall(text[:colon])}
        if head & self._lexicon.negations or not any(span.kind in ("who", "age", "open") for span in spans):
            return text
        return " " * (colon + 1) + text[colon + 1 :]

    def without_examples(self, text: str, spans: list[Span]) -> tuple[str, list[Span]]:
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
            left = [word for word in WORD.findall(rest) if bare(word) not in self._lexicon.fillers]
            several = len(re.findall(r",| ou |/", listed[1])) > 0
            if before and "contract" in kinds and before[-1].expression == Situation("salarie"):
                continue  # « salariés (CDI, CDD) »: which of them
            if before and several and inside and kinds <= {"who", "contract"} and not left:
                text = text[: listed.start()].ljust(listed.end()) + text[listed.end() :]
                spans = [span for span in spans if span not in inside]
        return text, spans

    def exception(self, text: str, spans: list[Span]) -> tuple[int, int, int, int] | None:
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

    def clause_start(self, text: str, end: int) -> int:
        """Where the words that lead to a header begin: after the last comma or « et »."""
        joints = [joint.start() for joint in self._lexicon.joint.finditer(text, 0, end)]
        return joints[-1] if joints else 0

    def left_out(
        self,
        text: str,
        cut: tuple[int, int],
        main: Expression | None,
        except_for: Expression | None,
        spans: list[Span],
    ) -> Expression | None:
        """What is required of whom `except_for` leaves; `cut` is where the mark of the exception stands."""
        start, mark = cut[0], text[cut[0] : cut[1]]
        silent = not any(span.kind == "open" or span.expression for span in spans if span.end <= start)
        # « ouvert à tous les habitants, sauf apprentis »: who may come is said, the exception leaves some out.
        freed = (
            self._lexicon.exempt.search(mark) and silent and not self._lexicon.for_all.search(text, 0, start)
        )
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
        if freed and not before and not self._lexicon.who_noun.search(text):
            return any_of(main, except_for)  # « le pays doit avoir un accord, sauf pour les réfugiés »
        return any_of(main, except_for) if frees else all_of(main, Not(except_for))
