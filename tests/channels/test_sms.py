"""SMS: what each provider's requests say, and what is refused."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from bot.channels.sms.provider import Forged, Inbound, Raw, Report, Unreadable, mended, number
from tests.channels.sms_requests import (
    NOW,
    PHONE,
    RECEIVED,
    android,
    android_signed,
    generic,
    generic_signed,
    kannel,
    nested,
    provider,
    twilio,
)

READ: list[tuple[str, str, Raw, list[Inbound | Report]]] = [
    ("message", "kannel", kannel({"from": PHONE, "text": "oui", "id": "u1"}), [Inbound(PHONE, "oui", "u1")]),
    ("arabic", "kannel", kannel({"from": PHONE, "text": "نعم", "id": "u2"}), [Inbound(PHONE, "نعم", "u2")]),
    (
        "arabic in UTF-16",
        "kannel",
        replace(
            kannel({"from": PHONE, "text": "?", "coding": "2"}), query_string="coding=2&text=%06F%069%06E"
        ),
        [Inbound(PHONE, "نعم")],
    ),
    ("mended", "kannel", kannel({"from": PHONE, "text": "rÃ©pondre"}), [Inbound(PHONE, "répondre")]),
    ("delivered", "kannel", kannel({"report": "r7", "status": "1"}), [Report("r7", "delivered")]),
    ("accepted", "kannel", kannel({"report": "r7", "status": "8"}), [Report("r7", "sent")]),
    ("unknown report", "kannel", kannel({"report": "r7", "status": "99"}), []),
    ("delivered", "ovh", kannel({"id": "7", "dlr": "1", "ptt": "4"}), [Report("7", "delivered")]),
    ("rejected", "ovh", kannel({"id": "7", "dlr": "16"}), [Report("7", "failed")]),
    ("on its way", "ovh", kannel({"id": "7", "dlr": "0"}), []),
    (
        "message",
        "android",
        android("sms:received", **RECEIVED),
        [Inbound("0612345678", "1", "m|2026-11-23T09:00")],
    ),
    (
        "delivered",
        "android",
        android("sms:delivered", messageId="relais-7"),
        [Report("relais-7", "delivered")],
    ),
    ("failed", "android", android("sms:failed", messageId="relais-7"), [Report("relais-7", "failed")]),
    ("ping", "android", android("system:ping", health={}), []),
    ("message", "generic", generic({"from": PHONE, "text": "oui", "id": 5}), [Inbound(PHONE, "oui", "5")]),
    ("without id", "generic", generic({"from": PHONE, "text": "oui"}), [Inbound(PHONE, "oui", None)]),
    ("report", "generic", generic({"id": "relais-7", "status": "read"}), [Report("relais-7", "read")]),
    ("message", "twilio", twilio(From=PHONE, Body="ça va", MessageSid="S1"), [Inbound(PHONE, "ça va", "S1")]),
    ("without body", "twilio", twilio(From=PHONE, MessageSid="S2", NumMedia="1"), [Inbound(PHONE, "", "S2")]),
    ("status", "twilio", twilio(MessageSid="S3", MessageStatus="undelivered"), [Report("S3", "failed")]),
    ("queued", "twilio", twilio(MessageSid="S3", MessageStatus="queued"), []),
]


@pytest.mark.parametrize(("label", "name", "raw", "said"), READ, ids=[f"{row[1]} {row[0]}" for row in READ])
def test_what_requests_say(label: str, name: str, raw: Raw, said: list[Inbound | Report]) -> None:
    assert provider(name).read(raw) == said


GOOD = {
    "kannel": kannel({"from": PHONE, "text": "oui"}),
    "ovh": kannel({"id": "7", "dlr": "1"}),
    "android": android("sms:received", **RECEIVED),
    "generic": generic({"from": PHONE, "text": "oui"}),
    "twilio": twilio(From=PHONE, Body="oui", MessageSid="S1"),
}
BAD: list[tuple[str, str, Raw, type[Exception]]] = [
    ("no secret", "kannel", kannel({"from": PHONE, "text": "oui"}, ""), Forged),
    ("wrong secret", "kannel", kannel({"from": PHONE, "text": "oui"}, "guess"), Forged),
    ("no sender", "kannel", kannel({"text": "oui"}), Unreadable),
    ("no signature", "android", replace(GOOD["android"], headers={}), Forged),
    ("no signature", "generic", replace(GOOD["generic"], headers={}), Forged),
    ("no signature", "twilio", replace(GOOD["twilio"], headers={}), Forged),
    ("body changed", "android", replace(GOOD["android"], body=GOOD["android"].body + b" "), Forged),
    ("body changed", "generic", replace(GOOD["generic"], body=GOOD["generic"].body + b" "), Forged),
    ("field added", "twilio", replace(GOOD["twilio"], body=GOOD["twilio"].body + b"&a=b"), Forged),
    ("replay", "android", android("sms:received", NOW - 301, **RECEIVED), Forged),
    ("replay", "generic", generic({"from": PHONE, "text": "oui"}, NOW - 301), Forged),
    ("no payload", "android", android("sms:received"), Unreadable),
    ("a list", "generic", generic([1]), Unreadable),
    ("brackets in brackets", "generic", nested(generic_signed), Unreadable),
    ("brackets in brackets", "android", nested(android_signed), Unreadable),
    ("a number for words", "generic", generic({"from": PHONE, "text": 3}), Unreadable),
    ("no secret", "ovh", kannel({"id": "7", "dlr": "1"}, ""), Forged),
    ("wrong secret", "ovh", kannel({"id": "7", "dlr": "1"}, "guess"), Forged),
    ("no report", "ovh", kannel({"id": "7"}), Unreadable),
]


@pytest.mark.parametrize(("label", "name", "raw", "error"), BAD, ids=[f"{row[1]} {row[0]}" for row in BAD])
def test_what_is_refused(label: str, name: str, raw: Raw, error: type[Exception]) -> None:
    with pytest.raises(error):
        provider(name).read(raw)


@pytest.mark.parametrize("name", ["kannel", "android", "generic", "twilio", "ovh"])
def test_without_a_secret_every_request_is_refused(name: str) -> None:
    made: Any = provider(name, secret="")
    with pytest.raises(Forged):
        made.read(GOOD[name])


NUMBERS = [
    ("national", "06 12 34 56 78", PHONE),
    ("international", "+33612345678", PHONE),
    ("00", "0033612345678", PHONE),
    ("not yet in the plan", "0700000000", "+33700000000"),
    ("ukraine", "+380442345678", "+380442345678"),
    ("overseas", "+262692123456", "+262692123456"),
    ("six digits of a small country", "+376312345", "+376312345"),
    ("short code", "36179", None),
    ("short code made international", "+3336179", None),
    ("name", "INFO", None),
    ("nothing", "", None),
]


@pytest.mark.parametrize(("label", "text", "expected"), NUMBERS, ids=[row[0] for row in NUMBERS])
def test_numbers(label: str, text: str, expected: str | None) -> None:
    assert number(text) == expected


def test_text_that_is_right_is_left_alone() -> None:
    for text in ("déjà vu à Cholet", "привіт", "نعم", "ሰላም", "1"):
        assert mended(text) == text
