"""The fallback threshold's curve: 5-fold cross-validation of the intent classifier on `data/nlu`.

The same features and classifier as `config.yml`, without Rasa around them. For each threshold: how many
wrong answers it lets through, how many right ones it sends to the fallback. Last line: one JSON object.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

import numpy
import yaml
from sklearn.feature_extraction.text import CountVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import StratifiedKFold

ROOT = Path(__file__).resolve().parents[1]
THRESHOLDS = (0.15, 0.2, 0.25, 0.3, 0.35, 0.4, 0.45, 0.5, 0.6)


def examples() -> tuple[list[str], list[str], list[str]]:
    """(texts, intents, languages) of every example."""
    texts, intents, languages = [], [], []
    for path in sorted((ROOT / "data" / "nlu").glob("*/*.yml")):
        for entry in yaml.safe_load(path.read_text(encoding="utf-8"))["nlu"]:
            for line in entry["examples"].splitlines():
                if line.startswith("- "):
                    texts.append(line[2:].strip())
                    intents.append(entry["intent"])
                    languages.append(path.parent.name)
    return texts, intents, languages


def main() -> None:
    """Print the curve."""
    config = yaml.safe_load((ROOT / "config.yml").read_text(encoding="utf-8"))
    features = next(step for step in config["pipeline"] if step["name"] == "CountVectorsFeaturizer")
    classifier = next(step for step in config["pipeline"] if step["name"] == "LogisticRegressionClassifier")
    texts, intents, languages = examples()
    labels = numpy.array(intents)
    confidence = numpy.zeros(len(texts))
    predicted = numpy.empty(len(texts), dtype=object)
    for train, test in StratifiedKFold(5, shuffle=True, random_state=7).split(texts, labels):
        vectorizer = CountVectorizer(
            analyzer=features["analyzer"],
            ngram_range=(features["min_ngram"], features["max_ngram"]),
            strip_accents=features["strip_accents"],
            max_features=features["max_features"],
        )
        seen = vectorizer.fit_transform([texts[index] for index in train])
        model = LogisticRegression(
            solver=classifier["solver"],
            max_iter=classifier["max_iter"],
            tol=classifier["tol"],
            C=classifier.get("C", 1.0),
            class_weight="balanced",
        ).fit(seen, labels[train])
        scores = model.predict_proba(vectorizer.transform([texts[index] for index in test]))
        confidence[test] = scores.max(axis=1)
        predicted[test] = model.classes_[scores.argmax(axis=1)]
        print(".", end="", file=sys.stderr, flush=True)
    right = predicted == labels
    curve = [
        {
            "threshold": threshold,
            "right_kept": round(float((right & (confidence >= threshold)).sum() / right.sum()), 3),
            "wrong_kept": round(float((~right & (confidence >= threshold)).sum() / (~right).sum()), 3),
            "accuracy_of_kept": round(float(right[confidence >= threshold].mean()), 3),
        }
        for threshold in THRESHOLDS
    ]
    by_language = {
        language: round(float(right[numpy.array(languages) == language].mean()), 3)
        for language in sorted(set(languages))
    }
    by_intent = {name: round(float(right[labels == name].mean()), 3) for name in sorted(set(intents))}
    figures = {
        "examples": len(texts),
        "accuracy": round(float(right.mean()), 3),
        "curve": curve,
        "recall_by_intent": by_intent,
        "accuracy_by_language": by_language,
    }
    print(json.dumps(figures))


if __name__ == "__main__":
    main()
