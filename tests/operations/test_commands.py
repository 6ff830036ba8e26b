"""The commands of operations are commands of `relais`."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from bot.settings import ROOT


def relais(*words: str, **environment: str) -> str:
    done = subprocess.run(
        [sys.executable, "-m", "bot.cli", *words],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
        env={**os.environ, **environment},
    )
    return done.stdout


@pytest.mark.parametrize(
    "name", ["doctor", "backup", "migrate", "restore", "retention", "rotate-keys", "my-data", "erase"]
)
def test_each_explains_itself(name: str) -> None:
    assert name in relais(name, "--help")


def test_the_bill_of_materials_is_printed() -> None:
    assert json.loads(relais("sbom"))["bomFormat"] == "CycloneDX"


def test_the_database_goes_back_to_an_older_form_and_forth(tmp_path: Path) -> None:
    environment = {"RELAIS_VAR": str(tmp_path), "RELAIS_DATABASE_URL": f"sqlite:///{tmp_path}/relais.db"}
    first = relais("migrate", **environment)
    assert first.startswith("empty → ")
    newest = first.split()[-1]
    assert relais("migrate", "--to", "h006", **environment) == f"{newest} → h006\n"
    assert relais("migrate", **environment) == f"h006 → {newest}\n"
    with pytest.raises(subprocess.CalledProcessError) as unknown:
        relais("migrate", "--to", "z999", **environment)
    assert "There is no form called z999" in unknown.value.stderr


def test_the_command_line_stays_quick_to_start() -> None:
    code = "import sys, bot.cli; print([name for name in ('sqlalchemy', 'spacy', 'fastapi') if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
