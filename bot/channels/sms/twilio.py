"""Twilio: form webhooks signed over the public address, the Messages API out. Data leaves the EU: say so."""

from __future__ import annotations

import base64
import hashlib
import hmac
from urllib.parse import parse_qsl

import requests

from bot.channels.settings import SmsSettings
from bot.channels.sms.provider import Forged, Inbound, Raw, Report, Unreadable, asked, same
from bot.gateway.message import Outgoing
from bot.gateway.sender import Gone

API = "https://api.twilio.com"
STATUS = {
    "sent": "sent",
    "delivered": "delivered",
    "read": "read",
    "undelivered": "failed",
    "failed": "failed",
}
PATH = "/api/channels/sms/twilio"
# Error 21610: this number told Twilio itself STOP.
STOPPED = 21610


class Twilio:
    """The auth token is both the password and the key of the signatures."""

    def __init__(self, settings: SmsSettings, address: str) -> None:
        """`address` is the public address that Twilio calls: it is part of what is signed."""
        self._url = (settings.url or API).rstrip("/")
        self._account = settings.user
        self._secret = settings.secret.get_secret_value() if settings.secret else ""
        self._sender = settings.sender
        self._callback = f"{address}{PATH}"

    def read(self, raw: Raw) -> list[Inbound | Report]:
        """A message (`From`, `Body`) or a status (`MessageStatus`)."""
        try:
            given = parse_qsl(raw.body.decode(), keep_blank_values=True)
        except UnicodeDecodeError:
            raise Forged("encoding") from None
        if not self._secret or not same(raw.headers.get("x-twilio-signature", ""), self.signature(given)):
            raise Forged("signature")
        fields = dict(given)
        if "MessageStatus" in fields:
            status = STATUS.get(fields["MessageStatus"])
            return [Report(fields.get("MessageSid", ""), status)] if status else []
        if not fields.get("From") or not fields.get("MessageSid"):
            raise Unreadable("From, MessageSid")
        # An MMS has no body: an empty message is answered kindly, as any other.
        return [Inbound(fields["From"], fields.get("Body", ""), fields["MessageSid"])]

    def send(self, out: Outgoing, address: str) -> str | None:
        """Hand over; the id is Twilio's."""
        content = {"From": self._sender, "To": address, "Body": out.text, "StatusCallback": self._callback}
        login = (self._account, self._secret)
        url = f"{self._url}/2010-04-01/Accounts/{self._account}/Messages.json"
        answer = asked("POST", url, data=content, auth=login, hooks={"response": _stopped})
        return str(answer.json().get("sid") or "") or None

    def signature(self, fields: list[tuple[str, str]]) -> str:
        """The signature Twilio gives to these fields posted to our address."""
        said = self._callback + "".join(name + value for name, value in sorted(fields))
        return base64.b64encode(
            hmac.new(self._secret.encode(), said.encode(), hashlib.sha1).digest()
        ).decode()


def _stopped(answer: requests.Response, **_more: object) -> None:
    if answer.status_code == requests.codes.bad_request:
        try:
            code = answer.json().get("code")
        except ValueError:
            return
        if code == STOPPED:
            raise Gone("stopped-at-provider")
