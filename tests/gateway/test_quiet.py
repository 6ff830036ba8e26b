from __future__ import annotations

from datetime import datetime

import pytest

from bot.gateway.quiet import LOCAL, allowed

CASES = [
    ("working hours", "2026-11-23T10:00", "2026-11-23T10:00"),
    ("early", "2026-11-23T06:30", "2026-11-23T08:00"),
    ("late", "2026-11-23T20:00", "2026-11-24T08:00"),
    ("saturday evening", "2026-11-21T21:00", "2026-11-23T08:00"),
    ("sunday", "2026-11-22T12:00", "2026-11-23T08:00"),
    ("christmas eve, then a friday holiday", "2026-12-24T22:00", "2026-12-26T08:00"),
    ("new year across the year", "2026-12-31T23:00", "2027-01-02T08:00"),
]


@pytest.mark.parametrize(("label", "moment", "leaves"), CASES, ids=[row[0] for row in CASES])
def test_unasked_messages_wait(label: str, moment: str, leaves: str) -> None:
    at = datetime.fromisoformat(moment).replace(tzinfo=LOCAL)
    assert allowed(at) == datetime.fromisoformat(leaves).replace(tzinfo=LOCAL)
