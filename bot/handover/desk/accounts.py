"""Counsellors' accounts: one-time invitation, sign-in with lock-out, leaving."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta
from typing import Protocol

from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session, sessionmaker

from bot.handover.desk.secrets import fingerprint, hash_password, new_token, totp_step, verify_password
from bot.handover.tables import Audit, Counsellor, DeskSession, Invitation

EVERYWHERE = "*"
ROLES = ("counsellor", "coordinator", "administrator", "observer")
INVITATION_LASTS = timedelta(days=3)
# Five wrong passwords close an account for a quarter of an hour: guessing needs centuries, a tired hand one break.
MOST_FAILURES = 5
LOCKED_FOR = timedelta(minutes=15)
_EMAIL = re.compile(r"[^@\s<>\"]{1,64}@[^@\s<>\"]+\.[^@\s<>\"]{2,}")


class Refused(Exception):
    """A wrong entry; `reason` is a code of the desk's catalogue (`error.<reason>`)."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class Addressed(Protocol):
    """The one setting used here."""

    def address(self) -> str:
        """Where people reach the application."""
        ...


def note(
    session: Session, who: str | None, action: str, now: datetime, handover_id: str | None = None
) -> None:
    """Write a line of the audit trail."""
    session.add(Audit(at=now, counsellor_id=who, action=action, handover_id=handover_id))


def first_invitation(
    make: sessionmaker[Session],
    settings: Addressed,
    clock: Callable[[], datetime] = lambda: datetime.now(UTC),
) -> str | None:
    """The one-time link for the very first counsellor (an administrator); None once there is an account.

    Each call makes a new link and ends the earlier ones, of which only fingerprints were kept.
    """
    with make.begin() as session:
        if session.scalar(select(func.count()).select_from(Counsellor)):
            return None
        session.execute(delete(Invitation).where(Invitation.invited_by.is_(None)))
        token = invite(session, None, "administrator", [EVERYWHERE], clock())
    return f"{settings.address()}/desk/join/{token}"


def invite(
    session: Session, by: Counsellor | None, role: str, platforms: Iterable[str], now: datetime
) -> str:
    """A one-time token to make an account with this role and scope.

    Raises `Refused` when the one who invites may not give that much.
    """
    wanted = sorted(set(platforms))
    if role not in ROLES or not wanted:
        raise Refused("invitation")
    if by is not None and by.role != "administrator":
        own = set(by.platforms)
        if (
            by.role != "coordinator"
            or role == "administrator"
            or not (set(wanted) <= own or EVERYWHERE in own)
        ):
            raise Refused("invitation")
    token = new_token()
    session.add(
        Invitation(
            digest=fingerprint(token),
            role=role,
            platforms=wanted,
            invited_by=by.id if by else None,
            expires_at=now + INVITATION_LASTS,
        )
    )
    note(session, by.id if by else None, "invite", now)
    session.flush()
    return token


def renewal(session: Session, by: Counsellor, who: Counsellor, now: datetime) -> str:
    """A one-time token by which an open account gets a new password, for a lost one or a lost telephone."""
    token = new_token()
    session.execute(delete(Invitation).where(Invitation.renews == who.id, Invitation.used_at.is_(None)))
    session.add(
        Invitation(
            digest=fingerprint(token),
            role=who.role,
            platforms=list(who.platforms),
            invited_by=by.id,
            renews=who.id,
            expires_at=now + INVITATION_LASTS,
        )
    )
    note(session, by.id, "renew", now)
    session.flush()
    return token


def invitation(session: Session, token: str, now: datetime) -> Invitation | None:
    """The invitation of this token while it may still be used."""
    found = session.get(Invitation, fingerprint(token))
    return found if found and found.used_at is None and found.expires_at > now else None


