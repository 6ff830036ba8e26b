"""The summary a counsellor reads: ordered French lines in sections, from plain data. Pure.

Every word comes from `summary.fr.yml`; labels of other tools from `mobility_labels.yml`; a person's own words
are quoted only when they hold nothing of health or justice (`withheld.yml`).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from bot.handover.platform import Places
from bot.handover.wording import Wording
from bot.handover.writer import Writer

MAPPINGS = ("ft_situations", "ft_objectives", "carnet_situations")


@dataclass(frozen=True)
class Line:
    """One line: its words, whether it is delicate, whether the person may cut it."""

    key: str
    label: str
    value: str
    sensitive: bool = False
    cuttable: bool = True
    parts: tuple[str, ...] = ()
    """The value's pieces when it lists several."""

    def as_dict(self) -> dict[str, Any]:
        """Plain JSON data."""
        return {
            "key": self.key,
            "label": self.label,
            "value": self.value,
            "sensitive": self.sensitive,
            "cuttable": self.cuttable,
            **({"parts": list(self.parts)} if len(self.parts) > 1 else {}),
        }


@dataclass(frozen=True)
class Section:
    """Lines that belong together."""

    id: str
    title: str
    lines: tuple[Line, ...]


@dataclass(frozen=True)
class Summary:
    """The whole summary."""

    sections: tuple[Section, ...]

    def lines(self) -> tuple[Line, ...]:
        """All lines in order."""
        return tuple(line for section in self.sections for line in section.lines)

    def as_dict(self) -> dict[str, Any]:
        """Plain JSON data: {"sections": [{"id", "title", "lines": [{"key", "label", "value", …}]}]}."""
        return {
            "sections": [
                {
                    "id": section.id,
                    "title": section.title,
                    "lines": [line.as_dict() for line in section.lines],
                }
                for section in self.sections
            ]
        }


def summarise(
    profile: Mapping[str, Any],
    facts: Mapping[str, Mapping[str, Any]],
    offers: Sequence[Mapping[str, Any]],
    blocked: Sequence[Mapping[str, Any]],
    *,
    places: Places,
    words: Wording,
    channel: str,
    priority: str,
    contact_known: bool = False,
    consent: Mapping[str, Any] | None = None,
    cut: Iterable[str] = (),
    state: Mapping[str, Any] | None = None,
) -> Summary:
    """The summary of this profile. `offers` and `blocked` follow the contract's shapes, with `name`.

    Lines named in `cut` are left out when they may be, and counted; a line with nothing to say is absent.
    Without consent to transmit (`consent["transmission"]` false) only the lines needed to answer remain.
    """
    withheld = set(cut)
    writer = Writer(profile, facts, words, places)
    # What the person took out must not come back as a distance, a label of another tool or a reason.
    left = Writer({name: profile[name] for name in profile if name not in withheld}, facts, words, places)
    closed = [{**row, "evidence": None} if row.get("criterion") in withheld else row for row in blocked]
    values: dict[str, str | Sequence[str] | None] = {
        **writer.profile_lines(),
        "urgency": words.french["codes"]["urgency"][priority],
        "deadline": writer.deadline(),
        "contact": writer.contact(channel, contact_known),
        "helper": writer.helper(state or {}),
        "language": writer.code("language", profile.get("language") or "fr"),
        "distance": left.distance(),
        "transit": left.transit(),
        **writer.offer_lines(offers, closed),
        **{name: left.mapped(name) for name in MAPPINGS},
        "consent": writer.consents(consent or {}),
    }
    mute = consent is not None and consent.get("transmission") is False
    left_out = 0
    sections = []
    for section in words.french["sections"]:
        lines = []
        for key in section["lines"]:
            line = _line(words, key, values.get(key), profile.get(key))
            if line is None:
                continue
            if line.cuttable and (mute or key in withheld):
                left_out += 1
                continue
            lines.append(line)
        sections.append(Section(section["id"], section["title"], tuple(lines)))
    if left_out:
        counted = words.french["words"]["cut"]["one" if left_out == 1 else "other"].format(count=left_out)
        last = sections[-1]
        line = _line(words, "cut", counted)
        sections[-1] = replace(last, lines=(*last.lines, line)) if line else last
    return Summary(tuple(section for section in sections if section.lines))


def _line(
    words: Wording, key: str, value: str | Sequence[str] | None, codes: str | Sequence[str] | None = None
) -> Line | None:
    if not value:
        return None
    spec = words.french["lines"][key]
    parts = () if isinstance(value, str) else tuple(value)
    text = value if isinstance(value, str) else str(words.french["words"]["item"]).join(parts)
    delicate = _delicate(spec.get("sensitive", False), codes)
    return Line(key, spec["label"], text, delicate, not spec.get("fixed"), parts)


def _delicate(told: bool | Sequence[str], codes: str | Sequence[str] | None) -> bool:
    """Whether a line is delicate: always, never, or where the profile holds one of the codes told."""
    if isinstance(told, bool):
        return told
    return not set(told).isdisjoint([codes] if isinstance(codes, str) else codes or ())
