"""The trained model: built when its inputs changed, never otherwise."""

from __future__ import annotations

import hashlib
import os
import shutil
from pathlib import Path

from bot.running.steps import StepFailed, run
from bot.settings import ROOT

INPUTS = ("config.yml", "domain.yml", "data/nlu", "data/rules", "engine/uv.lock")
# Older models kept beside the current one, for a way back.
KEPT = 1


def fingerprint(root: Path = ROOT) -> str:
    """A hash of everything the model is made from: names and contents, in a fixed order."""
    digest = hashlib.sha256()
    for name in INPUTS:
        path = root / name
        files = [path] if path.is_file() else sorted(path.rglob("*.yml"))
        for file in files:
            digest.update(file.relative_to(root).as_posix().encode())
            digest.update(file.read_bytes())
    return digest.hexdigest()[:12]


def path(root: Path = ROOT) -> Path:
    """Where the model for today's inputs is, or will be."""
    return root / "models" / f"relais-{fingerprint(root)}.tar.gz"


def engine_python(root: Path = ROOT) -> Path:
    """The engine's own interpreter. Raises `StepFailed` when its environment is not there."""
    python = root / "engine" / ".venv" / "bin" / "python"
    if not python.exists():
        raise StepFailed(
            f"The engine's environment is missing ({python.parent.parent}).\n→ Run `make setup`."
        )
    return python


def engine_environment(root: Path = ROOT) -> dict[str, str]:
    """The process environment of the engine: our code importable, telemetry off, bytecode kept."""
    environment = {key: value for key, value in os.environ.items() if key != "PYTHONDONTWRITEBYTECODE"}
    environment.update(
        PYTHONPATH=str(root),
        RASA_TELEMETRY_ENABLED="false",
        TF_CPP_MIN_LOG_LEVEL="3",
        SQLALCHEMY_SILENCE_UBER_WARNING="1",
        PYTHONWARNINGS="ignore",
    )
    return environment


def ensure(root: Path = ROOT) -> Path:
    """The model's path, trained now when it is not there yet (about half a minute)."""
    wanted = path(root)
    if wanted.exists():
        return wanted
    name = wanted.name.removesuffix(".tar.gz")
    run(
        "Training the language model (its inputs changed)",
        [str(engine_python(root)), "-m", "engine.train", "--out", "models", "--name", f"new-{name}"],
        advice="Look at the last lines: usually a mistake in data/nlu, data/rules, domain.yml or config.yml.",
        cwd=root,
        env={
            **engine_environment(root),
            "RELAIS_ACTIONS_URL": "http://127.0.0.1/",
            "RELAIS_TRACKER_URL": "sqlite://",
        },
    )
    # Renamed at the end: a training that was cut off never looks like a model.
    shutil.move(root / "models" / f"new-{name}.tar.gz", wanted)
    older = sorted((root / "models").glob("relais-*.tar.gz"), key=lambda file: file.stat().st_mtime)
    for old in [file for file in older if file != wanted][:-KEPT]:
        old.unlink(missing_ok=True)
    return wanted
