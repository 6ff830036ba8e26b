"""When a turn is answered whole: its last message has reached the phone, however many there are."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from sqlalchemy import ARRAY, String, bindparam, create_engine, text

from bot.channels.telegram.updates import CHANNEL
from bot.sealing import Sealer
from bot.settings import Settings

# Seconds between two looks; the times measured are those of the phone, not of the look.
LOOK = 0.025
# Of conversations whose messages are all answered: how many messages came and went.
ANSWERED = text(
    "SELECT c.address_digest, v.seq FROM contact c JOIN conversation v ON v.contact_id = c.id "
    "WHERE c.channel = :channel AND c.address_digest = ANY(:digests) AND NOT EXISTS "
    "(SELECT 1 FROM inbox i WHERE i.conversation_id = v.id AND i.status = 'pending')"
).bindparams(bindparam("digests", type_=ARRAY(String)))


class Answers:
    """One look for all who wait, into the house's database."""

    def __init__(self, settings: Settings) -> None:
        self._sealer = Sealer.load(settings)
        self._database = create_engine(settings.url())
        self._waiting: dict[str, asyncio.Future[int]] = {}
        self._looking: asyncio.Task[None] | None = None

    async def whole(self, chat: str) -> int:
        """Wait until no message of this chat is without its answer; messages in and out so far."""
        digest = self._sealer.digest(f"{CHANNEL}|{chat}")
        found = self._waiting[digest] = asyncio.get_running_loop().create_future()
        if self._looking is None or self._looking.done():
            self._looking = asyncio.create_task(self._look())
        try:
            return int(await found)
        finally:
            self._waiting.pop(digest, None)

    def close(self) -> None:
        """Look no more."""
        if self._looking is not None:
            self._looking.cancel()
        self._database.dispose()

    async def _look(self) -> None:
        while self._waiting:
            await asyncio.sleep(LOOK)
            for digest, count in await asyncio.to_thread(self._read, list(self._waiting)):
                waiting = self._waiting.pop(digest, None)
                if waiting is not None and not waiting.done():
                    waiting.set_result(count)

    def _read(self, digests: Sequence[str]) -> list[tuple[str, int]]:
        with self._database.connect() as connection:
            rows = connection.execute(ANSWERED, {"channel": CHANNEL, "digests": digests})
            return [(digest, count) for digest, count in rows]
