"""The conversation's state between two messages. It lives in the gateway's database, never in Rasa alone."""

from __future__ import annotations

import copy
import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass
class State:
    """Everything the next turn needs.

    `facts` maps a field to {"evidence", "confirmed"}; `counts` how often each question was put;
    `horizon` an urgency class said without a date; `skipped` questions passed over without refusing;
    `choose` a place asked back: {"field", "candidates"}; `yes_no` what yes and no mean now;
    `lost` how many messages in a row were not understood; `shown` services already shown;
    `trail` the fields asked, in order; `reask` the one to put again because the person went back;
    `first` the offers shown first with their status, `next` what else could be chosen under them;
    `hurry` whether the trip is today or tomorrow, `rushed` whether the one question put in a hurry was;
    `said_back` the fields just read back;
    `doubt` two values told for one field, asked back: {"field", "values"}; `heard_at` when they last wrote;
    `cut` the fields the person keeps out of the summary;
    `about_other` somebody fills it in for another, `prescriber` the name of the service that sent them.
    """

    profile: dict[str, Any] = field(default_factory=dict)
    facts: dict[str, dict[str, Any]] = field(default_factory=dict)
    asked: str | None = None
    counts: dict[str, int] = field(default_factory=dict)
    horizon: str | None = None
    skipped: list[str] = field(default_factory=list)
    choose: dict[str, Any] | None = None
    trail: list[str] = field(default_factory=list)
    reask: str | None = None
    yes_no: dict[str, Any] = field(default_factory=dict)
    lost: int = 0
    noticed: bool = False
    phase: str = "diagnostic"
    shown: list[str] = field(default_factory=list)
    contact: str | None = None
    consent: str | None = None
    cut: list[str] = field(default_factory=list)
    handed_over: bool = False
    about_other: bool = False
    prescriber: str | None = None
    strayed: int = 0
    first: list[str] = field(default_factory=list)
    next: list[str] = field(default_factory=list)
    hurry: bool = False
    rushed: bool = False
    said_back: list[str] = field(default_factory=list)
    doubt: dict[str, Any] | None = None
    heard_at: str | None = None

    @classmethod
    def parse(cls, data: Mapping[str, Any] | None) -> State:
        """The state in this JSON value; unknown names are left out, so that an older state still reads."""
        known = {spec.name for spec in dataclasses.fields(cls)}
        return cls(**{name: copy.deepcopy(value) for name, value in (data or {}).items() if name in known})

    def as_dict(self) -> dict[str, Any]:
        """Plain JSON data, without what is still as at the beginning (it travels with every message)."""
        blank = State()
        return {
            spec.name: getattr(self, spec.name)
            for spec in dataclasses.fields(self)
            if getattr(self, spec.name) != getattr(blank, spec.name)
        }

    def knows(self, name: str) -> bool:
        """Whether this profile field is known, empty lists included."""
        return self.profile.get(name) is not None

    def settled(self, name: str) -> bool:
        """Whether asking is over for this field: known, refused or passed over."""
        return self.knows(name) or name in self.profile.get("declined", []) or name in self.skipped

    def questions(self) -> int:
        """How many questions of the diagnostic were put; the steps of a handover are not counted."""
        return sum(count for name, count in self.counts.items() if name not in ("contact", "consent"))
