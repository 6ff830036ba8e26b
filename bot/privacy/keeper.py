"""The rounds of privacy: erasures finished within seconds, retention and compacting once a night."""

from __future__ import annotations

import itertools
import logging
import threading
from dataclasses import dataclass, field
from datetime import date, datetime
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session, sessionmaker

from bot.gateway.gateway import Gateway
from bot.gateway.reply import Say
from bot.privacy import finishing, retention, tracker
from bot.privacy.logs import turn_over
from bot.privacy.settings import KeepSettings
from bot.privacy.tables import Erasure
from bot.privacy.traces import compact
from bot.settings import Settings

log = logging.getLogger(__name__)
EVERY = 5.0
LOCAL = ZoneInfo("Europe/Paris")
# Nobody writes at this hour, and the summer's change of clocks neither skips nor repeats it.
NIGHT = 4


@dataclass
class Keeper:
    """Runs the rounds in a thread of its own; `once` is one round."""

    settings: Settings
    sessions: sessionmaker[Session]
    gateway: Gateway
    keep: KeepSettings = field(default_factory=KeepSettings)
    _stop: threading.Event = field(default_factory=threading.Event)
    _running: threading.Thread | None = None
    _night: date | None = None

    def once(self) -> None:
        """One round."""
        now = self.gateway.clock()
        if waiting := self._waiting():
            for conversation_id in itertools.chain.from_iterable(waiting):
                self.gateway.forget(conversation_id)
            told: list[str] = []

            def tell(session: Session, conversation_id: str, number: str) -> None:
                self.gateway.post(
                    session, conversation_id, (Say("erase.receipt", {"number": {"text": number}}),)
                )
                told.append(conversation_id)

            finishing.finish(self.sessions, self.settings, now, tell)
            for conversation_id in told:
                self.gateway.wake(conversation_id)
        if self._is_night(now):
            turn_over(self.settings.var, now)
            retention.run(self.sessions, self.settings, self.keep, now)
            for url in (self.settings.url(), tracker.modern(self.settings.tracker())):
                compact(url, whatever_its_size=True)

    def start(self) -> None:
        """Begin."""
        self._stop.clear()
        self._running = threading.Thread(target=self._run, name="privacy-keeper", daemon=True)
        self._running.start()

    def stop(self) -> None:
        """End after the round under way."""
        self._stop.set()
        if self._running is not None:
            self._running.join()
            self._running = None

    def _waiting(self) -> list[list[str]]:
        """The conversations of each erasure under way, whichever process it was asked in."""
        with self.sessions() as session:
            return list(session.scalars(select(Erasure.conversations).where(Erasure.finished_at.is_(None))))

    def _is_night(self, now: datetime) -> bool:
        """Whether tonight's round is due; once a night in each process, and doing it twice does no harm."""
        local = now.astimezone(LOCAL)
        if local.hour != NIGHT or self._night == local.date():
            return False
        self._night = local.date()
        return True

    def _run(self) -> None:
        while not self._stop.wait(EVERY):
            try:
                self.once()
            except (SQLAlchemyError, OSError) as error:
                # The next round does what this one could not.
                log.warning("round failed: %s", type(error).__name__)
