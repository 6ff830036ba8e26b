"""Kannel (smsbox): `get-url` or `post-url` in, `sendsms` out, delivery reports by `dlr-url`.

Its sms-service: `post-url = "…/api/channels/sms/kannel/SECRET?from=%p&id=%I&coding=%c&text=%b"`, and
`omit-empty = true`, or it answers people with a text of its own. `%b`, not `%a`: the latter squeezes spaces, and with
them bytes of UTF-16.
"""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import unquote_to_bytes, urlencode

from bot.channels.settings import SmsSettings
from bot.channels.sms.provider import DLR, Forged, Inbound, Raw, Report, Unreadable, asked, mended, same
from bot.gateway.message import Outgoing
from bot.gateway.sender import Unreachable

EVERY_REPORT = "31"
UCS2 = "2"
PATH = "/api/channels/sms/kannel"


class Kannel:
    """Kannel signs nothing: the secret is the last part of the webhook's address; keep it on a private network."""

    def __init__(self, settings: SmsSettings, address: str, gsm: Callable[[str], bool]) -> None:
        """`address` is where Kannel reaches us; `gsm` tells a text of the GSM alphabet (160 characters a segment)."""
        self._url = settings.url.rstrip("/")
        self._user = settings.user
        self._password = settings.password.get_secret_value() if settings.password else ""
        self._sender = settings.sender
        self._secret = settings.secret.get_secret_value() if settings.secret else ""
        self._address = address
        self._gsm = gsm

    def read(self, raw: Raw) -> list[Inbound | Report]:
        """A message (`from`, `text`, `id`) or a report (`report`, `status`)."""
        if not same(raw.path_secret, self._secret):
            raise Forged("secret")
        if "report" in raw.query:
            status = DLR.get(raw.query.get("status", ""))
            return [Report(raw.query["report"], status)] if status else []
        if "from" not in raw.query or "text" not in raw.query:
            raise Unreadable("from, text")
        return [Inbound(raw.query["from"], mended(_text(raw)), raw.query.get("id") or None)]

    def send(self, out: Outgoing, address: str) -> str:
        """Hand over; the id is ours, and comes back with the reports."""
        report = urlencode({"report": f"r{out.id}"})
        asking = {
            "username": self._user,
            "password": self._password,
            "from": self._sender,
            "to": address,
            "text": out.text,
            "charset": "UTF-8",
            "coding": "0" if self._gsm(out.text) else UCS2,
            "dlr-mask": EVERY_REPORT,
            "dlr-url": f"{self._address}{PATH}/{self._secret}?{report}&status=%d",
        }
        answer = asked("GET", f"{self._url}/cgi-bin/sendsms", params=asking)
        # « 0: Accepted for delivery », « 3: Queued for later delivery »
        if answer.text[:1] not in ("0", "3"):
            raise Unreachable("not-accepted")
        return f"r{out.id}"


def _text(raw: Raw) -> str:
    """The words: Kannel escapes the bytes it has, which for coding 2 are UTF-16 and not UTF-8."""
    if raw.query.get("coding") != UCS2:
        return raw.query["text"]
    for part in raw.query_string.split("&"):
        name, _, value = part.partition("=")
        if name == "text":
            return unquote_to_bytes(value.replace("+", " ")).decode("utf-16-be", "replace")
    return ""
