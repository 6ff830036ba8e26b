"""Trains the model from `config.yml`, `domain.yml` and `data/{nlu,rules}`."""

from __future__ import annotations

import argparse
import os
import warnings

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("SQLALCHEMY_SILENCE_UBER_WARNING", "1")
os.environ.setdefault("RASA_TELEMETRY_ENABLED", "false")


def main() -> None:
    """Train and leave `<out>/<name>.tar.gz`; exit code 1 when Rasa could not."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--config", default="config.yml")
    parser.add_argument("--out", default="models")
    parser.add_argument("--name", required=True)
    options = parser.parse_args()
    # Rasa's old dependencies warn by the dozen at every start, and some of them reset the filters.
    warnings.showwarning = lambda *_args, **_more: None
    from engine import no_tensorflow

    no_tensorflow.apply()
    import rasa

    result = rasa.train(
        domain="domain.yml",
        config=options.config,
        training_files=["data/nlu", "data/rules"],
        output=options.out,
        force_training=True,
        fixed_model_name=options.name,
    )
    raise SystemExit(0 if result.model else 1)


if __name__ == "__main__":
    main()
