"""Which room handles which effect of a turn."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from typing import Any

from sqlalchemy.orm import Session

from bot.gateway.ownership import give
from bot.gateway.tables import Conversation

Handler = Callable[[Session, Conversation, Mapping[str, Any]], None]
# What the gateway does itself while it writes the turn; other rooms may listen to them too.
OWN = frozenset({"language", "plain", "stop", "erase", "heard", "danger", "withdraw"})
log = logging.getLogger(__name__)


def queue(session: Session, conversation: Conversation, _effect: Mapping[str, Any]) -> None:
    """Put the bot's conversation in the counsellors' queue; one that a counsellor holds stays theirs."""
    if conversation.owner == "bot":
        give(session, conversation.id, "queue")


class EffectBook:
    """Handlers by the effect's name; several may listen to one. Their errors undo the turn."""

    def __init__(self, handlers: Mapping[str, tuple[Handler, ...]] | None = None) -> None:
        """Without a handler of its own, `handover` puts the conversation in the queue."""
        self._handlers: dict[str, tuple[Handler, ...]] = dict(handlers or {})
        self._handlers.setdefault("handover", (queue,))

    def apply(self, session: Session, conversation: Conversation, effect: Mapping[str, Any]) -> None:
        """Call every handler of the effect; one that nobody knows is logged by its name and left."""
        name = str(effect["do"])
        handlers = self._handlers.get(name, ())
        if not handlers and name not in OWN:
            log.warning("effect without handler: %s", name)
        for handler in handlers:
            handler(session, conversation, effect)


def joined(*books: Mapping[str, tuple[Handler, ...]]) -> dict[str, tuple[Handler, ...]]:
    """The handlers of several rooms, called in the order of the rooms."""
    made: dict[str, tuple[Handler, ...]] = {}
    for book in books:
        for name, handlers in book.items():
            made[name] = (*made.get(name, ()), *handlers)
    return made
