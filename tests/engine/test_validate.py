"""Rasa's own check of the project: rules that contradict each other, intents and actions that do not exist."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from bot.running.model import engine_environment, engine_python

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.engine
def test_rasa_data_validate_passes() -> None:
    done = subprocess.run(
        [
            *[str(engine_python()), "-m", "rasa", "data", "validate", "--fail-on-warnings"],
            *["--domain", "domain.yml", "--config", "config.yml", "--data", "data/nlu", "data/rules"],
        ],
        cwd=ROOT,
        env={
            **engine_environment(),
            "RELAIS_ACTIONS_URL": "http://127.0.0.1/",
            "RELAIS_TRACKER_URL": "sqlite://",
        },
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    assert "No story structure conflicts found" in done.stderr + done.stdout
