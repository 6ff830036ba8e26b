"""Carries handovers to the teams that work elsewhere, and the person's messages after them."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import and_, select
from sqlalchemy.orm import Session, sessionmaker

from bot.handover.backend import BackendDown, Case, HandoverBackend
from bot.handover.life import OPEN, State
from bot.handover.platform import Platform
from bot.handover.tables import Handover, Referral
from bot.handover.thread import Thread

log = logging.getLogger(__name__)
PAUSES = (1, 5, 15, 60)
UNDER_WAY = ("sent", "accepted")


@dataclass(frozen=True)
class Carrier:
    """`backends` by name; `where` says which team works in which of them."""

    make: sessionmaker[Session]
    thread: Thread
    platforms: Sequence[Platform]
    backends: Mapping[str, HandoverBackend]
    where: Mapping[str, str]
    clock: Callable[[], datetime]

    def once(self) -> None:
        """One round: new handovers, messages, and cases that are no longer theirs. Nothing raises."""
        if not self.where:
            return
        self._notice()
        now = self.clock()
        with self.make() as session:
            waiting = session.scalars(
                select(Referral.id).where(Referral.state == "to-send", Referral.next_try_at <= now)
            ).all()
            running = session.scalars(
                select(Referral.id).where(Referral.state.in_(UNDER_WAY), Referral.next_try_at <= now)
            ).all()
        for referral_id in waiting:
            self._guard(referral_id, self._open)
        for referral_id in running:
            self._guard(referral_id, self._follow)

    def _notice(self) -> None:
        """A referral for each handover that waits at a team elsewhere and has none there yet."""
        theirs = [platform for platform, name in self.where.items() if name in self.backends]
        now = self.clock()
        with self.make.begin() as session:
            known = and_(Referral.handover_id == Handover.id, Referral.platform == Handover.platform)
            rows = session.execute(
                select(Handover.id, Handover.platform)
                .outerjoin(Referral, known)
                .where(
                    Handover.state == State.QUEUED.value,
                    Handover.platform.in_(theirs),
                    Referral.id.is_(None),
                )
            ).all()
            for handover_id, platform in rows:
                session.add(
                    Referral(
                        handover_id=handover_id,
                        platform=platform,
                        backend=self.where[platform],
                        created_at=now,
                        next_try_at=now,
                    )
                )

    def _guard(self, referral_id: int, act: Callable[[int], None]) -> None:
        try:
            act(referral_id)
        except BackendDown as down:
            log.warning("referral %s not carried: %s", referral_id, down)
            with self.make.begin() as session:
                row = session.get_one(Referral, referral_id)
                pause = PAUSES[min(row.attempts, len(PAUSES) - 1)]
                row.attempts += 1
                row.error = str(down)[:40]
                row.next_try_at = self.clock() + timedelta(minutes=pause)

    def _open(self, referral_id: int) -> None:
        with self.make() as session:
            referral = session.get_one(Referral, referral_id)
            row = session.get_one(Handover, referral.handover_id)
            gone = row.platform != referral.platform or row.state != State.QUEUED.value
            email = next((one.email for one in self.platforms if one.id == referral.platform), None)
            case = Case(
                row.id,
                referral.id,
                referral.platform,
                email,
                row.priority,
                row.language,
                row.channel,
                row.summary,
            )
            last = self.thread.last(session, row.conversation_id)
        # Outside of any transaction: the other side may be slow.
        reference = None if gone else self.backends[referral.backend].open(case)
        with self.make.begin() as session:
            referral = session.get_one(Referral, referral_id)
            referral.state = "sent" if reference else "ended"
            referral.reference, referral.last_out = reference, last
            referral.attempts, referral.error = 0, None

    def _follow(self, referral_id: int) -> None:
        with self.make() as session:
            referral = session.get_one(Referral, referral_id)
            row = session.get_one(Handover, referral.handover_id)
            theirs = row.platform == referral.platform and State(row.state) in OPEN
            backend = self.backends[referral.backend]
            reference = referral.reference or ""
            lines = self.thread.messages(session, row.conversation_id) if theirs and backend.talks else ()
            new = [line for line in lines if line.seq > referral.last_out and line.author == "person"]
        if not theirs:
            backend.end(reference)
            with self.make.begin() as session:
                session.get_one(Referral, referral_id).state = "ended"
        for line in new:
            backend.relay(reference, line.text)
            with self.make.begin() as session:
                # One by one: what was carried is not carried again when the next one fails.
                session.get_one(Referral, referral_id).last_out = line.seq
