"""The pipeline's last step: facts of the message as entities, and the intent they settle.

Reads the message's metadata, which only the gateway writes: `now`, `language`, `state` (what was asked, what
yes and no mean there) and `choice` (the payload of a tapped or numbered choice, which needs no reading).
"""

from __future__ import annotations

import gc
import threading
from dataclasses import replace
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.shared.nlu.constants import ENTITIES, INTENT, INTENT_NAME_KEY, PREDICTED_CONFIDENCE_KEY, TEXT
from rasa.shared.nlu.training_data.message import Message

from bot.understanding.facts import Fact
from bot.understanding.reader import Understanding

DATA = Path(__file__).resolve().parents[1] / "data"

# Said along with a fact, these are how people talk, not what they want from us: the message informs.
SOCIAL = frozenset(
    [
        "greet",
        "affirm",
        "deny",
        "thanks",
        "goodbye",
        "complaint",
        "out_of_scope",
        "nlu_fallback",
        "dont_know",
        "prefer_not",
    ]
)
# These give way to a fact unless the classifier is this sure of them.
COMMANDS = frozenset(
    [
        *[
            "stop",
            "start_over",
            "erase",
            "more_offers",
            "step_back",
            "why_not",
            "compare",
            "my_data",
            "repeat",
        ],
        "human",  # said plainly, the gateway hears it first
    ]
)
SURE_OF_COMMAND = 0.85
# A question was put and the answer is so short: an unknown word is a town misspelt, not another subject.
SHORT_ANSWER = 3
TIMES = frozenset(["deadline", "arrival", "hours"])
PLACES = frozenset(["origin", "destination"])
# What the gateway has already recognised, whatever the classifier thinks.
SIGNALLED = {"human": "human", "my-data": "my_data", "start": "greet"}
# Set-up has compiled all of them; where it has not, a twentieth of a core: at a quarter, whoever wrote meanwhile
# waited (p95 of a turn 313 ms instead of 135, 27 November 2026).
REST = 19.0
# Below this the classifier's word weighs less than a fact found in the message.
SURE = 0.6


