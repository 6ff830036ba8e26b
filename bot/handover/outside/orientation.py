"""Orientation by e-mail: a signed link, by which a structure accepts, refuses and says why, or says it is full."""

from __future__ import annotations

import smtplib
from collections.abc import Sequence
from datetime import timedelta

from itsdangerous import BadSignature, URLSafeTimedSerializer

from bot.handover.backend import BackendDown, Case
from bot.handover.desk.pages import Words
from bot.handover.notify import Post, message

SALT = "orientation"


class Links:
    """Signs and reads the links; nothing of the person is in them."""

    def __init__(self, keys: Sequence[str], valid: timedelta) -> None:
        """`keys` oldest first, the last one signs."""
        self._serializer = URLSafeTimedSerializer(list(keys), salt=SALT)
        self._valid = valid

    def sign(self, referral: int) -> str:
        """The end of the link."""
        return self._serializer.dumps(referral)

    def read(self, token: str) -> int | None:
        """The referral of a link; None when it is forged or too old."""
        try:
            found = self._serializer.loads(token, max_age=int(self._valid.total_seconds()))
        except BadSignature:
            return None
        return found if isinstance(found, int) else None


class Orientation:
    """`HandoverBackend` by e-mail. The conversation stays here: the structure calls the person back."""

    talks = False

    def __init__(self, post: Post | None, sender: str, address: str, links: Links, words: Words) -> None:
        """`post` None: there is no mail server."""
        self._post = post
        self._sender = sender
        self._address = address
        self._links = links
        self._words = words

    def open(self, case: Case) -> str:
        """Send the link to the team's address."""
        if case.email is None:
            raise BackendDown("no-address")
        if self._post is None:
            raise BackendDown("no-mail")
        link = f"{self._address}/orientation/{self._links.sign(case.referral)}"
        try:
            self._post(message("orientation", case.email, self._sender, link, self._words))
        except (OSError, smtplib.SMTPException):
            raise BackendDown("smtp") from None
        return f"mail-{case.referral}"

    def relay(self, reference: str, text: str) -> None:
        """Nothing: the conversation is not carried by e-mail."""

    def end(self, reference: str) -> None:
        """Nothing: the link says by itself that it is over."""
