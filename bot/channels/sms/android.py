"""SMS Gateway for Android (capcom6): a phone and its SIM. Signed webhooks in, its HTTP API out."""

from __future__ import annotations

import hashlib
import hmac
import json
import time
from collections.abc import Callable
from typing import Any

from bot.channels.settings import SmsSettings
from bot.channels.sms.provider import Forged, Inbound, Raw, Report, Unreadable, asked, mended, same
from bot.gateway.message import Outgoing

STATUS = {"sms:sent": "sent", "sms:delivered": "delivered", "sms:failed": "failed"}
CLOUD = "https://api.sms-gate.app/3rdparty/v1"
FRESH_SECONDS = 300


class AndroidGateway:
    """Its webhooks carry `X-Signature`, the HMAC-SHA256 of the body followed by `X-Timestamp`."""

    def __init__(self, settings: SmsSettings, clock: Callable[[], float] = time.time) -> None:
        """`clock` gives seconds since 1970."""
        self._url = (settings.url or CLOUD).rstrip("/")
        self._login = (settings.user, settings.password.get_secret_value() if settings.password else "")
        self._secret = settings.secret.get_secret_value() if settings.secret else ""
        self._clock = clock

    def read(self, raw: Raw) -> list[Inbound | Report]:
        """A message received, or how far one of ours went; other events say nothing."""
        moment = raw.headers.get("x-timestamp", "")
        signed = hmac.new(self._secret.encode(), raw.body + moment.encode(), hashlib.sha256).hexdigest()
        if not self._secret or not same(raw.headers.get("x-signature", ""), signed):
            raise Forged("signature")
        if not moment.isdigit() or abs(self._clock() - int(moment)) > FRESH_SECONDS:
            raise Forged("replay")
        try:
            content: Any = json.loads(raw.body)
            event, payload = content["event"], content["payload"]
            if event == "sms:received":
                # Its id is made from the content: with the moment of arrival, « 1 » twice is two messages.
                unique = f"{payload['messageId']}|{payload['receivedAt']}"
                return [Inbound(payload["phoneNumber"], mended(payload["message"]), unique)]
            return [Report(str(payload["messageId"]), STATUS[event])] if event in STATUS else []
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
            raise Unreadable("event") from None

    def send(self, out: Outgoing, address: str) -> str:
        """Hand over under an id of ours: the phone does not send the same id twice."""
        name = f"relais-{out.id}"
        content = {
            "id": name,
            "textMessage": {"text": out.text},
            "phoneNumbers": [address],
            "withDeliveryReport": True,
        }
        asked("POST", f"{self._url}/messages", json=content, auth=self._login)
        return name
