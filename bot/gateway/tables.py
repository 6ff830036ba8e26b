"""The gateway's tables. What people wrote and where they can be reached is sealed; look-ups go by fingerprint."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    DateTime,
    Dialect,
    ForeignKey,
    Index,
    Integer,
    String,
    UniqueConstraint,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship
from sqlalchemy.types import TypeDecorator

from bot.database import Base
from bot.sealing import SealedJSON, SealedText

BigId = BigInteger().with_variant(Integer, "sqlite")


def new_id() -> str:
    """A random identifier, 32 hexadecimal digits."""
    return uuid.uuid4().hex


class Instant(TypeDecorator[datetime]):
    """An aware moment, kept in UTC (SQLite forgets zones)."""

    impl = DateTime(timezone=False)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """To UTC. Raises `ValueError` for a moment without a zone."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a moment needs a time zone")
        return value.astimezone(UTC).replace(tzinfo=None)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Back as an aware moment."""
        return None if value is None else value.replace(tzinfo=UTC)


class Person(Base):
    """Somebody, whatever the channels they write from."""

    __tablename__ = "person"

    id: Mapped[str] = mapped_column(String(32), primary_key=True, default=new_id)
    created_at: Mapped[datetime] = mapped_column(Instant)
    reach: Mapped[Any] = mapped_column(SealedJSON, nullable=True, default=None)
    """How to call them back, when they gave it: {"phone": E.164} or {"email": …}."""
    erased_at: Mapped[datetime | None] = mapped_column(Instant, default=None, index=True)
    """Set when they asked to be erased; the last trace goes once the goodbye is delivered."""


class Contact(Base):
    """One address of a person on one channel, and whether they told us to be silent there."""

    __tablename__ = "contact"
    __table_args__ = (UniqueConstraint("channel", "address_digest"),)

    id: Mapped[str] = mapped_column(String(32), primary_key=True, default=new_id)
    person_id: Mapped[str] = mapped_column(ForeignKey("person.id"), index=True)
    channel: Mapped[str] = mapped_column(String(32))
    address: Mapped[str | None] = mapped_column(SealedText, default=None)
    address_digest: Mapped[str] = mapped_column(String(64))
    stopped_at: Mapped[datetime | None] = mapped_column(Instant, default=None)
    language_hint: Mapped[str | None] = mapped_column(String(8), default=None)
    slowed_at: Mapped[datetime | None] = mapped_column(Instant, default=None)
    """When we last said that messages came too fast."""
    person: Mapped[Person] = relationship()


class Conversation(Base):
    """One conversation: who holds it, in which language, and its whole state."""

    __tablename__ = "conversation"

    id: Mapped[str] = mapped_column(String(32), primary_key=True, default=new_id)
    person_id: Mapped[str] = mapped_column(ForeignKey("person.id"), index=True)
    contact_id: Mapped[str] = mapped_column(ForeignKey("contact.id"), index=True)
    channel: Mapped[str] = mapped_column(String(32))
    owner: Mapped[str] = mapped_column(String(12), default="bot")
    language: Mapped[str] = mapped_column(String(8))
    language_settled: Mapped[bool] = mapped_column(default=False)
    """Whether a hint or the first message has set it: from then on a change is proposed, never made."""
    language_chosen: Mapped[bool] = mapped_column(default=False)
    language_proposed: Mapped[bool] = mapped_column(default=False)
    plain: Mapped[bool] = mapped_column(default=False)
    state: Mapped[Any] = mapped_column(SealedJSON, nullable=True, default=None)
    choices: Mapped[Any] = mapped_column(SealedJSON, nullable=True, default=None)
    """The numbered choices of the last answer: [{"id", "label", "payload"}]."""
    seq: Mapped[int] = mapped_column(default=0)
    """The last number given to a message of this conversation, in or out."""
    started_at: Mapped[datetime] = mapped_column(Instant)
    last_at: Mapped[datetime] = mapped_column(Instant, index=True)
    held_seq: Mapped[int] = mapped_column(default=0)
    """The last message's number when the owner last changed."""
    held_note_at: Mapped[datetime | None] = mapped_column(Instant, default=None)
    trouble_since: Mapped[datetime | None] = mapped_column(Instant, default=None)
    trouble_said: Mapped[str | None] = mapped_column(String(8), default=None)
    """What was already said of the engine's trouble: `wait`, then `human`."""
    lease_owner: Mapped[str | None] = mapped_column(String(64), default=None)
    lease_until: Mapped[datetime | None] = mapped_column(Instant, default=None)
    contact: Mapped[Contact] = relationship()
    person: Mapped[Person] = relationship()


