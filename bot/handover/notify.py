"""Telling a team by e-mail that somebody waits: a link, nothing of the person. Retried until it leaves."""

from __future__ import annotations

import logging
import smtplib
from collections.abc import Callable
from datetime import datetime, timedelta
from email.message import EmailMessage

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict
from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from bot.handover.desk import links
from bot.handover.desk.accounts import EVERYWHERE
from bot.handover.desk.pages import Words
from bot.handover.desk.scope import may
from bot.handover.life import CLAIMABLE
from bot.handover.tables import Counsellor, Handover, Notice
from bot.settings import ROOT

log = logging.getLogger(__name__)
PAUSES = (1, 5, 15, 60, 240)
Post = Callable[[EmailMessage], None]


class MailSettings(BaseSettings):
    """How e-mail leaves; without a host, notices wait and the team's page says so."""

    model_config = SettingsConfigDict(
        env_prefix="RELAIS_SMTP_", env_file=ROOT / ".env", extra="ignore", frozen=True
    )

    host: str = Field(default="", description="Mail server; empty sends nothing.")
    port: int = Field(default=587, description="Its port.")
    user: str = Field(default="", description="Account at the mail server; empty signs in nowhere.")
    password: SecretStr = Field(default=SecretStr(""), description="Its password.")
    tls: bool = Field(
        default=True, description="Whether to ask for STARTTLS, and refuse a server without it."
    )
    sender: str = Field(default="", description="Address that notices come from.")
    timeout: float = Field(default=10.0, description="Seconds to wait for the mail server.")


def poster(settings: MailSettings) -> Post:
    """Sends one message through this server. It raises `OSError` or `smtplib.SMTPException` when it cannot."""

    def post(message: EmailMessage) -> None:
        with smtplib.SMTP(settings.host, settings.port, timeout=settings.timeout) as server:
            if settings.tls:
                server.starttls()
            if settings.user:
                server.login(settings.user, settings.password.get_secret_value())
            server.send_message(message)

    return post


def send_due(
    make: sessionmaker[Session], post: Post, *, sender: str, address: str, words: Words, now: datetime
) -> int:
    """Send the notices that are due; how many left. One that fails is tried again, later and later."""
    with make() as session:
        waiting = list(
            session.scalars(select(Notice.id).where(Notice.sent_at.is_(None), Notice.next_try_at <= now))
        )
    return sum(_send(make, notice_id, post, sender, address, words, now) for notice_id in waiting)


def _send(
    make: sessionmaker[Session],
    notice_id: int,
    post: Post,
    sender: str,
    address: str,
    words: Words,
    now: datetime,
) -> bool:
    with make.begin() as session:
        notice = session.get(Notice, notice_id, with_for_update=True)
        if notice is None or notice.sent_at is not None:
            return False
        row = session.get(Handover, notice.handover_id)
        if row is None or row.state not in CLAIMABLE or row.platform != notice.platform:
            # Nobody needs to hear of it any more.
            session.delete(notice)
            return False
        readers = recipients(session, notice.platform)
        link = f"{address}{links.sign(session, row.id)}"
        try:
            for reader in readers:
                post(message(notice.kind, reader, sender, link, words))
        except (OSError, smtplib.SMTPException) as error:
            _later(notice, "smtp", now)
            log.warning("notice %s not sent: %s", notice.id, type(error).__name__)
            return False
        if not readers:
            _later(notice, "nobody", now)
            return False
        notice.sent_at, notice.error = now, None
        return True


def recipients(session: Session, platform: str | None) -> list[str]:
    """E-mail addresses of those who may take this team's handovers; without a team, those who see all.

    Those on duty; when nobody is, everybody: silence would be worse.
    """
    wanted = {EVERYWHERE} if platform is None else {EVERYWHERE, platform}
    everyone = session.scalars(select(Counsellor).where(Counsellor.active).order_by(Counsellor.email))
    able = [one for one in everyone if may(one, "cases") and wanted & set(one.platforms)]
    return [one.email for one in able if one.on_duty] or [one.email for one in able]


def message(kind: str, reader: str, sender: str, link: str, words: Words) -> EmailMessage:
    """The e-mail: a subject, a link, nothing else."""
    made = EmailMessage()
    made["Subject"] = words(f"mail.{kind}.subject")
    made["From"] = sender
    made["To"] = reader
    made["Auto-Submitted"] = "auto-generated"
    made.set_content(words(f"mail.{kind}.body", link=link))
    return made


def unsent(session: Session) -> dict[str, int]:
    """How many notices could not leave, by reason (`smtp`, `nobody`)."""
    found: dict[str, int] = {}
    for reason in session.scalars(
        select(Notice.error).where(Notice.sent_at.is_(None), Notice.error.is_not(None))
    ):
        found[str(reason)] = found.get(str(reason), 0) + 1
    return found


def _later(notice: Notice, reason: str, now: datetime) -> None:
    pause = PAUSES[min(notice.attempts, len(PAUSES) - 1)]
    notice.attempts += 1
    notice.error = reason
    notice.next_try_at = now + timedelta(minutes=pause)