def _prepare(understanding: Understanding) -> None:
    """Compile what no start before has compiled. What is loaded stays, and the collector need not look through it
    (see `bot.loaded`, which this image does not hold)."""
    understanding.prepare(rest=REST)
    gc.collect()
    gc.freeze()


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.ENTITY_EXTRACTOR, is_trainable=False)
class FactsReader(GraphComponent):
    """Adds one `fact` entity for each fact the message states of the person."""

    _understanding: Understanding | None = None

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        context: ExecutionContext,
    ) -> FactsReader:
        """Build the component; lexicons and places are loaded once a process."""
        if FactsReader._understanding is None:
            FactsReader._understanding = Understanding.load(DATA)
            # Compiled at their first use, a language's patterns would cost its first speaker a fifth of a second
            # (2026-11-26); beside the first start it costs nobody anything, and later ones take them up.
            threading.Thread(
                target=_prepare, args=(FactsReader._understanding,), name="prepare", daemon=True
            ).start()
        return cls()

    def process(self, messages: list[Message]) -> list[Message]:
        """Read each message in place."""
        for message in messages:
            self._read(message)
        return messages

    def _read(self, message: Message) -> None:
        metadata = message.get("metadata") or {}
        state = metadata.get("state") or {}
        choice = metadata.get("choice")
        if isinstance(choice, dict):
            self._settle(message, choice.get("intent", "inform"), choice.get("facts", []))
            return
        if metadata.get("signal") in SIGNALLED:
            self._settle(message, SIGNALLED[metadata["signal"]], [])
            return
        if metadata.get("contact") == "given":
            # The gateway took the number or the address; what is left of the message says nothing else.
            self._settle(message, "inform", [])
            return
        intent = message.get(INTENT) or {}
        name, confidence = intent.get(INTENT_NAME_KEY), intent.get(PREDICTED_CONFIDENCE_KEY) or 0.0
        facts = self._facts(message.get(TEXT) or "", metadata, state)
        if name == "out_of_scope" and state.get("asked") not in TIMES:
            # « Quel temps fait-il demain ? » tells no day of a trip.
            facts = [] if all(fact["field"] in TIMES for fact in facts) else facts
        if (
            name == "out_of_scope"
            and state.get("asked")
            and len((message.get(TEXT) or "").split()) < SHORT_ANSWER
        ):
            name = "nlu_fallback"
            self._settle(message, name, [])
        if (
            name == "change_language"
            and confidence >= SURE
            and len((message.get(TEXT) or "").split()) <= SHORT_ANSWER
        ):
            # « başka dil »: another language, not another purpose.
            facts = [fact for fact in facts if fact["field"] == "language"]
        meant = (state.get("yes_no") or {}).get(name)
        if isinstance(meant, dict) and not facts:
            self._settle(message, meant.get("intent", "inform"), meant.get("facts", []))
        elif facts and (
            self._yields(name, confidence) or self._answers(facts, message.get(TEXT) or "", state)
        ):
            self._settle(message, "inform", facts)
        else:
            self._add(message, facts)

    def _facts(self, text: str, metadata: dict[str, Any], state: dict[str, Any]) -> list[dict[str, Any]]:
        assert FactsReader._understanding is not None
        now = metadata.get("now")
        reading = FactsReader._understanding.read(
            text,
            now=datetime.fromisoformat(now) if now else datetime.now(timezone.utc),
            language=metadata.get("language"),
            asked=state.get("asked"),
            profile=state.get("profile"),
        )
        return [fact.as_dict() for fact in reading.facts or self._lone(text, metadata, state)]

    @staticmethod
    def _lone(text: str, metadata: dict[str, Any], state: dict[str, Any]) -> list[Fact]:
        """A commune or an age said alone when it was not asked for and is not known; to be read back.

        A commune only by its exact name: a misspelt word is no town where none was asked for. An age only once
        the offers are there, which say that they wait for it.
        """
        assert FactsReader._understanding is not None
        asked, profile = state.get("asked"), state.get("profile") or {}
        if asked in (None, "contact", "consent") or len(text.split()) > SHORT_ANSWER:
            return []
        gazetteer = FactsReader._understanding.gazetteer
        if asked not in PLACES and not profile.get("origin") and gazetteer.named(gazetteer.key(text)):
            missing = "origin"
        elif asked == "next" and not profile.get("age"):
            missing = "age"
        else:
            return []
        reading = FactsReader._understanding.read(
            text,
            now=datetime.fromisoformat(metadata["now"]),
            language=metadata.get("language"),
            asked=missing,
            profile=profile,
        )
        return [replace(fact, confirm=True) for fact in reading.facts if fact.field == missing]

    @staticmethod
    def _yields(name: str | None, confidence: float) -> bool:
        """Whether a fact in the message weighs more than what the classifier says."""
        return name in SOCIAL or confidence < (SURE_OF_COMMAND if name in COMMANDS else SURE)

    @staticmethod
    def _answers(facts: list[dict[str, Any]], text: str, state: dict[str, Any]) -> bool:
        """Whether the message is the place that was asked for and nothing else, whatever its name looks like."""
        asked = state.get("asked")
        return asked in PLACES and any(
            fact["field"] == asked and 4 * len(fact.get("evidence", "")) >= 3 * len(text.strip())
            for fact in facts
        )

    @staticmethod
    def _settle(message: Message, intent: str, facts: list[dict[str, Any]]) -> None:
        message.set(INTENT, {INTENT_NAME_KEY: intent, PREDICTED_CONFIDENCE_KEY: 1.0}, add_to_output=True)
        FactsReader._add(message, facts)

    @staticmethod
    def _add(message: Message, facts: list[dict[str, Any]]) -> None:
        entities = [
            {
                "entity": "fact",
                "value": fact,
                "start": fact.get("start", 0),
                "end": fact.get("end", 0),
                "extractor": "FactsReader",
            }
            for fact in facts
        ]
        message.set(ENTITIES, [*(message.get(ENTITIES) or []), *entities], add_to_output=True)
