"""What a turn is decided from and what is decided: a message, the conversation as it stands, the plan. Plain data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from bot.gateway.choices import Offered
from bot.gateway.ownership import Owner
from bot.gateway.reply import Reply, Say
from bot.gateway.typed import Typed


@dataclass(frozen=True)
class Message:
    """What came in, cleaned: `typed` for words, `choice` for a tap, `tapped` when an older answer's was tapped."""

    kind: str
    typed: Typed
    at: datetime
    choice: int | str | None = None
    tapped: Offered | None = None
    given: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class View:
    """The conversation as far as a turn needs it. `human_spoke`: a counsellor has answered since taking it."""

    owner: str
    stopped: bool
    language: str
    settled: bool
    chosen: bool
    proposed: bool
    plain: bool
    state: Mapping[str, Any] | None
    choices: tuple[Offered, ...]
    held_note_at: datetime | None
    human_spoke: bool

    @property
    def asked(self) -> str | None:
        """The field asked last."""
        asked = (self.state or {}).get("asked")
        return asked if isinstance(asked, str) else None


@dataclass(frozen=True)
class Question:
    """What goes to the engine."""

    text: str
    choice: Mapping[str, Any] | None = None
    signal: str | None = None
    contact: str | None = None
    given: Mapping[str, Any] = field(default_factory=dict)
    cut: bool = False


@dataclass(frozen=True)
class Plan:
    """What to do with a message, then, with the engine's part, what was done.

    None leaves a thing as it is. `keep` is what the log may keep of the message, None nothing at all.
    `urgent`: is not kept waiting behind a message the engine has not answered. `reported` is the state a
    caller is shown when it differs from the one stored.
    """

    keep: str | None
    question: Question | None = None
    says: tuple[Say, ...] = ()
    after: tuple[Say, ...] = ()
    effects: tuple[Mapping[str, Any], ...] = ()
    language: str | None = None
    settled: bool | None = None
    chosen: bool | None = None
    proposed: bool | None = None
    plain: bool | None = None
    stopped: bool | None = None
    owner: Owner | None = None
    reach: Mapping[str, str] | None = None
    erase: bool = False
    held_note: bool = False
    urgent: bool = False
    state: Mapping[str, Any] | None = None
    reported: Reply | None = None