class Inbox(Base):
    """A message received, kept before anything is done with it."""

    __tablename__ = "inbox"
    __table_args__ = (
        UniqueConstraint("channel", "dedupe"),
        Index("inbox_due", "status", "next_try_at"),
        Index("inbox_conversation_seq", "conversation_id", "seq"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=True)
    conversation_id: Mapped[str] = mapped_column(ForeignKey("conversation.id"))
    channel: Mapped[str] = mapped_column(String(32))
    dedupe: Mapped[str] = mapped_column(String(64))
    seq: Mapped[int]
    kind: Mapped[str] = mapped_column(String(12))
    text: Mapped[str | None] = mapped_column(SealedText, default=None)
    given: Mapped[Any] = mapped_column(SealedJSON, nullable=True, default=None)
    """What came beside the text: {"choice": …, "latitude": …, "longitude": …}."""
    at: Mapped[datetime] = mapped_column(Instant)
    """The moment the message is read at: « demain » counts from here, also when it is tried again."""
    received_at: Mapped[datetime] = mapped_column(Instant)
    status: Mapped[str] = mapped_column(String(8), default="pending")
    attempts: Mapped[int] = mapped_column(default=0)
    first_try_at: Mapped[datetime | None] = mapped_column(Instant, default=None)
    next_try_at: Mapped[datetime] = mapped_column(Instant)
    reason: Mapped[str | None] = mapped_column(String(64), default=None)
    """Why it is dead, as a code; never words of the person."""


class Outbox(Base):
    """A message to send, already in words, and how far it went."""

    __tablename__ = "outbox"
    __table_args__ = (
        Index("outbox_due", "status", "next_try_at"),
        Index("outbox_conversation_seq", "conversation_id", "seq"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=True)
    conversation_id: Mapped[str] = mapped_column(ForeignKey("conversation.id"))
    turn: Mapped[int | None] = mapped_column(BigId, default=None)
    """The inbox row it answers, if any."""
    channel: Mapped[str] = mapped_column(String(32))
    seq: Mapped[int]
    author: Mapped[str] = mapped_column(String(12), default="bot")
    say: Mapped[Any] = mapped_column(SealedJSON, nullable=True, default=None)
    text: Mapped[str] = mapped_column(SealedText)
    lang: Mapped[str] = mapped_column(String(8))
    direction: Mapped[str] = mapped_column(String(3), default="ltr")
    choices: Mapped[Any] = mapped_column(SealedJSON, nullable=True, default=None)
    asks: Mapped[str | None] = mapped_column(String(40), default=None)
    segments: Mapped[int] = mapped_column(default=0)
    status: Mapped[str] = mapped_column(String(10), default="queued")
    attempts: Mapped[int] = mapped_column(default=0)
    next_try_at: Mapped[datetime] = mapped_column(Instant)
    created_at: Mapped[datetime] = mapped_column(Instant)
    sent_at: Mapped[datetime | None] = mapped_column(Instant, default=None)
    provider_id: Mapped[str | None] = mapped_column(String(128), default=None, index=True)
    reason: Mapped[str | None] = mapped_column(String(64), default=None)
    lease_until: Mapped[datetime | None] = mapped_column(Instant, default=None)


class Passage(Base):
    """A code that lets a person go on from another channel; kept as a fingerprint, good once and for a while."""

    __tablename__ = "passage"

    code_digest: Mapped[str] = mapped_column(String(64), primary_key=True)
    person_id: Mapped[str] = mapped_column(ForeignKey("person.id"), index=True)
    expires_at: Mapped[datetime] = mapped_column(Instant)
