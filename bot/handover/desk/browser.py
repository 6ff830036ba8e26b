"""A signed-in browser: a cookie whose fingerprint is kept, a form token, two ways to expire."""

from __future__ import annotations

import hmac
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from sqlalchemy import delete
from sqlalchemy.orm import Session
from starlette.requests import Request

from bot.handover.desk.secrets import fingerprint, new_token
from bot.handover.tables import Counsellor, DeskSession

COOKIE = "relais_desk"
IDLE = timedelta(hours=2)
LONGEST = timedelta(hours=12)
# How often the last sight of a session is written: reading a page should not write each time.
TOUCH = timedelta(minutes=1)


@dataclass(frozen=True)
class Signed:
    """Who is signed in, and the token their forms carry."""

    counsellor: Counsellor
    csrf: str
    row: DeskSession


def begin(session: Session, who: Counsellor, now: datetime, *, id_token: str | None = None) -> str:
    """A new session for this counsellor; the value of its cookie. Never one the browser brought along."""
    token = new_token()
    session.add(
        DeskSession(
            digest=fingerprint(token),
            counsellor_id=who.id,
            csrf=new_token(),
            id_token=id_token,
            created_at=now,
            seen_at=now,
        )
    )
    return token


def find(session: Session, cookie: str | None, now: datetime) -> Signed | None:
    """Who this cookie belongs to; None when it is unknown, expired, or the account is closed."""
    row = session.get(DeskSession, fingerprint(cookie)) if cookie else None
    if row is None:
        return None
    who = session.get(Counsellor, row.counsellor_id)
    if who is None or not who.active or now - row.seen_at > IDLE or now - row.created_at > LONGEST:
        session.delete(row)
        return None
    return Signed(who, row.csrf, row)


def touch(signed: Signed, now: datetime) -> None:
    """They are there."""
    if now - signed.row.seen_at > TOUCH:
        signed.row.seen_at = now


def end(session: Session, cookie: str | None) -> str | None:
    """Sign out; the identity provider's token of that session, if it began there."""
    row = session.get(DeskSession, fingerprint(cookie)) if cookie else None
    if row is None:
        return None
    session.delete(row)
    return row.id_token


def end_others(session: Session, who: Counsellor, cookie: str | None) -> None:
    """Sign this counsellor out everywhere else."""
    own = fingerprint(cookie) if cookie else ""
    session.execute(delete(DeskSession).where(DeskSession.counsellor_id == who.id, DeskSession.digest != own))


def sweep(session: Session, now: datetime) -> None:
    """Remove expired sessions."""
    session.execute(
        delete(DeskSession).where(
            (DeskSession.seen_at < now - IDLE) | (DeskSession.created_at < now - LONGEST)
        )
    )


def own_form(signed: Signed, token: str) -> bool:
    """Whether a form carries this session's token."""
    return hmac.compare_digest(signed.csrf.encode(), token.encode("utf-8", "replace"))


def same_site(request: Request, address: str) -> bool:
    """Whether a browser says this request comes from our own pages; programs that say nothing pass."""
    site = request.headers.get("sec-fetch-site")
    if site is not None and site not in ("same-origin", "none"):
        return False
    origin = request.headers.get("origin")
    if origin is None:
        return True
    return urlsplit(origin).netloc in (request.headers.get("host", ""), urlsplit(address).netloc)
