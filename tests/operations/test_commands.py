"""The commands of operations are commands of `relais`."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

from bot.settings import ROOT


def relais(*words: str) -> str:
    done = subprocess.run(
        [sys.executable, "-m", "bot.cli", *words],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    return done.stdout


@pytest.mark.parametrize(
    "name", ["doctor", "backup", "restore", "retention", "rotate-keys", "my-data", "erase"]
)
def test_each_explains_itself(name: str) -> None:
    assert name in relais(name, "--help")


def test_the_bill_of_materials_is_printed() -> None:
    assert json.loads(relais("sbom"))["bomFormat"] == "CycloneDX"


def test_the_command_line_stays_quick_to_start() -> None:
    code = "import sys, bot.cli; print([name for name in ('sqlalchemy', 'spacy', 'fastapi') if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
