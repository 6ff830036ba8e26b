"""Who listens to which conversation: rung at once by this process, by one look for all at what others wrote."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError

from bot.gateway.gateway import Gateway
from bot.gateway.tables import Contact, Conversation

POLL = 2.0
WINDOWS = 12
Mark = tuple[object, ...]


class Ears:
    """The listeners of one process. `on` is called in the event loop."""

    def __init__(self, gateway: Gateway, poll: float = POLL) -> None:
        """`poll`: seconds between two looks at what other processes wrote."""
        self._gateway = gateway
        self._poll = poll
        self._bells: defaultdict[str, set[asyncio.Event]] = defaultdict(set)
        self._marks: dict[str, Mark] = {}
        self._loop: asyncio.AbstractEventLoop | None = None
        self._looking: asyncio.Task[None] | None = None
        gateway.listen(self._heard)

    @contextmanager
    def on(self, conversation_id: str) -> Iterator[asyncio.Event]:
        """A bell that rings whenever something changed in this conversation."""
        bell = asyncio.Event()
        self._loop = asyncio.get_running_loop()
        self._bells[conversation_id].add(bell)
        if self._looking is None or self._looking.done():
            self._looking = self._loop.create_task(self._look())
        try:
            yield bell
        finally:
            self._bells[conversation_id].discard(bell)
            if not self._bells[conversation_id]:
                del self._bells[conversation_id]
                self._marks.pop(conversation_id, None)

    def crowded(self, conversation_id: str) -> bool:
        """Whether as many listen to this conversation already as one person may have windows open."""
        return len(self._bells.get(conversation_id, ())) >= WINDOWS

    def _heard(self, conversation_id: str) -> None:
        """Called from any thread of this process."""
        if conversation_id in self._bells and self._loop is not None and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._ring, conversation_id)

    def _ring(self, conversation_id: str) -> None:
        for bell in self._bells.get(conversation_id, ()):
            bell.set()

    async def _look(self) -> None:
        while self._bells:
            await asyncio.sleep(self._poll)
            asked = list(self._bells)
            try:
                found = await asyncio.to_thread(self._read, asked)
            except SQLAlchemyError:  # away for a moment: the streams stay open, the next look finds what came
                continue
            for conversation_id in asked:
                mark = found.get(conversation_id, ())
                if self._marks.get(conversation_id) != mark and conversation_id in self._bells:
                    self._marks[conversation_id] = mark
                    self._ring(conversation_id)

    def _read(self, conversation_ids: Sequence[str]) -> dict[str, Mark]:
        """What shows that something changed: the last number, who holds it, the language, silence."""
        with self._gateway.sessions() as session:
            rows = session.execute(
                select(
                    Conversation.id,
                    Conversation.seq,
                    Conversation.owner,
                    Conversation.language,
                    Contact.stopped_at,
                )
                .join(Contact, Contact.id == Conversation.contact_id)
                .where(Conversation.id.in_(conversation_ids))
            )
            return {one: tuple(mark) for one, *mark in rows}
