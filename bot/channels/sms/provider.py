"""What an SMS provider must do for us, and the words it speaks with us."""

from __future__ import annotations

import hmac
import logging
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

import ftfy
import phonenumbers
import requests

from bot.gateway.message import Outgoing
from bot.gateway.sender import Refused, Throttled, Unreachable

# At its debug level the library writes whole addresses, with numbers and texts in them.
logging.getLogger("urllib3.connectionpool").setLevel(logging.INFO)

TIMEOUT = (5.0, 20.0)
REGION = "FR"
SHORT_CODE_DIGITS = 6
# How Kannel numbers what became of a message: « delivered to phone », « not delivered », « queued », « accepted » and
# « rejected by the operator ». OVHcloud passes the same numbers on.
DLR = {"1": "delivered", "2": "failed", "4": "sent", "8": "sent", "16": "failed"}


@dataclass(frozen=True)
class Raw:
    """A request as it came: `address` is the URL the provider called, `path_secret` the last part of its path.

    `query_string` is what `query` was read from, for providers whose bytes are not UTF-8.
    """

    method: str
    address: str
    headers: Mapping[str, str]
    query: Mapping[str, str]
    body: bytes
    path_secret: str = ""
    query_string: str = ""


@dataclass(frozen=True)
class Inbound:
    """A message received. `external_id` None where the provider's ids are not unique."""

    sender: str
    text: str
    external_id: str | None = None


@dataclass(frozen=True)
class Report:
    """How far one of our messages went: `sent`, `delivered`, `read` or `failed`."""

    provider_id: str
    status: str


class Forged(Exception):
    """The request does not prove where it comes from, or is a replay."""


class Unreadable(Exception):
    """The request is proven but is not what its provider sends."""


class SmsProvider(Protocol):
    """One provider."""

    def read(self, raw: Raw) -> list[Inbound | Report]:
        """What a webhook request says. Raises `Forged` or `Unreadable`."""
        ...

    def send(self, out: Outgoing, address: str) -> str | None:
        """Hand a message over; the provider's id for it. Raises the errors of `bot.gateway.delivery`."""
        ...


def number(text: str) -> str | None:
    """A sender's number in E.164; None for short codes and names, which nobody can be answered at.

    Numbers that the plan does not know yet are kept: an inbound message proves that a number exists.
    """
    try:
        parsed = phonenumbers.parse(text.strip(), REGION)
    except phonenumbers.NumberParseException:
        return None
    short = len(str(parsed.national_number)) <= SHORT_CODE_DIGITS
    if short and not phonenumbers.is_possible_number(parsed):  # Andorra's numbers have six digits
        return None
    return phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164)


def mended(text: str) -> str:
    """The text with the damage of a wrong decoding repaired (« RÃ©pondez »)."""
    return ftfy.fix_encoding(text)


def same(given: str, expected: str) -> bool:
    """Whether two secrets or signatures are equal, in a time that tells nothing. An empty one never is."""
    return bool(expected) and hmac.compare_digest(given.encode(), expected.encode())


def asked(method: str, url: str, **more: Any) -> requests.Response:
    """Ask a provider. Raises `Throttled` (429), `Unreachable` (network, 5xx, our own credentials) or `Refused`."""
    try:
        answer = requests.request(method, url, timeout=TIMEOUT, allow_redirects=False, **more)
    except requests.RequestException as error:
        raise Unreachable(type(error).__name__) from None
    code = answer.status_code
    if code == requests.codes.too_many_requests:
        waits = answer.headers.get("Retry-After", "")
        raise Throttled(float(waits) if waits.isdigit() else 30.0)
    if code >= requests.codes.internal_server_error or code in (401, 403, 404):
        # A wrong password or address is ours to mend: the message must not be lost for it.
        raise Unreachable(f"status-{code}")
    if code >= requests.codes.bad_request:
        raise Refused(f"status-{code}")
    return answer
