"""What `extra` says of a service: fields that the common schema does not have."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bot.tamis.criteria import Criterion, Stated, Validity
from bot.tamis.spans import Setting, Spotter
from bot.tamis.text import plain, sentences
from bot.tamis.values import date


def extra_of(extra: Any, spotter: Spotter, setting: Setting) -> list[Criterion]:
    """The criteria of what the schema has no field for: an end, a season, a flag to check."""
    if not isinstance(extra, Mapping):
        return []
    found: list[Criterion] = []
    end = date(extra.get("fin"))
    if end is not None:
        found.append(
            Criterion(Validity(end=end), plain(extra.get("fin_motif")) or f"fin : {end}", "extra.fin")
        )
    reason = extra.get("a_verifier")
    if isinstance(reason, str) and reason.strip():
        # A bare flag says that a price or a date may be old: it is told, and keeps nobody out.
        found.append(Criterion(Stated("other", "a_verifier"), reason, "extra.a_verifier"))
    season = plain(extra.get("saison"))
    if season:
        for sentence in sentences(season, spotter.shortened):
            spans = [span for span in spotter.spans(sentence.folded, setting) if span.kind == "dates"]
            expression = spans[0].expression if spans else None
            found.append(Criterion(expression or Stated("other", "dates"), sentence.words(), "extra.saison"))
    return found
