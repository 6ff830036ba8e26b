"""Small questions about the words of a sentence and what was read of them."""

from __future__ import annotations

import re

from bot.tamis.criteria import AllOf, AnyOf, Expression
from bot.tamis.spans import Span


def one_adjective(words: str, left: list[str]) -> bool:
    """« … ou professionnelle »: one word in the singular."""
    return len(left) == 1 == len(words.split()) and not left[0].endswith(("s", "x"))


def people_only(expression: Expression | None) -> bool:
    """Kinds of people and nothing else."""
    members = expression.members if isinstance(expression, AnyOf | AllOf) else (expression,)
    return all(getattr(member, "field", "") in ("statuses", "age", "other") for member in members)


def examples(text: str, spans: list[Span]) -> bool:
    """« Tout public : jeunes, demandeurs d'emploi »: welcome comes first, then a list apart."""
    read = [span.start for span in spans if span.expression is not None]
    welcome = min((span.end for span in spans if span.kind == "open"), default=len(text))
    return bool(read) and welcome <= min(read) and bool(re.search("[:(-]", text[welcome : min(read)]))


def papers(text: str, spans: list[Span]) -> bool:
    """« Copie du permis, justificatif de domicile, contrat de travail »: all papers."""
    documents = [span for span in spans if span.kind == "document"]
    others = {span.kind for span in spans if span.expression is not None} - {"contract", "licence"}
    return len(documents) > 1 and not text[: documents[0].start].strip(" -*:.,") and not others
