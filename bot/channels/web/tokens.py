"""Who is at the other end of the web channel: a signed token, in a cookie or as a Bearer."""

from __future__ import annotations

import secrets
from collections.abc import Sequence

from itsdangerous import BadSignature, TimestampSigner

COOKIE = "relais"
LASTS = 30 * 24 * 3600


class Tokens:
    """Makes and reads session tokens."""

    def __init__(self, keys: Sequence[str]) -> None:
        """`keys`: oldest first, the last one signs (`Sealer.signing_keys`)."""
        self._signer = TimestampSigner(list(keys), salt="relais.web.session")

    def new(self) -> tuple[str, str]:
        """A new session: its address for the gateway, and its token."""
        address = secrets.token_urlsafe(24)
        return address, self._signer.sign(address).decode()

    def address(self, token: str | None) -> str | None:
        """The address in a token; None when it is missing, forged or older than 30 days."""
        if not token:
            return None
        try:
            return self._signer.unsign(token, max_age=LASTS).decode()
        except BadSignature:
            return None
