"""Days, hours, numbers and lists as each language writes them, by Babel. Digits are always Latin."""

from __future__ import annotations

import datetime
import functools
import re
from collections.abc import Mapping
from pathlib import Path
from zoneinfo import ZoneInfo

import phonenumbers
from babel import Locale
from babel.dates import format_date, format_time
from babel.lists import format_list
from babel.numbers import format_decimal

from bot.yaml_text import yaml_loads

PARIS = ZoneInfo("Europe/Paris")
_SLOT = re.compile("\ue000([0-9]+)\ue001")
_PAST, _COMING = datetime.timedelta(days=-7), datetime.timedelta(days=150)
"""Between these a day is thought of as a weekday, and its year goes without saying."""


class Formats:
    """The formats of one language, from `data/speech/languages.yml`."""

    def __init__(self, patterns: Mapping[str, str]) -> None:
        self.name = patterns["name"]
        self.locale = Locale.parse(patterns["locale"])
        self._patterns = patterns

    @property
    def direction(self) -> str:
        """`ltr` or `rtl`."""
        return str(self.locale.text_direction)

    def plural(self, number: float) -> str:
        """The plural category of a number: zero, one, two, few, many or other."""
        return str(self.locale.plural_form(abs(number)))

    def categories(self) -> frozenset[str]:
        """The plural categories that whole numbers a sentence may count can reach, and `other`."""
        return frozenset({self.plural(number) for number in range(200)} | {"other"})

    def day(self, day: datetime.date, today: datetime.date | None) -> str:
        """« mardi 24 novembre »; « 1er septembre 2025 » when it is long past or far ahead of `today`."""
        far = today is not None and not _PAST <= day - today <= _COMING
        pattern = self._patterns["date" if far else "day"]
        first = self._patterns.get("first")
        if first and day.day == 1:
            pattern = re.sub(r"\bd\b", f"'{first}'", pattern)
        return format_date(day, pattern, locale=self.locale)

    def month(self, year: int, month: int) -> str:
        """« novembre 2026 »."""
        return format_date(datetime.date(year, month, 1), "LLLL y", locale=self.locale)

    def time(self, time: datetime.time) -> str:
        """« 9 h », « 9 h 30 »."""
        return format_time(time, self._patterns["time" if time.minute else "hour"], locale=self.locale)

    def number(self, number: float, digits: int = 2) -> str:
        """A number with at most `digits` decimals, none when it is whole."""
        pattern = "#,##0" + ("." + "#" * digits if digits else "")
        return format_decimal(number, format=pattern, locale=self.locale)

    def amount(self, number: float) -> str:
        """A number of euros: no decimals or two of them."""
        return format_decimal(number, format="#,##0.00" if number % 1 else "#,##0", locale=self.locale)

    def joined(self, count: int, style: str) -> list[int | str]:
        """How `count` things are listed: the indexes of the things and the words between them.

        `style` is `standard` (« a, b et c ») or `or` (« a, b ou c »).
        """
        if style not in ("standard", "or"):
            raise ValueError(f"no such style of list: {style}")
        slots = [f"\ue000{index}\ue001" for index in range(count)]
        listed = format_list(slots, style="or" if style == "or" else "standard", locale=self.locale)
        parts = _SLOT.split(listed)
        return [int(part) if index % 2 else part for index, part in enumerate(parts) if part]


def load(path: Path) -> dict[str, Formats]:
    """The formats of every language the product speaks, in the order of the file."""
    patterns = yaml_loads(path.read_text(encoding="utf-8"))
    return {language: Formats(patterns[language]) for language in patterns}


def local_day(now: datetime.datetime | datetime.date | None) -> datetime.date | None:
    """The day it is in France; a naive clock is taken as French time."""
    if isinstance(now, datetime.datetime):
        return (now.astimezone(PARIS) if now.tzinfo else now).date()
    return now


@functools.lru_cache(maxsize=4096)
def phone(number: str, compact: bool) -> str:
    """« 02 41 48 21 21 » for a French number, « +32 2 … » for another; short numbers stay as given.

    `compact` leaves the spaces out: in right-to-left text without isolates, groups of digits would be
    shown in the wrong order.
    """
    try:
        parsed = phonenumbers.parse(number, "FR")
    except phonenumbers.NumberParseException:
        return number
    if not phonenumbers.is_possible_number(parsed):
        return number
    french = parsed.country_code == 33
    style = (
        phonenumbers.PhoneNumberFormat.NATIONAL if french else phonenumbers.PhoneNumberFormat.INTERNATIONAL
    )
    written = phonenumbers.format_number(parsed, style)
    return written.replace(" ", "") if compact else written
