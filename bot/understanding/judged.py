"""What a reading of a case is worth: each field right, wrong or missed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

from bot.understanding.cases import Case
from bot.understanding.facts import Reading


def profile_of(readings: Sequence[Reading]) -> dict[str, Any]:
    """The profile that the messages of one conversation give, in order."""
    # The measure runs in the application only; the reader itself must not need the profile's room.
    from bot.profile.merge import merge

    profile: dict[str, Any] = {}
    for reading in readings:
        profile = merge(profile, reading.facts).profile
        if reading.signal == "human":  # heard before the facts, and kept with them
            profile["human_requested"] = True
    return profile


def verdict(case: Case, readings: Sequence[Reading]) -> dict[str, Counter[str]]:
    """For each field: `right`, `wrong` (another value, or one that should be unknown), `missed`."""
    from bot.diagnostic.urgency import urgency

    profile = profile_of(readings)
    profile["urgency"] = urgency(profile, None, case.now)
    out: dict[str, Counter[str]] = {}
    for name, wanted in case.expect.items():
        got = profile.get(name)
        if wanted is None:
            # A place to ask back: no value, and the candidates said.
            result = "right" if got is None else "wrong"
        elif isinstance(wanted, list):
            if got is None:
                result = "right" if not wanted and _denied(readings, name) else "missed"
            else:
                result = "right" if set(got) == set(map(str, wanted)) else "wrong"
        else:
            result = "missed" if got is None else "right" if str(got) == str(wanted) else "wrong"
        out[name] = Counter([result])
    for name in case.absent:
        if name != "danger" and profile.get(name) is not None:
            out.setdefault(name, Counter()).update(["wrong"])
    return out


def _denied(readings: Sequence[Reading], name: str) -> bool:
    return any(f.field == name and f.operation == "clear" for r in readings for f in r.facts)
