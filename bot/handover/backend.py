"""Where a team works: what any place that receives handovers must offer, and our own desk as the first of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

DESK = "desk"


class BackendDown(Exception):
    """The other side did not take it; tried again later. The message is a code, never content."""


@dataclass(frozen=True)
class Case:
    """A handover as it leaves for another place: the summary the person agreed to, in French."""

    id: str
    referral: int
    platform: str
    email: str | None
    priority: str
    language: str
    channel: str
    summary: Mapping[str, Any]

    def text(self) -> str:
        """The summary as plain lines."""
        lines = []
        for section in self.summary["sections"]:
            lines.append(section["title"].upper())
            lines += [f"{line['label']} : {line['value']}" for line in section["lines"]]
        return "\n".join(lines)


class HandoverBackend(Protocol):
    """A place where counsellors work."""

    @property
    def talks(self) -> bool:
        """Whether the conversation is carried there, message by message."""
        ...

    def open(self, case: Case) -> str:
        """Hand a case over; what the other side calls it. Raises `BackendDown`."""
        ...

    def relay(self, reference: str, text: str) -> None:
        """Carry one message of the person. Raises `BackendDown`."""
        ...

    def end(self, reference: str) -> None:
        """The case is no longer theirs. Raises `BackendDown`."""
        ...


class DeskBackend:
    """Our own desk: it reads the handovers where they are, and its team is told by notices."""

    talks = False

    def open(self, case: Case) -> str:
        """Nothing to send: the list shows it."""
        return case.id

    def relay(self, reference: str, text: str) -> None:
        """Nothing to carry: the page shows the conversation."""

    def end(self, reference: str) -> None:
        """Nothing to take back."""
