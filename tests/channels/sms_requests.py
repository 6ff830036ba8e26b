"""Our side of each SMS provider, and requests as each of them makes and signs them."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

from bot.channels.outside import provider_of
from bot.channels.settings import SmsSettings
from bot.channels.sms.provider import Raw

SECRET = "s" * 32
NOW = 1_764_000_000
PUBLIC = "https://relais.example"


def provider(name: str, url: str = "http://127.0.0.1:9", secret: str = SECRET) -> Any:
    settings = SmsSettings(
        provider=name,  # type: ignore[arg-type]
        secret=secret,
        url=url,
        user="user",
        password="word",
        sender="36000",
        application_key="key",
        consumer_key="consumer",
        _env_file=None,
    )
    made: Any = provider_of(settings, PUBLIC, str.isascii)
    made._clock = lambda: NOW
    return made


def sealed(message: bytes) -> str:
    return hmac.new(SECRET.encode(), message, hashlib.sha256).hexdigest()


def kannel(query: dict[str, str], secret: str = SECRET) -> Raw:
    return Raw("POST", f"{PUBLIC}/x", {}, query, b"", secret)


def android(event: str, at: int = NOW, **payload: Any) -> Raw:
    body = json.dumps({"event": event, "deviceId": "d", "payload": payload}).encode()
    headers = {"x-timestamp": str(at), "x-signature": sealed(body + str(at).encode())}
    return Raw("POST", f"{PUBLIC}/x", headers, {}, body)


def generic(content: Any, at: int = NOW) -> Raw:
    body = json.dumps(content).encode()
    headers = {"x-relais-timestamp": str(at), "x-relais-signature": sealed(f"{at}.".encode() + body)}
    return Raw("POST", f"{PUBLIC}/x", headers, {}, body)


def generic_signed(body: bytes) -> Raw:
    headers = {"x-relais-timestamp": str(NOW), "x-relais-signature": sealed(f"{NOW}.".encode() + body)}
    return Raw("POST", f"{PUBLIC}/x", headers, {}, body)


def android_signed(body: bytes) -> Raw:
    headers = {"x-timestamp": str(NOW), "x-signature": sealed(body + str(NOW).encode())}
    return Raw("POST", f"{PUBLIC}/x", headers, {}, body)


def nested(signed: Callable[[bytes], Raw]) -> Raw:
    """A body of brackets alone, as deep as its limit allows."""
    return signed(b"[" * 60_000)


def twilio(**fields: str) -> Raw:
    said = f"{PUBLIC}/api/channels/sms/twilio" + "".join(name + fields[name] for name in sorted(fields))
    signature = base64.b64encode(hmac.new(SECRET.encode(), said.encode(), hashlib.sha1).digest()).decode()
    return Raw("POST", f"{PUBLIC}/x", {"x-twilio-signature": signature}, {}, urlencode(fields).encode())


RECEIVED = {"messageId": "m", "phoneNumber": "0612345678", "message": "1", "receivedAt": "2026-11-23T09:00"}
PHONE = "+33612345678"
