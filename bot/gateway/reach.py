"""A phone number or an e-mail address in a message: taken here, never shown to the engine."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

import phonenumbers

EMAIL = re.compile(r"[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{2,63}){1,4}")
REGION = "FR"


@dataclass(frozen=True)
class Reach:
    """How to reach somebody, and where in the text it was written."""

    value: Mapping[str, str]
    spans: tuple[tuple[int, int], ...]


def reach(text: str) -> Reach:
    """The first phone number (E.164; French when no country is given) and e-mail address in the text.

    `value` has the keys `phone` and `email` as far as found. Digits of any script are read.
    """
    value: dict[str, str] = {}
    spans: list[tuple[int, int]] = []
    for match in phonenumbers.PhoneNumberMatcher(text, REGION, leniency=phonenumbers.Leniency.POSSIBLE):
        if phonenumbers.is_valid_number(match.number):
            value.setdefault(
                "phone", phonenumbers.format_number(match.number, phonenumbers.PhoneNumberFormat.E164)
            )
            spans.append((match.start, match.end))
    for found in EMAIL.finditer(text):
        value.setdefault("email", found.group().lower())
        spans.append(found.span())
    return Reach(value, tuple(spans))
