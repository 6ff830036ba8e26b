"""The measured report on files of our own format and of the replay format."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from bot.cli import app
from bot.running.steps import StepFailed
from bot.understanding import bench, plain
from bot.understanding.cases import BadCases, load_cases
from bot.understanding.facts import Reading
from bot.understanding.reader import Understanding

REPLAYED = """
- id: one
  channel: web
  now: 2026-11-23T09:00:00+01:00
  messages:
    - "entretien demain 9h à Cholet, j'habite Beaupréau, la voiture est morte"
    - {choice: 1}
    - {answer: {age: 24}}
    - "en fait c'est à Ancenis, j'ai 24 ans"
  expect:
    purpose: entretien
    deadline: 2026-11-24
    arrival: "09:00"
    origin: "49023"
    destination: "44003"
    means: [voiture-en-panne]
    age: 24
    urgency: U1
  absent: [licence, danger]
- id: two
  language: fr
  now: 2026-11-23T09:00:00+01:00
  messages: ["je veux parler à quelqu'un, mon mari me tape"]
  expect: {danger: violence, human_requested: true}
- id: three
  messages: ["I have a driving licence and I live in Angers"]
  expect: {language: en, licence: b, origin: "49007"}
- id: four
  language: fr
  channel: sms
  messages: ["jai pa le permi"]
  expect: {licence: b}
  absent: [age]
"""


@pytest.fixture
def without_rasa(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """The peer takes minutes of training; here it reads nothing, and is taught one file of cases."""
    few = tmp_path / "few"
    few.mkdir()
    shutil.copy(bench.CASES / "fr-nineteenth.yml", few)

    def silent(_: Any, taught: Any, asked: Any, quick: bool) -> Any:
        assert all(text and reading.facts is not None for text, _, reading in taught)
        return [Reading() for _ in asked], {"train_s": 0.0, "parse_s": 0.0}

    monkeypatch.setattr(plain, "readings", silent)
    monkeypatch.setattr(bench, "CASES", few)


@pytest.mark.usefixtures("without_rasa")
def test_conversations_of_the_replay_format_are_judged(tmp_path: Path) -> None:
    path = tmp_path / "replayed.yml"
    path.write_text(REPLAYED, encoding="utf-8")
    report = bench.run(cases=[path])
    groups = report["groups"]
    assert report["messages"] == 4
    assert groups["fr"]["f1"] == 1.0
    assert groups["language en"]["exact_rate"] == 1.0
    assert report["f1"] == {"fr": 1.0, "fr-sms": 0.0, "other": 1.0}
    assert report["danger_recall"] == 1.0
    assert report["false_alarm_rate"] == 0.0
    assert report["wrong_fact_rate"] == 0.25
    assert report["language_right"] == 1.0
    assert report["fields"]["fr-sms"]["licence"]["precision"] == 0.0
    assert groups["fr"]["p95_ms"] > 0
    # Beside plain Rasa stand our figures for the very messages it was asked.
    assert report["plain_rasa_messages"] == 4
    assert report["same_messages_f1"] == report["f1"]
    assert report["same_messages_wrong_fact_rate"] == report["wrong_fact_rate"]


def test_what_the_peer_reads_is_a_fact_only_where_it_can_be_one(understanding: Understanding) -> None:
    found = [
        {"entity": "deadline", "role": None, "value": "diciembre", "text": "diciembre"},
        {"entity": "deadline", "role": None, "value": "2026-12-01", "text": "mañana"},
        {"entity": "arrival", "role": None, "value": "a las nueve", "text": "a las nueve"},
        {"entity": "means", "role": "velo", "value": "bici", "text": "bici"},
        {"entity": "means", "role": None, "value": "bici", "text": "bici"},
        {"entity": "intent", "role": None, "value": "x", "text": "x"},
    ]
    assert [(fact.field, fact.value) for fact in plain._facts(found, understanding)] == [
        ("deadline", "2026-12-01"),
        ("means", "velo"),
    ]


@pytest.mark.parametrize(
    ("items", "most", "expected"),
    [([1, 2, 3], 5, [1, 2, 3]), (list(range(10)), 5, [0, 2, 4, 6, 8]), ([], 3, [])],
    ids=["all there is", "evenly", "none"],
)
def test_what_is_drawn(items: list[int], most: int, expected: list[int]) -> None:
    assert plain.drawn(items, most) == expected


def test_the_peer_is_taught_short_messages_and_not_too_many() -> None:
    one = load_cases([bench.CASES / "fr-nineteenth.yml"])[0]
    sizes = [replace(one, texts=[" ".join(["mot"] * size)]) for size in range(1, 100)]
    learnt = plain.teachable(sizes, quick=True)
    assert max(len(text.split()) for case in learnt for text in case.texts) == plain.LONGEST
    many = [replace(one, texts=["mot"])] * 10_000
    assert len(plain.teachable(many, quick=True)) == plain.QUICK_TAUGHT
    assert len(plain.teachable(many, quick=False)) == plain.TAUGHT


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("a: 1", "list of cases"),
        ("- {id: x, expect: {}}", "case x: neither"),
        ("- {id: x, text: bonjour, now: hier}", "case x: `now`"),
        ("- {id: x, text: bonjour, expect: [age]}", "case x: `expect`"),
        ("- {id: x, text: bonjour, absent: age}", "case x: `expect`"),
        ("- {", "not readable"),
    ],
)
def test_a_file_that_cannot_be_used_says_where(tmp_path: Path, content: str, said: str) -> None:
    path = tmp_path / "cases.yml"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(BadCases, match=said):
        load_cases([path])


def test_a_missing_file_is_told_to_people(tmp_path: Path) -> None:
    with pytest.raises(StepFailed, match="No such file"):
        bench.run(cases=[tmp_path / "none.yml"])


def test_the_command_takes_several_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[Path] = []

    def run(quick: bool, cases: Sequence[Path]) -> dict[str, Any]:
        seen.extend(cases)
        return {}

    monkeypatch.setattr(bench, "run", run)
    for words in (["--cases", "a", "b"], ["--cases", "a", "--cases", "b"]):
        seen.clear()
        assert CliRunner().invoke(app, ["bench", "understanding", *words]).exit_code == 0
        assert seen == [Path("a"), Path("b")]
