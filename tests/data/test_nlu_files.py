"""The examples of what a person may want: complete, clean, and never the same words in two intents."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from pathlib import Path
from typing import Any

import pytest

from bot.yaml_text import yaml_loads

FOLDER = Path(__file__).parents[2] / "data" / "nlu"
LANGUAGES = ("fr", "en", "ar", "fa", "ps", "uk", "ru", "ti", "es", "pt", "tr", "ro")
INTENTS = frozenset(
    [
        "inform",
        "greet",
        "affirm",
        "deny",
        "dont_know",
        "prefer_not",
        "thanks",
        "goodbye",
        "stop",
        "start_over",
        "erase",
        "my_data",
        "human",
        "why",
        "step_back",
        "repeat",
        "simpler",
        "change_language",
        "who_are_you",
        "more_offers",
        "why_not",
        "compare",
        "complaint",
        "out_of_scope",
    ]
)
LEAST = {"fr": {"inform": 160, "": 35}}
LEAST_ELSEWHERE = {"inform": 60, "out_of_scope": 20, "": 14}


def read(language: str) -> dict[str, list[str]]:
    """Intent → its examples, as the file spells them."""
    loaded: dict[str, Any] = yaml_loads((FOLDER / language / "intents.yml").read_text(encoding="utf-8"))
    assert loaded["version"] == "3.1"
    return {
        block["intent"]: [line.removeprefix("- ").strip() for line in block["examples"].splitlines()]
        for block in loaded["nlu"]
    }


def bare(example: str) -> str:
    """The words alone, as a classifier without punctuation sees them."""
    return re.sub(r"[^\w]+", " ", example.casefold()).strip() or example


def test_every_language_has_its_file() -> None:
    assert {path.parent.name for path in FOLDER.glob("*/intents.yml")} == set(LANGUAGES)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_intent_has_enough_examples(language: str) -> None:
    least = LEAST.get(language, LEAST_ELSEWHERE)
    found = read(language)
    assert set(found) == INTENTS
    short = {intent: len(ex) for intent, ex in found.items() if len(ex) < least.get(intent, least[""])}
    assert not short


@pytest.mark.parametrize("language", LANGUAGES)
def test_each_intent_is_one_block(language: str) -> None:
    text = (FOLDER / language / "intents.yml").read_text(encoding="utf-8")
    blocks = Counter(re.findall(r"^- intent: (\w+)$", text, flags=re.MULTILINE))
    assert set(blocks.values()) == {1}


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_entity_is_annotated_and_no_line_is_empty(language: str) -> None:
    examples = [example for block in read(language).values() for example in block]
    assert all(examples)
    # `[words](name)` is how Rasa marks an entity; a leading slash would be read as an order
    assert not [ex for ex in examples if re.search(r"\[[^\]]*\][({]", ex) or ex.startswith("/")]


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_example_is_repeated_within_an_intent(language: str) -> None:
    repeated = {
        intent: [ex for ex, times in Counter(map(str.casefold, examples)).items() if times > 1]
        for intent, examples in read(language).items()
    }
    assert not {intent: found for intent, found in repeated.items() if found}


def test_no_wording_stands_in_two_intents_in_any_language() -> None:
    intents_of: dict[str, set[str]] = defaultdict(set)
    for language in LANGUAGES:
        for intent, examples in read(language).items():
            for example in examples:
                intents_of[bare(example)].add(intent)
    assert not {wording: intents for wording, intents in intents_of.items() if len(intents) > 1}


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_header_says_who_when_and_whether_it_was_read(language: str) -> None:
    text = (FOLDER / language / "intents.yml").read_text(encoding="utf-8")
    header = " ".join(line for line in text.splitlines() if line.startswith("#"))
    assert "Relais team" in header
    assert re.search(r"20\d\d-\d\d-\d\d", header)
    if language != "fr":
        assert re.search(r"not yet read by a native speaker|read by a native speaker:", header, re.IGNORECASE)
