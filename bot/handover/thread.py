"""The conversation as a counsellor meets it: what was said, a way to answer, who holds it.

Everything happens inside the caller's database transaction; `wake` is called after it is committed.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from sqlalchemy.orm import Session

from bot.gateway.reply import Choice


@dataclass(frozen=True)
class Line:
    """One message. `author` is `person`, `bot`, `counsellor` or `system`; `segments` counts SMS sent."""

    seq: int
    at: datetime
    author: str
    text: str
    language: str
    direction: str = "ltr"
    status: str = ""
    segments: int = 0


class Thread(Protocol):
    """What the desk needs of the gateway."""

    def messages(self, session: Session, conversation_id: str) -> Sequence[Line]:
        """The conversation's messages in order; empty when it is gone."""
        ...

    def last(self, session: Session, conversation_id: str) -> int:
        """Number of the last message; 0 when there is none."""
        ...

    def unanswered(self, session: Session, conversation_ids: Sequence[str]) -> Collection[str]:
        """Those of these held conversations in which the person wrote last."""
        ...

    def reach(self, session: Session, conversation_id: str) -> Mapping[str, str]:
        """How to call the person back, as far as they gave it: `phone`, `email`."""
        ...

    def profile(self, session: Session, conversation_id: str) -> Mapping[str, Any]:
        """What the person said so far, in the profile's codes; empty when the conversation is gone."""
        ...

    def segments(self, session: Session, conversation_id: str, text: str) -> int:
        """How many SMS a text would be sent as in this conversation; 0 on another channel."""
        ...

    def send(self, session: Session, conversation_id: str, text: str, author: str) -> bool:
        """Send a counsellor's words; False when the person said STOP or is gone, and nothing is sent."""
        ...

    def say(self, session: Session, conversation_id: str, key: str, values: Mapping[str, Any]) -> bool:
        """Say a catalogue key in the person's language; False as for `send`."""
        ...

    def preview(
        self, session: Session, conversation_id: str, key: str, values: Mapping[str, Any]
    ) -> tuple[str, str, str]:
        """What `say` would send: the text, its language and its direction. Nothing is sent."""
        ...

    def ask(
        self,
        session: Session,
        conversation_id: str,
        key: str,
        values: Mapping[str, Any],
        choices: Sequence[Choice],
        *,
        unasked: bool = False,
    ) -> bool:
        """As `say`, with choices to tap. `unasked`: nobody waits for it, it leaves outside quiet hours."""
        ...

    def hold(self, session: Session, conversation_id: str, owner: str) -> None:
        """Give the conversation to `bot`, `queue` or `counsellor`; nothing when it is gone."""
        ...

    def wake(self, conversation_id: str) -> None:
        """Send now what was stored."""
        ...


# What stands in a preview for a value that is still to be typed.
BLANK = "…"


def told(values: Mapping[str, str], kinds: Mapping[str, str]) -> dict[str, Any]:
    """A phrase's typed values as speech takes them. Raises `ValueError` when one is missing or malformed."""
    said: dict[str, Any] = {}
    for name, kind in kinds.items():
        given = values.get(name, "").strip()
        if not given or len(given) > 120:
            raise ValueError(name)
        if kind == "date":
            datetime.strptime(given, "%Y-%m-%d")
        if kind == "time":
            datetime.strptime(given, "%H:%M")
        said[name] = {kind: given}
    return said
