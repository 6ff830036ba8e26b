"""Times of day: when the person must be there, when they finish, and the bands of hours that follow."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from bot.understanding.facts import Fact
from bot.understanding.policy import Policy
from bot.understanding.scope import Scope
from bot.understanding.stream import Hit, Stream

ARRIVING = ("arrival", "afternoon")
NOON = "12:00"
FIGURE = re.compile(r"[0-9]{1,2}")
POINTS = frozenset(".:")  # between the hour and the minutes
LAST_HOUR = 24
BESIDE = 3  # the most words between « this evening » and its hour
OFFICES_OPEN = "07:00"
_PLAIN = re.compile(r" (?P<h>[01]?\d|2[0-3]) : (?P<m>[0-5]\d)(?= |$)")


@dataclass(frozen=True)
class Time:
    """Tokens [start, end) that name a time of day, `HH:MM`; None when they name a duration.

    `bare`: an hour of one digit without the half of the day, which may be one of the afternoon.
    `half`: the words tell the half of the day.
    """

    start: int
    end: int
    value: str | None
    bare: bool = False
    half: bool = False


def find_times(stream: Stream, hits: Sequence[Hit], numbers: Mapping[str, int]) -> list[Time]:
    """The times of a message, in order. `hits` are those of the kind times; longer wordings hide shorter ones.
    `numbers` are the lexicon's number words."""
    found: list[Time] = []
    begun = {hit.start for hit in hits}
    for hit in hits:
        minutes = hit.groups["m"][1] if "m" in hit.groups else None
        if minutes in begun and stream.tokens[minutes - 1].text not in POINTS:
            continue  # « 8h-16h » is no 8:16, but « 2.15 pm » is a quarter past two
        if hit.rule.detail.get("range"):
            found += _both(hit, numbers)
        else:
            half = "half" in hit.rule.detail
            found.append(Time(hit.start, hit.end, _value(hit, numbers), _bare(hit), half))
    for match in _PLAIN.finditer(stream.string):
        start, end = stream.at(match.start(), match.end())
        if start is not None and end is not None:
            hour = match.group("h")
            found.append(Time(start, end, f"{int(hour):02d}:{match.group('m')}", len(hour) == 1))
    # Of « around 9 pm », « 9 pm » is meant, though « around 9 » is as long and begins before.
    found.sort(key=lambda t: (-(t.end - t.start), t.value is not None, not t.half, t.start))
    kept: list[Time] = []
    for time in found:
        if not any(time.start < other.end and other.start < time.end for other in kept):
            kept.append(time)
    return sorted(kept, key=lambda t: t.start)


def after_noon(times: Sequence[Time], late: Sequence[tuple[int, int]]) -> list[Time]:
    """The times, a bare hour beside words [start, end) of `late` (« this evening ») put after noon."""
    out = []
    for time in times:
        for start, end in late:
            if time.start < end < time.end and start < time.start:
                time = replace(time, start=end)  # the day keeps the word that both hold
            beside = max(time.start - end, start - time.end) <= BESIDE
            if beside and time.bare and time.value and "01:00" <= time.value < NOON:
                time = replace(time, value=_twelve_later(time.value), bare=False)
        out.append(time)
    return out


def _value(hit: Hit, numbers: Mapping[str, int]) -> str | None:
    detail = hit.rule.detail
    if detail.get("never"):
        return None
    if "at" in detail:
        return str(detail["at"])
    if "h" not in hit.groups:
        return None  # a way of saying it in which no hour stands
    hour = _hour(hit, "h", numbers)
    minute = int(hit.groups["m"][0]) if "m" in hit.groups else int(detail.get("minutes", 0))
    if minute < 0:
        hour, minute = hour - 1, 60 + minute
    half = detail.get("half")
    if half == "pm" and 1 <= hour < 12:
        hour += 12
    elif half == "am" and hour == 12:
        hour = 0
    return f"{hour % 24:02d}:{minute:02d}" if hour >= 0 else None


def _both(hit: Hit, numbers: Mapping[str, int]) -> list[Time]:
    """The two times of « from 8 to 17h », the words between them left in place; none when one is no hour."""
    half = hit.rule.detail.get("half")
    first, last = _hour(hit, "h", numbers), _hour(hit, "n", numbers)
    if max(first, last) > LAST_HOUR:
        return []
    if half == "pm":
        last += LAST_HOUR // 2 if last < LAST_HOUR // 2 else 0
        first += LAST_HOUR // 2 if first + LAST_HOUR // 2 < last else 0
    return [
        Time(*hit.groups[name][1:], f"{hour % LAST_HOUR:02d}:00", _bare(hit, name), half is not None)
        for name, hour in (("h", first), ("n", last))
    ]


def _hour(hit: Hit, name: str, numbers: Mapping[str, int]) -> int:
    words = hit.groups[name][0]
    return int(words[:6]) if words.isdigit() else numbers[words]


def _bare(hit: Hit, name: str = "h") -> bool:
    if name not in hit.groups or "half" in hit.rule.detail:
        return False
    words = hit.groups[name][0]
    return not words.isdigit() or len(words) == 1


