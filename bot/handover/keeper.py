"""What must happen although nobody asks: reminders, escalation, expiry, notices. One round a minute."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session, sessionmaker

from bot.handover import digest, follow_up
from bot.handover.calm import calm
from bot.handover.desk.pages import desk_words
from bot.handover.notice_settings import NoticeSettings
from bot.handover.notify import MailSettings, Post, poster, send_due
from bot.handover.platform import Places, Platform
from bot.handover.team_channels import channels
from bot.handover.team_notices import Channels, write_due
from bot.handover.thread import Thread
from bot.handover.watch import delays, tick
from bot.settings import Settings

log = logging.getLogger(__name__)
EVERY = 60.0
BEAT = 2.0


@dataclass
class Keeper:
    """Runs the rounds in a thread of its own; `once` is one round."""

    settings: Settings
    sessions: sessionmaker[Session]
    thread: Thread
    platforms: Sequence[Platform]
    places: Places
    clock: Callable[[], datetime]
    mail: MailSettings = field(default_factory=MailSettings)
    post: Post | None = None
    notices: NoticeSettings = field(default_factory=NoticeSettings)
    channels: Channels | None = None
    often: Sequence[Callable[[], object]] = ()
    """What is done every two seconds: carrying to the teams that work elsewhere, keeping the offer fresh."""
    _stop: threading.Event = field(default_factory=threading.Event)
    _running: threading.Thread | None = None

    def once(self) -> None:
        """One round: what silence asks for, the questions and the notices that are due."""
        now = self.clock()
        data = self.settings.data
        given = delays(data)
        tick(self.sessions, self.thread, platforms=self.platforms, places=self.places, given=given, now=now)
        follow_up.tick(self.sessions, self.thread, follow_up.plan(data), calm(data), now)
        self._tell(now)

    def _tell(self, now: datetime) -> None:
        """The notices and the digest, by e-mail and on the teams' own channels."""
        data, address, sender = self.settings.data, self.settings.address(), self.mail.sender
        words = desk_words(data)
        if self.channels is None:
            self.channels = channels(self.notices)
        write_due(self.sessions, self.channels, address=address, words=words, now=now)
        post = self.post or (poster(self.mail) if self.mail.host else None)
        if post is not None:
            send_due(self.sessions, post, sender=sender, address=address, words=words, now=now)
        day = digest.due(now, self.notices.digest_hour, calm(data))
        if day is not None and (post is not None or self.channels):
            digest.send(
                self.sessions,
                day,
                post=post,
                channels=self.channels,
                sender=sender,
                address=address,
                words=words,
                now=now,
            )

    def start(self) -> None:
        """Begin."""
        self._stop.clear()
        self._running = threading.Thread(target=self._run, name="handover-keeper", daemon=True)
        self._running.start()

    def stop(self) -> None:
        """End after the round under way."""
        self._stop.set()
        if self._running is not None:
            self._running.join()
            self._running = None

    def _run(self) -> None:
        beats = 0
        # At once: the first page must not wait for what takes seconds to read.
        while not self._stop.wait(BEAT if beats else 0.0):
            beats += 1
            try:
                for act in self.often:
                    act()
                if beats % round(EVERY / BEAT) == 0:
                    self.once()
            except SQLAlchemyError as error:
                # The next round does what this one could not.
                log.warning("round failed: %s", type(error).__name__)
