"""Numbers in conditions: ages, durations, quotients. Each reading is (start, end, expression)."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from bot.tamis.criteria import Age, Expression, Quotient, Situation, Stated, all_of, any_of

AMOUNT = r"\d[\d .]*(?:,\d+)? ?(?:€|euros?|eur)?"
OLDEST = 199
MAJORITY = 18
ELDERS = 55  # from here on an age names people like any other kind (« seniors de 60 ans et plus »)
_LONGEST_YEARS = 10  # beyond, « 18 ans » is an age
_AGE_WORDS = re.compile(r"ans|majeur|majorite|mineur|adulte|\bnee?s?\b")
_WRITTEN = 2026  # the years in which a text that gives a year of birth is read: from then …
_READ_FOR = 5  # … and this many more


class Numbers:
    """Numbers written in digits or in words; `pattern` matches one."""

    def __init__(self, words: Mapping[str, int]) -> None:
        self._words = dict(words)
        longest_first = sorted(self._words, key=len, reverse=True)
        self.pattern = rf"(?:\d+|{'|'.join(longest_first)})"

    def value(self, written: str) -> int:
        """The number written; 1 when it is not one."""
        digits = re.sub(r"\D", "", written.split(",")[0]) if written[:1].isdigit() else ""
        return int(digits) if digits else self._words.get(written.strip(), 1)


class Ages:
    """Ages and generations, from the words of `measures.yml`."""

    def __init__(self, words: Mapping[str, Any], numbers: Numbers) -> None:
        digits = words["age_number"]
        self._numbers = numbers
        self._patterns = [
            (re.compile(entry["words"].replace("#", digits)), str(entry["kind"])) for entry in words["ages"]
        ]
        self._not_after = re.compile(words["not_an_age_after"])
        self._bare = re.compile(words["bare_range"])
        self._generations = [
            (re.compile(pattern), public) for public, pattern in words["generations"].items()
        ]
        self._extended = re.compile(words["extended"].replace("#", digits))

    def read(self, text: str) -> list[tuple[int, int, Age | Stated]]:
        """Every age said in a folded sentence (not those of children, vehicles or durations)."""
        found: list[tuple[int, int, Age | Stated]] = []
        if not _AGE_WORDS.search(text):
            for match in self._bare.finditer(text):
                found.append((match.start(), match.end(), self._interval("between", match)))
            return found
        for pattern, kind in self._patterns:
            for match in pattern.finditer(text):
                first = re.search(r"\d", match[0])
                before = (match.start(), match.start() + (first.start() if first else 0))
                if not any(self._not_after.search(text[:position]) for position in before):
                    found.append((match.start(), match.end(), self._interval(kind, match)))
        return found

    def generations(self, text: str) -> list[tuple[int, int, str]]:
        """Where « jeunes » or « seniors » is said, with the coded public it means."""
        return [
            (*match.span(), public)
            for pattern, public in self._generations
            for match in pattern.finditer(text)
        ]

    def extended(
        self, text: str, end: int, age: Age, situation_in: Callable[[str], Situation | None]
    ) -> tuple[int, Expression] | None:
        """« 16-25 ans (30 ans si RQTH) »: the end of the words and the wider reading, or None."""
        match = self._extended.match(text, end)
        who = situation_in(match["who"]) if match else None
        if match is None or who is None:
            return None
        below = "moins de" in match[0] or "- de" in match[0]
        wider = self._numbers.value(match["b"]) - below
        if age.high >= OLDEST and wider < age.low:  # « 18 ans (16 ans pour les apprentis) »
            return match.end(), any_of(age, all_of(Age(wider, age.high), who))
        return match.end(), any_of(age, all_of(Age(age.low, wider), who))

    def _interval(self, kind: str, match: re.Match[str]) -> Age | Stated:
        groups = match.groupdict()
        if kind.startswith("born"):
            return _born(
                int(groups["y"]) + (kind == "born-after" and "apres" in match[0]), kind == "born-before"
            )
        low = self._numbers.value(groups.get("a") or groups.get("c") or "0")
        high = self._numbers.value(groups.get("b") or "0")
        if kind == "between":
            high -= "moins de" in match[0]
            # A range that cannot be (« de 25 à 18 ans ») is left for a human to read.
            return Age(low, high) if low <= high else Stated("other", "age")
        if kind == "under":
            return Age(0, high - 1)
        if kind == "upto-exact" or (kind == "upto" and (groups.get("exact") or high not in (26, 30))):
            return Age(0, high)
        if kind == "upto":
            return Age(0, high - 1, ((high, high),))
        if kind == "from":
            return Age(low, OLDEST)
        if kind == "over":
            # « plus de 25 ans » counts birthdays for some and years begun for others.
            return Age(low + 1, OLDEST, ((low, low),))
        return Age(18, OLDEST) if kind == "major" else Age(0, 17)


def _born(year: int, before: bool) -> Age:
    # Whoever is born before a year is older than somebody, whatever the year the text is read in.
    oldest_young, youngest_old = _WRITTEN - year - 1, _WRITTEN + _READ_FOR - year
    between = ((max(0, oldest_young + 1), youngest_old - 1),)
    return Age(youngest_old, OLDEST, between) if before else Age(0, max(0, oldest_young), between)


class Durations:
    """How long something lasted."""

    def __init__(self, words: Mapping[str, Any], numbers: Numbers) -> None:
        self._numbers = numbers
        self._pattern = re.compile(words["duration"].replace("{n}", numbers.pattern))

    def read(self, text: str) -> list[tuple[int, int, int, bool]]:
        """Durations of a folded sentence: (start, end, months, whether it is a maximum)."""
        found = []
        for match in self._pattern.finditer(text):
            count = self._numbers.value(match["n"])
            in_years = match["unit"].startswith("an")
            if in_years and count > _LONGEST_YEARS:
                continue
            found.append((match.start(), match.end(), count * 12 if in_years else count, bool(match["less"])))
        return found


class Quotients:
    """Quotient familial with its threshold, from the words of `patterns.yml`."""

    def __init__(self, words: Mapping[str, str]) -> None:
        head = rf"(?<!\w){words['head']}"
        gap = r"[ ,:()a-z']{0,30}?"
        below = (
            rf"(?P<strict>{words['below_strict']})|(?P<above>{words['above']})|(?P<below>{words['below']})"
        )
        after = r"(?P<after> ?(?:max[a-z]*|minimum|ou moins|et moins|ou plus))?"
        self._between = re.compile(
            rf"{head} ?{gap}(?:{words['between']}) ?(?P<a>{AMOUNT}) ?(?:et|a|-) ?(?P<b>{AMOUNT})"
        )
        self._one = re.compile(rf"{head} ?{gap}(?:{below})? ?(?P<n>{AMOUNT}){after}")
        self._bare = re.compile(rf"(?:sous |soumis a |selon )?(?:conditions? de |plafond de )?{head}")

    def read(self, text: str) -> list[tuple[int, int, Expression]]:
        """Spans of a folded sentence that ask for a quotient."""
        found: list[tuple[int, int, Expression]] = []
        for match in self._between.finditer(text):
            low, high = _amount(match["a"]), _amount(match["b"])
            if low is not None and high is not None and low <= high:
                found.append((match.start(), match.end(), Quotient(high, low)))
        for match in self._one.finditer(text):
            value = _amount(match["n"])
            if value is None or any(start <= match.start() < end for start, end, _ in found):
                continue
            above = match["above"] or (match["after"] or "").strip() in ("minimum", "ou plus")
            if above:
                # « supérieur à 500 » may or may not count 500 itself.
                wanted = Quotient(None, value, value if match["above"] else None)
            else:
                wanted = Quotient(value - 1 if match["strict"] else value)
            found.append((match.start(), match.end(), wanted))
        return found

    def bare(self, text: str) -> list[tuple[int, int]]:
        """Where a quotient is named, with or without a threshold."""
        return [match.span() for match in self._bare.finditer(text)]


def _amount(written: str) -> int | None:
    digits = re.sub(r"[^\d]", "", re.split(r",\d", written)[0])
    return int(digits) if digits and len(digits) <= 7 else None
