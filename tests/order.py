"""The longest files first, so that no worker ends the run alone with a long one.

pytest-xdist hands out the files with the most tests first, and those that start browsers, phones and engines have
few: on 27 November 2026 the last 15 % of the tests took 18 of 28 minutes, on one worker. `tests/durations.json` holds
the seconds of each file; `make durations` measures them anew.
"""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

import pytest

MEASURED = Path(__file__).with_name("durations.json")
# A file nobody measured yet goes first: it may be long.
UNMEASURED = 1_000_000.0


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--measure", action="store_true", help="write the seconds of each file to durations.json"
    )


def pytest_configure(config: pytest.Config) -> None:
    if config.getoption("--measure") and not hasattr(config, "workerinput"):
        config.pluginmanager.register(Stopwatch(), "stopwatch")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Files by their measured seconds; within a file nothing changes."""
    seconds = json.loads(MEASURED.read_text(encoding="utf-8"))
    items.sort(key=lambda item: -seconds.get(file_of(item.nodeid), UNMEASURED))


def file_of(nodeid: str) -> str:
    return nodeid.partition("::")[0]


class Stopwatch:
    """Adds up the seconds of each file, over all workers."""

    def __init__(self) -> None:
        self._seconds: Counter[str] = Counter()

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        self._seconds[file_of(report.nodeid)] += report.duration  # type: ignore[assignment]

    def pytest_sessionfinish(self) -> None:
        told = {name: round(seconds, 1) for name, seconds in sorted(self._seconds.items())}
        MEASURED.write_text(json.dumps(told, indent=0) + "\n", encoding="utf-8")
