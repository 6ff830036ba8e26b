"""The peer of the measure: a plain Rasa pipeline, trained and asked in the engine's interpreter.

Run as a program by `bot.understanding.plain`: reads a job (JSON: `nlu`, `epochs`, `texts`), writes for each text the
entities found (`entity`, `role`, `value`, `text`). Nothing of ours is in the pipeline: it is Rasa 3.6's default one.
"""

from __future__ import annotations

import asyncio
import json
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

# `rasa init` writes this pipeline; the component that answers FAQs has nothing to learn here and is left out.
PIPELINE: list[dict[str, Any]] = [
    {"name": "WhitespaceTokenizer"},
    {"name": "RegexFeaturizer"},
    {"name": "LexicalSyntacticFeaturizer"},
    {"name": "CountVectorsFeaturizer"},
    {"name": "CountVectorsFeaturizer", "analyzer": "char_wb", "min_ngram": 1, "max_ngram": 4},
    # A code is a role; with the default BILOU tags ninety of them are 360, whose transitions alone took 12 GB and half
    # an hour for ten epochs over 1,000 messages (28 November 2026).
    {"name": "DIETClassifier", "constrain_similarities": True, "random_seed": 7, "BILOU_flag": False},
    {"name": "EntitySynonymMapper"},
    {"name": "FallbackClassifier", "threshold": 0.3, "ambiguity_threshold": 0.1},
]


def main(job: Path, out: Path) -> None:
    """Trains on a job's NLU data, parses its texts, writes what was found and what it cost in seconds."""
    from rasa.core.agent import Agent  # type: ignore[import-not-found]  # the engine alone holds it
    from rasa.model_training import train_nlu  # type: ignore[import-not-found]

    wanted = json.loads(job.read_text(encoding="utf-8"))
    pipeline = [
        {**step, "epochs": wanted["epochs"]} if step["name"] == "DIETClassifier" else step
        for step in PIPELINE
    ]
    with tempfile.TemporaryDirectory() as folder:
        room = Path(folder)
        config = {"recipe": "default.v1", "language": "xx", "assistant_id": "plain", "pipeline": pipeline}
        (room / "config.yml").write_text(json.dumps(config), encoding="utf-8")
        (room / "nlu.yml").write_text(wanted["nlu"], encoding="utf-8")
        began = time.monotonic()
        model = train_nlu(
            str(room / "config.yml"), str(room / "nlu.yml"), str(room / "models"), fixed_model_name="plain"
        )
        trained = time.monotonic() - began
        began = time.monotonic()
        found = asyncio.run(_parsed(Agent.load(model), wanted["texts"]))
        parsed = time.monotonic() - began
    report = {"entities": found, "train_s": round(trained, 1), "parse_s": round(parsed, 1)}
    out.write_text(json.dumps(report, ensure_ascii=False), encoding="utf-8")


async def _parsed(agent: Any, texts: list[str]) -> list[list[dict[str, Any]]]:
    found = []
    for text in texts:
        entities = (await agent.parse_message(text)).get("entities", [])
        found.append(
            [
                {
                    "entity": entity["entity"],
                    "role": entity.get("role"),
                    "value": str(entity["value"]),
                    "text": text[entity["start"] : entity["end"]],
                }
                for entity in entities
            ]
        )
    return found


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
