"""Any gateway that can sign: JSON in and out, each with a timestamp and an HMAC-SHA256 of both.

Inbound `{"from", "text", "id"}` or `{"id", "status"}`; outbound `{"to", "from", "text", "id"}`. The headers are
`X-Relais-Timestamp` (seconds) and `X-Relais-Signature`, the hexadecimal HMAC of `timestamp.body`.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import time
from collections.abc import Callable

from bot.channels.settings import SmsSettings
from bot.channels.sms.provider import Forged, Inbound, Raw, Report, Unreadable, asked, mended, same
from bot.gateway.message import Outgoing

FRESH_SECONDS = 300
STATUSES = ("sent", "delivered", "read", "failed")


class Generic:
    """A signed webhook each way."""

    def __init__(self, settings: SmsSettings, clock: Callable[[], float] = time.time) -> None:
        """`clock` gives seconds since 1970."""
        self._url = settings.url
        self._sender = settings.sender
        self._secret = settings.secret.get_secret_value() if settings.secret else ""
        self._clock = clock

    def read(self, raw: Raw) -> list[Inbound | Report]:
        """A message or a report."""
        moment = raw.headers.get("x-relais-timestamp", "")
        if not self._secret or not same(
            raw.headers.get("x-relais-signature", ""), self.signature(moment, raw.body)
        ):
            raise Forged("signature")
        if not moment.isdigit() or abs(self._clock() - int(moment)) > FRESH_SECONDS:
            raise Forged("replay")
        try:
            content = json.loads(raw.body)
            if content.get("status") in STATUSES:
                return [Report(str(content["id"]), content["status"])]
            sender, text, name = content["from"], content["text"], content.get("id")
            if not (isinstance(sender, str) and isinstance(text, str)):
                raise Unreadable("from, text")
            return [Inbound(sender, mended(text), str(name) if name is not None else None)]
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
            raise Unreadable("message") from None

    def send(self, out: Outgoing, address: str) -> str:
        """Hand over under an id of ours, so that the gateway can know a message it has."""
        name = f"relais-{out.id}"
        content = {"to": address, "from": self._sender, "text": out.text, "id": name}
        body = json.dumps(content).encode()
        moment = str(int(self._clock()))
        headers = {
            "Content-Type": "application/json",
            "X-Relais-Timestamp": moment,
            "X-Relais-Signature": self.signature(moment, body),
        }
        asked("POST", self._url, data=body, headers=headers)
        return name

    def signature(self, moment: str, body: bytes) -> str:
        """The HMAC of a body sent at a moment."""
        return hmac.new(self._secret.encode(), moment.encode() + b"." + body, hashlib.sha256).hexdigest()