class Clock:
    """Gives the times of one message their use: arrival, afternoon (an arrival in office hours), end, or neither."""

    def __init__(self, stream: Stream, scope: Scope, policy: Policy, times: Mapping[str, Time]) -> None:
        self._stream = stream
        self._scope = scope
        self._policy = policy
        self._times = times
        self._at = {t.text: i for i, t in enumerate(stream.tokens) if t.text in times}

    def answer(self, language: str) -> list[Fact]:
        """The hour that is all there is of an answer to « at what time? »: « 9 », « vers 14 »."""
        figures = [(i, int(t.text)) for i, t in enumerate(self._stream.tokens) if FIGURE.fullmatch(t.text)]
        bare = self._policy.bare_hours
        if len(figures) != 1 or len(self._stream) > bare["words"] or language in bare["not_in"] or self._at:
            return []
        (index, hour), (least, greatest) = figures[0], bare["between"]
        if not least <= hour <= greatest:
            return []
        mark = self._stream.tokens[index].text
        self._times = {**self._times, mark: Time(index, index + 1, f"{hour:02d}:00")}
        return self._arrival(mark, index, index + 1) + self._band(mark, "arrival", index, index + 1)

    def facts(self, hits: Sequence[Hit], *, asked: str | None = None) -> list[Fact]:
        """The arrival and hours facts; `hits` are those of the kind clock."""
        use: dict[str, tuple[str, Hit]] = {}
        begun: list[tuple[str, Hit]] = []
        strength = {"other": 0, "end": 1, "afternoon": 2, "arrival": 3}
        ranked = sorted(
            hits,
            key=lambda h: (
                h.end - h.start <= 2 and h.rule.value != "end" and "time2" not in h.groups,
                strength.get(h.rule.value, 4),
                h.rule.rank,
            ),
        )
        for hit in ranked:
            mark = hit.groups.get("time2", hit.groups.get("time", ("",)))[0]
            if mark in use or mark not in self._at:
                continue
            field = "arrival" if hit.rule.value in ARRIVING else "hours"
            dropped = self._policy.drops(field, self._scope.cues(hit), hit.rule)
            # « le car de 6h20 » may be known as no time to be there: it is not the one that is meant.
            idle = dropped or self._times[mark].value is None
            use[mark] = ("other" if idle else hit.rule.value, hit)
            if hit.rule.value == "end" and "time2" in hit.groups and "time" in hit.groups and not dropped:
                begun.append((hit.groups["time"][0], hit))
        for mark, hit in begun:  # « 7h-15h »: who is told the end was told the beginning
            if mark in self._at:
                use.setdefault(mark, ("arrival", hit))
        if asked == "arrival" and len(self._at) == 1 and not use:
            mark, index = next(iter(self._at.items()))
            return self._arrival(mark, index, index + 1) + self._band(mark, "arrival", index, index + 1)
        return self._chosen(use)

    def _chosen(self, use: Mapping[str, tuple[str, Hit]]) -> list[Fact]:
        out: list[Fact] = []
        arrivals = [(self._at[m], m, hit) for m, (what, hit) in use.items() if what in ARRIVING]
        if arrivals:
            corrected = [a for a in arrivals if self._scope.corrected(a[0])]
            strong = [a for a in sorted(arrivals, key=lambda a: a[0]) if a[2].end - a[2].start > 2]
            _, mark, hit = (corrected[-1:] or strong[:1] or sorted(arrivals, key=lambda a: a[0])[:1])[0]
            index = self._at[mark]
            if use[mark][0] == "afternoon":
                self._times = {**self._times, mark: _later(self._times[mark])}
            out += self._arrival(mark, index, index + 1) + self._band(mark, "arrival", index, index + 1)
        for mark, (what, hit) in use.items():
            if what == "end":
                out += self._band(mark, "end", hit.start, hit.end)
        return out

    def _arrival(self, mark: str, start: int, end: int) -> list[Fact]:
        value = self._times[mark].value
        first, last = self._stream.span(start, end)
        return [Fact("arrival", value, "", first, last, confidence=0.9)] if value else []

    def _band(self, mark: str, what: str, start: int, end: int) -> list[Fact]:
        value, bands = self._times[mark].value, self._policy.hours
        if not value:
            return []
        code = None
        if what == "arrival" and value < bands["early_until"]:
            code = bands["early"]
        elif value >= bands["late_from"] or (what == "end" and self._at_night(mark)):
            code = bands["late"]
        first, last = self._stream.span(start, end)
        return [Fact("hours", code, "", first, last, "add", 0.9)] if code else []

    def _at_night(self, mark: str) -> bool:
        """Whether a shift ends before the morning: « till 5 » alone may be five in the afternoon."""
        time = self._times[mark]
        if not time.value or time.value >= self._policy.hours["early_until"]:
            return False
        return not time.bare or any(t.value and t.value >= NOON for t in self._times.values())


def _later(time: Time) -> Time:
    """An appointment at three, said without the half of the day, is one in the afternoon."""
    if not time.bare or not time.value or not "01:00" <= time.value < OFFICES_OPEN:
        return time
    return replace(time, value=_twelve_later(time.value))


def _twelve_later(value: str) -> str:
    return f"{int(value[:2]) + 12}{value[2:]}"
