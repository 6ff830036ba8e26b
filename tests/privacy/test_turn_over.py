from __future__ import annotations

import os
from datetime import UTC, datetime
from pathlib import Path

from bot.privacy.logs import turn_over

NOW = datetime(2026, 11, 23, 3, 0, tzinfo=UTC)


def test_a_log_is_turned_over_under_the_one_who_writes(tmp_path: Path) -> None:
    log = tmp_path / "relais.log"
    (tmp_path / "empty.log").touch()
    with log.open("ab") as writing:
        os.write(writing.fileno(), b"one\n")
        (kept,) = turn_over(tmp_path, NOW)
        os.write(writing.fileno(), b"two\n")
    assert kept.name == "relais.log.20261123"
    assert kept.read_bytes() == b"one\n"
    assert log.read_bytes() == b"two\n"
    assert turn_over(tmp_path, NOW) == [kept]
    assert kept.read_bytes() == b"one\ntwo\n"
