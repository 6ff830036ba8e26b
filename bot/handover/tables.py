"""The handover's tables. What a person said or was noted of them is sealed; the rest is codes and moments."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, String, UniqueConstraint, true
from sqlalchemy.orm import Mapped, mapped_column

from bot.database import Base
from bot.gateway.tables import BigId, Instant, new_id
from bot.sealing import SealedJSON, SealedText


class Handover(Base):
    """One request for a human. The columns of `Life` follow the pure machine (bot/handover/life.py)."""

    __tablename__ = "handover"
    __table_args__ = (
        Index("handover_list", "platform", "state", "priority", "opened_at"),
        Index("handover_state", "state", "priority", "opened_at"),
        # What the live list asks every second, answered from the index alone.
        Index("handover_mark", "state", "platform", "version", "claimed_by"),
        Index("handover_person", "person_id", "opened_at"),
    )

    id: Mapped[str] = mapped_column(String(32), primary_key=True, default=new_id)
    conversation_id: Mapped[str] = mapped_column(String(32), index=True)
    person_id: Mapped[str] = mapped_column(String(32), index=True)
    version: Mapped[int] = mapped_column(default=0)
    """Counts transitions: one is written only over the version it was decided on."""
    state: Mapped[str] = mapped_column(String(12))
    claimed_by: Mapped[str | None] = mapped_column(String(32), default=None, index=True)
    platform: Mapped[str | None] = mapped_column(String(80), default=None)
    tried: Mapped[list[str]] = mapped_column(JSON, default=list)
    outcome: Mapped[str | None] = mapped_column(String(12), default=None, index=True)
    requeues: Mapped[int] = mapped_column(default=0)
    reminders: Mapped[int] = mapped_column(default=0)

    reason: Mapped[str] = mapped_column(String(24))
    priority: Mapped[str] = mapped_column(String(2))
    channel: Mapped[str] = mapped_column(String(32))
    language: Mapped[str] = mapped_column(String(8))
    origin: Mapped[str | None] = mapped_column(String(5), default=None)
    destination: Mapped[str | None] = mapped_column(String(5), default=None)
    contact_known: Mapped[bool] = mapped_column(default=False)
    summary: Mapped[Any] = mapped_column(SealedJSON)
    consent: Mapped[Any] = mapped_column(JSON)
    services: Mapped[list[dict[str, str]]] = mapped_column(JSON, default=list)
    """The services shown or refused: [{"id", "name"}]; what a report or an outcome may name."""
    need: Mapped[Any] = mapped_column(JSON)
    """What the observatory counts if nobody solves it: codes and territory, nothing of the person."""

    opened_at: Mapped[datetime] = mapped_column(Instant)
    waiting_since: Mapped[datetime] = mapped_column(Instant)
    next_opening: Mapped[datetime | None] = mapped_column(Instant, default=None, index=True)
    claimed_at: Mapped[datetime | None] = mapped_column(Instant, default=None, index=True)
    first_reply_at: Mapped[datetime | None] = mapped_column(Instant, default=None)
    closed_at: Mapped[datetime | None] = mapped_column(Instant, default=None, index=True)
    service_id: Mapped[str | None] = mapped_column(String(200), default=None)
    """The service that solved it, or the one sought in vain."""
    forms: Mapped[list[str]] = mapped_column(JSON, default=list)
    """The forms of unavailability met."""
    refusal: Mapped[str | None] = mapped_column(String(40), default=None)
    """Why the service refused: a code of `refusals.yml`."""
    kept: Mapped[str | None] = mapped_column(String(8), default=None)
    """Whether the job, interview or training could go on: oui, non, inconnu."""


class Note(Base):
    """A counsellor's note on a handover; never sent to the person."""

    __tablename__ = "handover_note"

    id: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=True)
    handover_id: Mapped[str] = mapped_column(ForeignKey("handover.id", ondelete="CASCADE"), index=True)
    counsellor_id: Mapped[str] = mapped_column(String(32))
    at: Mapped[datetime] = mapped_column(Instant)
    text: Mapped[str] = mapped_column(SealedText)


