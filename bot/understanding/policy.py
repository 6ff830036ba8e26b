"""What negation, questions, wishes and other people do to each field (data/lexicons/policy.yml)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from bot.understanding.index import Rule
from bot.understanding.written import read_yaml

# What who writes for somebody says of themself is never the person's.
HELPER = frozenset({"helper"})


class Policy:
    """The fields' ways: which cues drop a fact, which codes are stronger, which shut others out."""

    def __init__(self, content: Mapping[str, Any]) -> None:
        self._drop = {name: frozenset(cues) for name, cues in (content.get("drop") or {}).items()}
        self.fields = frozenset(self._drop) - {"default"}
        self._default = self._drop.get("default", frozenset())
        self.order: Mapping[str, Sequence[str]] = content.get("order") or {}
        self.excludes: Mapping[str, Mapping[str, Sequence[str]]] = content.get("excludes") or {}
        self.lists = frozenset(content.get("lists") or ())
        self.worded = frozenset(content.get("worded") or ())
        self.dated = frozenset(content.get("dated") or ())
        self.listing: Mapping[str, Sequence[str]] = content.get("listing") or {}
        self.joining = frozenset(content.get("joining") or ())
        self.listing_words = self.joining | frozenset(content.get("or") or ())
        self.flags = frozenset(content.get("flags") or ())
        self.bounds: Mapping[str, Sequence[int]] = content.get("bounds") or {}
        self.dotted: Mapping[str, Sequence[str]] = content.get("dotted") or {}
        self.bare_hours: Mapping[str, Any] = content.get("bare_hours") or {}
        self.hours: Mapping[str, str] = content.get("hours") or {}

    @classmethod
    def load(cls, data: Path) -> Policy:
        """From data/lexicons/policy.yml."""
        return cls(read_yaml(data / "lexicons" / "policy.yml") or {})

    def drops(self, field: str, cues: Iterable[str], rule: Rule) -> bool:
        """Whether cues around a fact of this field mean that it is not to be believed.

        Negation of a list field is not a drop: it turns « add » into « remove » (see `removes`).
        """
        heard = ((self._drop.get(field, self._default) | rule.drop) - rule.keep) | HELPER
        return bool(heard & set(cues))

    def removes(self, field: str, cues: Iterable[str], rule: Rule) -> bool:
        """Whether a denied code of this list field is said not to be so."""
        return field in self.lists and "negation" in cues and "negation" not in rule.keep