def join(session: Session, token: str, *, name: str, email: str, password: str, now: datetime) -> Counsellor:
    """Use an invitation: the new account. Raises `Refused` (`invitation`, `name`, `email`, `password`)."""
    found = invitation(session, token, now)
    if found is None:
        raise Refused("invitation")
    if found.renews is not None:
        return _renewed(session, found, password, now)
    name, email = " ".join(name.split()), email.strip().lower()
    if not 0 < len(name) <= 80:
        raise Refused("name")
    if len(email) > 254 or not _EMAIL.fullmatch(email):
        raise Refused("email")
    if session.scalar(select(Counsellor.id).where(Counsellor.email == email)):
        raise Refused("email")
    hashed = _hashed(password)
    _use(session, found, now)
    made = Counsellor(
        email=email, name=name, role=found.role, platforms=found.platforms, password=hashed, created_at=now
    )
    session.add(made)
    session.flush()
    note(session, made.id, "join", now)
    return made


def _renewed(session: Session, found: Invitation, password: str, now: datetime) -> Counsellor:
    """The account with its new password; its codes, its lock and its other sessions are gone."""
    who = session.get(Counsellor, found.renews)
    if who is None or not who.active:
        raise Refused("invitation")
    hashed = _hashed(password)
    _use(session, found, now)
    who.password, who.totp, who.totp_on, who.totp_step = hashed, None, False, 0
    who.failures, who.locked_until = 0, None
    session.execute(delete(DeskSession).where(DeskSession.counsellor_id == who.id))
    note(session, who.id, "renewed", now)
    return who


def change_password(session: Session, who: Counsellor, old: str, new: str, now: datetime) -> bool:
    """Whether the old one was right; if so the new one counts. Raises `Refused` (`password`) for a short one.

    The caller decides what becomes of open sessions. Wrong ones count as at the entrance.
    """
    if who.locked_until is not None and who.locked_until > now:
        return False
    if not verify_password(who.password, old):
        _failed(session, who, now)
        return False
    who.password = _hashed(new)
    note(session, who.id, "password", now)
    return True


def _hashed(password: str) -> str:
    try:
        return hash_password(password)
    except ValueError as error:
        raise Refused("password") from error


def _use(session: Session, found: Invitation, now: datetime) -> None:
    used = session.execute(
        update(Invitation)
        .where(Invitation.digest == found.digest, Invitation.used_at.is_(None))
        .values(used_at=now)
        .execution_options(synchronize_session=False)
    )
    if used.rowcount != 1:  # type: ignore[attr-defined]
        raise Refused("invitation")


def _failed(session: Session, who: Counsellor, now: datetime) -> None:
    who.failures += 1
    note(session, who.id, "sign-in-failed", now)
    if who.failures >= MOST_FAILURES:
        who.locked_until, who.failures = now + LOCKED_FOR, 0
        note(session, who.id, "locked", now)


def sign_in(session: Session, *, email: str, password: str, code: str, now: datetime) -> Counsellor | None:
    """The counsellor these belong to; None when anything is wrong, without saying what.

    A locked account stays locked even for the right password. The caller commits in both cases: failures count.
    """
    found = session.scalar(
        select(Counsellor).where(Counsellor.email == email.strip().lower()).with_for_update()
    )
    right = verify_password(found.password if found else None, password)
    if found is None or not found.active:
        return None
    if found.locked_until is not None and found.locked_until > now:
        return None
    step: int | None = found.totp_step
    if right and found.totp_on and found.totp:
        step = totp_step(found.totp, code, now, after=found.totp_step)
        right = step is not None
    if not right:
        _failed(session, found, now)
        return None
    found.failures, found.locked_until, found.totp_step = 0, None, step or 0
    note(session, found.id, "sign-in", now)
    return found


def move(
    session: Session,
    by: Counsellor,
    who: Counsellor,
    platforms: Iterable[str],
    known: Iterable[str],
    now: datetime,
) -> None:
    """Change the teams of an account. Raises `Refused` for none, an unknown one, or one that is not `by`'s to give."""
    wanted = set(platforms)
    own = set(by.platforms)
    may_give = by.role == "administrator" or EVERYWHERE in own or wanted <= own
    if not wanted or not wanted <= set(known) or not may_give:
        raise Refused("teams")
    who.platforms = sorted(wanted)
    note(session, by.id, "move", now)


def leave(session: Session, who: Counsellor, now: datetime) -> None:
    """Close an account: no sign-in, no open session. Its handovers are for the caller to requeue."""
    who.active = False
    session.execute(delete(DeskSession).where(DeskSession.counsellor_id == who.id))
    note(session, who.id, "left", now)
