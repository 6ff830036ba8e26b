"""What people want from us, heard by the trained model itself: phrases written without sight of its examples."""

from __future__ import annotations

import json
import subprocess
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from bot.running.model import engine_environment, engine_python, ensure
from bot.yaml_text import yaml_loads

ROOT = Path(__file__).resolve().parents[2]
TABLES = Path(__file__).with_name("intents")
LEAST = {"ps": 0.8, "ti": 0.8}
LEAST_ELSEWHERE = 0.9

# Reads a JSON list of [text, language] on its input, writes the list of intents: nothing was asked, as at first.
HEAR = """
import asyncio, json, sys
from engine import no_tensorflow
no_tensorflow.apply()
from rasa.core.agent import Agent

async def main():
    agent = Agent.load(sys.argv[1])
    heard = []
    for text, language in json.load(sys.stdin):
        message = {"now": "2026-11-26T09:00:00+01:00", "language": language, "state": {}}
        parsed = await agent.processor.parse_message(UserMessage(text, metadata=message))
        heard.append(parsed["intent"]["name"])
    print(json.dumps(heard))

from rasa.core.channels.channel import UserMessage
asyncio.run(main())
"""


def phrases() -> list[tuple[str, str, str]]:
    """Each phrase of the tables: language (`sms` is French), the intent it means, the phrase."""
    first: dict[str, dict[str, list[Any]]] = yaml_loads((TABLES / "first.yml").read_text(encoding="utf-8"))
    facts: dict[str, list[Any]] = yaml_loads((TABLES / "inform.yml").read_text(encoding="utf-8"))
    return [
        (language, intent, str(text))
        for language, intents in [
            *first.items(),
            *((lang, {"inform": texts}) for lang, texts in facts.items()),
        ]
        for intent, texts in intents.items()
        for text in texts
    ]


@pytest.fixture(scope="module")
def heard() -> list[tuple[str, str, str, str]]:
    """Every phrase with the intent the trained model gives it."""
    asked = phrases()
    told = [(text, {"sms": "fr"}.get(language, language)) for language, _, text in asked]
    done = subprocess.run(
        [str(engine_python()), "-W", "ignore", "-c", HEAR, str(ensure())],
        cwd=ROOT,
        env=engine_environment(),
        input=json.dumps(told),
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    intents: list[str] = json.loads(done.stdout.splitlines()[-1])
    return [(*phrase, intent) for phrase, intent in zip(asked, intents, strict=True)]


@pytest.mark.engine
def test_what_people_want_is_heard_in_every_language(heard: list[tuple[str, str, str, str]]) -> None:
    asked, right = Counter[str](), Counter[str]()
    wrong = []
    for language, intent, text, got in heard:
        if intent == "inform":
            continue
        asked[language] += 1
        right[language] += got == intent
        if got != intent:
            wrong.append((language, intent, got, text))
    short = {
        language: right[language] / count
        for language, count in asked.items()
        if right[language] < LEAST.get(language, LEAST_ELSEWHERE) * count
    }
    assert not short, wrong


@pytest.mark.engine
def test_a_fact_is_not_taken_for_a_wish(heard: list[tuple[str, str, str, str]]) -> None:
    asked = Counter(language for language, intent, *_ in heard if intent == "inform")
    wrong = [(language, text, got) for language, intent, text, got in heard if got != intent == "inform"]
    missed = Counter(language for language, *_ in wrong)
    assert not {
        language: missed[language]
        for language, count in asked.items()
        if missed[language] > (1 - LEAST.get(language, LEAST_ELSEWHERE)) * count
    }, wrong
