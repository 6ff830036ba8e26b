"""Measures the same cases through a plain Rasa pipeline, trained on our examples with entities annotated."""

from __future__ import annotations

import hashlib
import json
import subprocess
import tempfile
from collections.abc import Mapping, Sequence
from datetime import date, time
from pathlib import Path
from typing import Any, TypeVar

import yaml

from bot.profile.codes import codes, fields, is_list
from bot.understanding.cases import Case
from bot.understanding.facts import Fact, Reading
from bot.understanding.reader import Understanding
from bot.yaml_text import yaml_loads

ROOT = Path(__file__).resolve().parents[2]
PROGRAM = Path(__file__).with_name("plain_rasa.py")
EPOCHS = 100  # what `rasa init` writes
# One round over one in a hundred of the intents' examples: that the way goes through, no figure of the peer's.
QUICK_EPOCHS, QUICK_EVERY = 1, 100
# What the peer learns from and is asked, at most, drawn evenly from all there is. Its classifier holds the transitions
# between all tags for each word of a batch's longest message: 1,000 messages of any length took 12 GB and more than
# half an hour for ten rounds, and each new length of a message asked half a second and more (28 November 2026).
TAUGHT, ASKED = 600, 600
QUICK_TAUGHT, QUICK_ASKED = 40, 12
LONGEST = 25  # words of what it is taught
PLACES = frozenset({"origin", "destination"})

# A message, the fields that its case expects, and what our reader makes of it.
Taught = tuple[str, Mapping[str, Any], Reading]
Item = TypeVar("Item")


def readings(
    understanding: Understanding,
    taught: Sequence[Taught],
    asked: Sequence[str],
    quick: bool,
) -> tuple[list[Reading], dict[str, float]]:
    """What plain Rasa reads in each text of `asked`, and what training and reading cost in seconds.

    `taught` are the messages it may learn from; our reading tells where in them the expected facts stand.
    The answer is kept under var/ by a hash of everything that decides it. Raises `CalledProcessError` when the
    engine fails.
    """
    # The measure runs in the application only: settings and the engine's place are not the reader's business.
    from bot.running.model import engine_environment, engine_python
    from bot.settings import Settings

    job = {
        "nlu": nlu(taught, every=QUICK_EVERY if quick else 1),
        "epochs": QUICK_EPOCHS if quick else EPOCHS,
        "texts": list(asked),
    }
    content = json.dumps(job, ensure_ascii=False).encode() + PROGRAM.read_bytes()
    folder = Settings().var / "bench"
    kept = folder / f"plain-rasa-{hashlib.sha256(content).hexdigest()[:16]}.json"
    if not kept.exists():
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory() as room:
            paper, answer = Path(room) / "job.json", Path(room) / "answer.json"
            paper.write_text(json.dumps(job, ensure_ascii=False), encoding="utf-8")
            command = [str(engine_python()), str(PROGRAM), str(paper), str(answer)]
            subprocess.run(command, check=True, cwd=room, env=engine_environment(), capture_output=True)
            kept.write_bytes(answer.read_bytes())
    report = json.loads(kept.read_text(encoding="utf-8"))
    read_by_rasa = [Reading(facts=_facts(found, understanding)) for found in report["entities"]]
    return read_by_rasa, {"train_s": report["train_s"], "parse_s": report["parse_s"]}


def drawn(items: Sequence[Item], most: int) -> list[Item]:
    """At most so many of these, evenly."""
    return [items[rank * len(items) // most] for rank in range(most)] if len(items) > most else list(items)


def teachable(cases: Sequence[Case], quick: bool) -> list[Case]:
    """Which of these cases the peer learns from."""
    short = [case for case in cases if all(len(text.split()) <= LONGEST for text in case.texts)]
    return drawn(short, QUICK_TAUGHT if quick else TAUGHT)


def nlu(taught: Sequence[Taught], *, every: int = 1) -> str:
    """Rasa's training data: our intents' examples, and the cases annotated with the facts they expect.

    `every`: one example of an intent in so many.
    Codes are roles, so that the classifier can tell them apart in words it has not met; dates, times and numbers
    are values, which Rasa knows again only in the same words.
    """
    parts = [
        yaml_loads(path.read_text(encoding="utf-8"))
        for path in sorted((ROOT / "data" / "nlu").glob("*/*.yml"))
    ]
    listed = [
        {
            "intent": intent["intent"],
            "examples": "".join(intent["examples"].splitlines(keepends=True)[::every]),
        }
        for part in parts
        for intent in (part or {}).get("nlu", ())
        if "intent" in intent and "examples" in intent
    ]
    marked = [_annotated(*message) for message in taught]
    lines = "".join(f"- {line}\n" for line in dict.fromkeys(marked) if line)
    listed.append({"intent": "inform", "examples": lines})
    return str(yaml.safe_dump({"version": "3.1", "nlu": listed}, allow_unicode=True, sort_keys=False))


def _annotated(text: str, wanted: Mapping[str, Any], reading: Reading) -> str:
    """A message in Rasa's markup: the facts that are expected of it, where our reader finds their words."""
    if any(mark in text for mark in "[](){}\n"):
        return ""
    out, at = "", 0
    for fact in sorted(reading.facts, key=lambda f: (f.start, f.start - f.end)):
        expected = wanted.get(fact.field)
        right = fact.value in expected if isinstance(expected, list) else fact.value == expected
        if fact.value is None or not right or fact.operation == "remove" or fact.start < at:
            continue
        mark: dict[str, str] = {"entity": fact.field}
        if codes(fact.field):
            mark["role"] = str(fact.value)
        elif fact.field not in PLACES:
            mark["value"] = str(fact.value)
        out += f"{text[at : fact.start]}[{text[fact.start : fact.end]}]{json.dumps(mark, ensure_ascii=False)}"
        at = fact.end
    return out + text[at:]


def _facts(found: Sequence[Mapping[str, Any]], understanding: Understanding) -> tuple[Fact, ...]:
    """Rasa's entities as facts. Places are looked up in our gazetteer, which is generous: Rasa has none."""
    facts = []
    for entity in found:
        field = str(entity["entity"])
        if field not in fields():
            continue
        value: Any = entity["role"] or entity["value"]
        if field in PLACES:
            value = _place(str(entity["text"]), understanding)
        elif field in ("age", "household_quotient", "weekly_budget"):
            digits = "".join(filter(str.isdigit, str(value)))
            value = int(digits[:6]) if digits else None
        if value is not None and _possible(field, value):
            words = str(entity["text"])
            facts.append(Fact(field, value, words, 0, len(words), "add" if is_list(field) else "set"))
    return tuple(facts)


def _possible(field: str, value: Any) -> bool:
    """Whether a value can be one of this field: « diciembre » is no day."""
    if codes(field):
        return value in codes(field)
    read = {"deadline": date.fromisoformat, "arrival": time.fromisoformat}.get(field)
    try:
        return read is None or read(str(value)) is not None
    except ValueError:
        return False


def _place(words: str, understanding: Understanding) -> str | None:
    """The commune that the last words of an entity name: « j'habite Angers » → Angers."""
    parts = words.split()
    for first in range(len(parts)):
        answer = understanding.gazetteer.resolve(" ".join(parts[first:]))
        if answer.code is not None:
            return answer.code
    return None
