"""Signed links to a request, for notices: they open it after sign-in and tell nothing to anybody else."""

from __future__ import annotations

from datetime import timedelta

from itsdangerous import BadSignature, URLSafeTimedSerializer
from sqlalchemy.orm import Session

from bot.sealing import sealer_of

SALT = "desk-link"
PATH = "/desk/go"
# A digest or a reminder of last month opens nothing: the list does.
LASTS = timedelta(days=30)


def _serializer(session: Session) -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(list(sealer_of(session.get_bind().dialect).signing_keys()), salt=SALT)


def sign(session: Session, handover_id: str) -> str:
    """The path of a link to this request."""
    return f"{PATH}/{_serializer(session).dumps(handover_id)}"


def read(session: Session, token: str) -> str | None:
    """The request of a link; None when it is forged or too old."""
    try:
        found = _serializer(session).loads(token, max_age=int(LASTS.total_seconds()))
    except BadSignature:
        return None
    return found if isinstance(found, str) else None