class FollowUp(Base):
    """One question to ask so many days after a handover ended, and its answer: a code of `follow_up.yml`."""

    __tablename__ = "handover_follow_up"
    __table_args__ = (UniqueConstraint("handover_id", "day"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=True)
    handover_id: Mapped[str] = mapped_column(ForeignKey("handover.id", ondelete="CASCADE"))
    day: Mapped[int]
    due_at: Mapped[datetime] = mapped_column(Instant, index=True)
    asked_at: Mapped[datetime | None] = mapped_column(Instant, default=None)
    answer: Mapped[str | None] = mapped_column(String(16), default=None)
    answered_at: Mapped[datetime | None] = mapped_column(Instant, default=None)


class Referral(Base):
    """A handover sent to a team that works elsewhere, and how far it went there; nothing of the person."""

    __tablename__ = "handover_referral"
    __table_args__ = (UniqueConstraint("handover_id", "platform"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=True)
    handover_id: Mapped[str] = mapped_column(ForeignKey("handover.id", ondelete="CASCADE"))
    platform: Mapped[str] = mapped_column(String(80))
    backend: Mapped[str] = mapped_column(String(16))
    reference: Mapped[str | None] = mapped_column(String(120), default=None, index=True)
    """What the other side calls it."""
    state: Mapped[str] = mapped_column(String(10), default="to-send", index=True)
    """`to-send`, `sent`, `accepted`, `refused`, `full` or `ended`."""
    last_out: Mapped[int] = mapped_column(default=0)
    """Number of the last message of the conversation that was carried there."""
    last_in: Mapped[int] = mapped_column(BigId, default=0)
    """Number, over there, of the last message that was carried here."""
    created_at: Mapped[datetime] = mapped_column(Instant)
    next_try_at: Mapped[datetime] = mapped_column(Instant)
    attempts: Mapped[int] = mapped_column(default=0)
    error: Mapped[str | None] = mapped_column(String(40), default=None)
    answered_at: Mapped[datetime | None] = mapped_column(Instant, default=None)


class Counsellor(Base):
    """Somebody who signs in at the desk. `platforms` is what they may see; empty is nothing."""

    __tablename__ = "counsellor"

    id: Mapped[str] = mapped_column(String(32), primary_key=True, default=new_id)
    email: Mapped[str] = mapped_column(String(254), unique=True)
    name: Mapped[str] = mapped_column(String(80))
    role: Mapped[str] = mapped_column(String(16))
    platforms: Mapped[list[str]] = mapped_column(JSON, default=list)
    password: Mapped[str] = mapped_column(String(200))
    subject: Mapped[str | None] = mapped_column(String(255), default=None, unique=True, index=True)
    """Who they are at the identity provider, once they signed in through it."""
    totp: Mapped[str | None] = mapped_column(SealedText, default=None)
    totp_on: Mapped[bool] = mapped_column(default=False)
    totp_step: Mapped[int] = mapped_column(default=0)
    """The last time step a code was accepted for: a code serves once."""
    active: Mapped[bool] = mapped_column(default=True)
    on_duty: Mapped[bool] = mapped_column(default=True, server_default=true())
    """Whether they read requests these days; said by themselves."""
    failures: Mapped[int] = mapped_column(default=0)
    locked_until: Mapped[datetime | None] = mapped_column(Instant, default=None)
    created_at: Mapped[datetime] = mapped_column(Instant)


class Invitation(Base):
    """A one-time link to make an account; only its fingerprint is kept."""

    __tablename__ = "invitation"

    digest: Mapped[str] = mapped_column(String(64), primary_key=True)
    role: Mapped[str] = mapped_column(String(16))
    platforms: Mapped[list[str]] = mapped_column(JSON, default=list)
    invited_by: Mapped[str | None] = mapped_column(String(32), default=None)
    renews: Mapped[str | None] = mapped_column(String(32), default=None)
    """The account that gets a new password, when the link does not make one."""
    expires_at: Mapped[datetime] = mapped_column(Instant)
    used_at: Mapped[datetime | None] = mapped_column(Instant, default=None)


class DeskSession(Base):
    """A signed-in browser; only the fingerprint of its cookie is kept."""

    __tablename__ = "desk_session"

    digest: Mapped[str] = mapped_column(String(64), primary_key=True)
    counsellor_id: Mapped[str] = mapped_column(ForeignKey("counsellor.id", ondelete="CASCADE"), index=True)
    csrf: Mapped[str] = mapped_column(String(64))
    id_token: Mapped[str | None] = mapped_column(SealedText, default=None)
    """The identity provider's token, to sign out there too."""
    created_at: Mapped[datetime] = mapped_column(Instant)
    seen_at: Mapped[datetime] = mapped_column(Instant)


class Audit(Base):
    """Who did or saw what, and when; codes only, nothing of what was read."""

    __tablename__ = "desk_audit"

    id: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=True)
    at: Mapped[datetime] = mapped_column(Instant, index=True)
    counsellor_id: Mapped[str | None] = mapped_column(String(32), index=True)
    action: Mapped[str] = mapped_column(String(40))
    handover_id: Mapped[str | None] = mapped_column(String(32), default=None, index=True)


class Notice(Base):
    """A notification to send to a team, without anything of the person; retried until it leaves."""

    __tablename__ = "desk_notice"
    __table_args__ = (UniqueConstraint("handover_id", "kind", "number", "platform"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=True)
    handover_id: Mapped[str] = mapped_column(ForeignKey("handover.id", ondelete="CASCADE"))
    platform: Mapped[str | None] = mapped_column(String(80))
    kind: Mapped[str] = mapped_column(String(16))
    number: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[datetime] = mapped_column(Instant)
    next_try_at: Mapped[datetime] = mapped_column(Instant, index=True)
    attempts: Mapped[int] = mapped_column(default=0)
    sent_at: Mapped[datetime | None] = mapped_column(Instant, default=None)
    error: Mapped[str | None] = mapped_column(String(64), default=None)


class TeamNotice(Base):
    """A notice written to one of the team's own channels; retried until it leaves."""

    __tablename__ = "desk_team_notice"
    __table_args__ = (UniqueConstraint("notice_id", "via"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=True)
    notice_id: Mapped[int] = mapped_column(ForeignKey("desk_notice.id", ondelete="CASCADE"))
    via: Mapped[str] = mapped_column(String(16))
    next_try_at: Mapped[datetime] = mapped_column(Instant, index=True)
    attempts: Mapped[int] = mapped_column(default=0)
    sent_at: Mapped[datetime | None] = mapped_column(Instant, default=None)
    error: Mapped[str | None] = mapped_column(String(64), default=None)


class Digest(Base):
    """A day's digest that a team was sent; team empty for requests that have none."""

    __tablename__ = "desk_digest"

    team: Mapped[str] = mapped_column(String(80), primary_key=True)
    day: Mapped[date] = mapped_column(primary_key=True)
    sent_at: Mapped[datetime] = mapped_column(Instant)
