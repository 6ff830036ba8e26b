"""A text in parts: what can be followed (https, tel, mailto) and the words around it. Never HTML."""

from __future__ import annotations

import re
from dataclasses import dataclass

import phonenumbers

URL = re.compile(r"https://[^\s<>\"'\u2066-\u2069»]+[^\s<>\"'\u2066-\u2069».,;:!?)\]]")
EMAIL = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
# In a message about a danger every short number that stands alone is one to call.
SHORT = re.compile(r"(?<![\d\w])\d{2,4}(?![\d\w])")


@dataclass(frozen=True)
class Part:
    """Words, and where they lead if they do."""

    text: str
    href: str | None = None


def parts(text: str, *, danger: bool = False) -> list[Part]:
    """The text cut into parts that give it back when joined."""
    found = [(match.span(), match.group()) for match in URL.finditer(text)]
    found += [(match.span(), f"mailto:{match.group()}") for match in EMAIL.finditer(text)]
    for match in phonenumbers.PhoneNumberMatcher(text, "FR"):
        number = phonenumbers.format_number(match.number, phonenumbers.PhoneNumberFormat.E164)
        found.append(((match.start, match.end), f"tel:{number}"))
    if danger:
        found += [(match.span(), f"tel:{match.group()}") for match in SHORT.finditer(text)]
    out: list[Part] = []
    at = 0
    for (start, end), href in sorted(found):
        if start < at:
            continue
        if start > at:
            out.append(Part(text[at:start]))
        out.append(Part(text[start:end], href))
        at = end
    if at < len(text):
        out.append(Part(text[at:]))
    return out
