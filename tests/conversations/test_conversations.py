"""Whole dialogues through the real pipeline; what is expected stands in the YAML files beside this one."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from bot.replay.play import FrozenClock, play
from bot.replay.script import Script
from bot.replay.stage import Stage
from bot.yaml_text import yaml_loads

HERE = Path(__file__).parent


def cases() -> list[Any]:
    found = []
    for path in sorted(HERE.glob("*.yml")):
        for entry in yaml_loads(path.read_text(encoding="utf-8")):
            found.append(pytest.param(entry, id=f"{path.stem}:{entry['id']}"))
    return found


def spelled_out(message: Any) -> Any:
    return (
        message["repeat"] * message["times"]
        if isinstance(message, Mapping) and "repeat" in message
        else message
    )


def test_there_are_enough_dialogues() -> None:
    assert len(cases()) >= 25


@pytest.mark.engine
@pytest.mark.parametrize("case", cases())
def test_dialogue(case: dict[str, Any], played: Stage, clock: FrozenClock) -> None:
    script = Script(
        id=case["id"],
        channel=case.get("channel", "web"),
        language=case.get("language"),
        now=case["now"],
        messages=[spelled_out(message) for message in case["messages"]],
    )
    line = play(played, clock, script)
    assert line["errors"] == []
    expected = case.get("turns") or []
    assert len(line["turns"]) >= len(expected)
    for number, turn in enumerate(line["turns"]):
        wanted = expected[number] if number < len(expected) else {}
        keys = [item["key"] for item in turn["out"]]
        said = f"message {number + 1} ({turn['in']!r}) was answered {keys}"
        if wanted.get("silent"):
            assert keys == [], said
            continue
        assert keys, said
        assert all(item["text"].strip() for item in turn["out"]), said
        assert set(wanted.get("keys", [])) <= set(keys), said
        assert not set(wanted.get("not_keys", [])) & set(keys), said
        if "asks" in wanted:
            assert turn["asks"] == wanted["asks"], said
    profile = line["profile"]
    assert {name: profile.get(name) for name in case.get("profile", {})} == case.get("profile", {})
    assert [name for name in case.get("unknown", []) if profile.get(name) is not None] == []
    if "handover" in case:
        assert (line["handover"] or {}).get("state") == case["handover"]
    if "stopped" in case:
        assert line["stopped"] is case["stopped"]
