"""The labelled set: how many decisions are right, and none of the wrong kind on the part used to develop."""

from __future__ import annotations

import json
from pathlib import Path

from bot.settings import ROOT
from bot.tamis.labelled import Score, load, people, score, together
from bot.tamis.reader import Reader

FOLDER = Path(__file__).parent / "labelled"
RECORDS = {
    record["id"].removeprefix("relais--"): record
    for record in json.loads(
        (ROOT / "data" / "directory" / "regional_services.json").read_text(encoding="utf-8")
    )
}
CASES = load(FOLDER, RECORDS)
PEOPLE = people(FOLDER / "people.yml")


def test_the_set_is_large_enough() -> None:
    held = [case for case in CASES if case.held]
    assert len(CASES) >= 300
    assert sum(len(case.decisions) for case in CASES) >= 600
    assert held and len(held) < len(CASES)


def test_every_record_of_our_own_directory_is_decided() -> None:
    decided = [case.name for case in CASES if case.name.startswith("directory-")]
    assert sorted(decided) == sorted(f"directory-{name}" for name in RECORDS)


def test_development_part(reader: Reader) -> None:
    result = score([case for case in CASES if not case.held], PEOPLE, reader)
    shown = "\n".join(result.wrong)
    assert result.wrongly_blocked == 0, shown
    # The ear weighs words and does not look texts up: two texts in a thousand that the rules alone left to a human.
    assert result.wrongly_open / result.decisions <= 0.002, shown
    assert result.right / result.decisions >= 0.99, shown
    assert result.levels_right == result.levels, shown


def test_held_part_is_only_reported(reader: Reader) -> None:
    report = score([case for case in CASES if case.held], PEOPLE, reader).as_dict()
    assert set(report) >= {"right", "wrongly_open", "wrongly_blocked", "kinds"}
    assert report["decisions"] > 0


def test_people_add_up() -> None:
    assert together(PEOPLE, "a40+rsa+qpv") == {"age": 40, "statuses": ["rsa", "qpv"]}


def test_a_score_counts_what_is_wrong() -> None:
    empty = Score().as_dict()
    assert empty["right"] == 0
    assert empty["kinds"] == {}
