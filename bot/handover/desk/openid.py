"""Signing in through an identity provider: an account is still made by invitation, and only then recognised."""

from __future__ import annotations

import hmac
import json
import logging
from datetime import datetime, timedelta

from fastapi import APIRouter, Request
from sqlalchemy import select
from sqlalchemy.orm import Session
from starlette.responses import RedirectResponse, Response

from bot.handover.desk import browser
from bot.handover.desk.accounts import note
from bot.handover.desk.entrance import inside, with_cookie
from bot.handover.desk.id_token import TokenRefused
from bot.handover.desk.pages import Problem
from bot.handover.desk.provider import Attempt, Identity, Provider, ProviderDown
from bot.handover.desk.secrets import new_token
from bot.handover.desk.visit import Desk
from bot.handover.tables import Counsellor
from bot.sealing import SealBroken, Sealer

log = logging.getLogger(__name__)
COOKIE = "relais_oidc"
PATH = "/desk/openid"
LASTS = timedelta(minutes=10)


def add(router: APIRouter, desk: Desk, provider: Provider, sealer: Sealer) -> None:
    """Add these routes."""

    @router.get("/openid/start")
    def start(next: str = "/desk") -> Response:
        attempt = Attempt(new_token(), new_token(), new_token())
        try:
            address = provider.start(attempt)
        except ProviderDown as down:
            log.warning("sign-in provider: %s", down)
            raise Problem(503, "provider") from None
        kept = [*vars(attempt).values(), inside(next), desk.clock().timestamp()]
        response = RedirectResponse(address, 303)
        response.set_cookie(
            COOKIE,
            sealer.seal(json.dumps(kept)).decode(),
            max_age=int(LASTS.total_seconds()),
            path=PATH,
            secure=desk.secure,
            httponly=True,
            # Lax: the provider sends the browser back from its own site.
            samesite="lax",
        )
        return response

    @router.get("/openid/back")
    def returned(request: Request, state: str = "", code: str = "") -> Response:
        now = desk.clock()
        attempt, wanted = _attempt(request.cookies.get(COOKIE), sealer, now)
        if not code or not hmac.compare_digest(attempt.state.encode(), state.encode()):
            raise Problem(401, "openid")
        try:
            identity = provider.identity(code, attempt, now)
        except ProviderDown as down:
            log.warning("sign-in provider: %s", down)
            raise Problem(503, "provider") from None
        except TokenRefused as refused:
            log.warning("sign-in token refused: %s", refused)
            raise Problem(401, "openid") from None
        with desk.sessions.begin() as session:
            who = recognised(session, identity, now)
            cookie = browser.begin(session, who, now, id_token=identity.id_token) if who else None
        if cookie is None:
            raise Problem(403, "uninvited")
        response = with_cookie(RedirectResponse(wanted, 303), desk, cookie)
        response.delete_cookie(COOKIE, path=PATH)
        return response


def recognised(session: Session, identity: Identity, now: datetime) -> Counsellor | None:
    """The open account of this identity: by its subject; the first time by its e-mail, which then is bound to it."""
    found = session.scalar(select(Counsellor).where(Counsellor.subject == identity.subject))
    if found is None and identity.email is not None:
        by_mail = select(Counsellor).where(Counsellor.email == identity.email).with_for_update()
        found = session.scalar(by_mail)
        if found is not None and found.subject is not None:
            # The address is bound to another identity: an address given anew must not open somebody's account.
            note(session, found.id, "sign-in-failed", now)
            return None
    if found is None or not found.active:
        return None
    found.subject = identity.subject
    note(session, found.id, "sign-in", now)
    return found


def _attempt(cookie: str | None, sealer: Sealer, now: datetime) -> tuple[Attempt, str]:
    try:
        state, nonce, verifier, wanted, began = json.loads(sealer.open((cookie or "").encode()))
    except (SealBroken, ValueError):
        raise Problem(401, "openid") from None
    if now.timestamp() - began > LASTS.total_seconds():
        raise Problem(401, "openid")
    return Attempt(state, nonce, verifier), wanted
