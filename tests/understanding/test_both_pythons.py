"""The engine's Python and the application's read judged messages (a third of them), dangers and lures alike."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from bot.running.model import engine_python

ROOT = Path(__file__).resolve().parents[2]
READ = """
import json, sys
from pathlib import Path
from zlib import crc32
import yaml
from bot.yaml_text import yaml_loads
from bot.understanding.cases import load_cases
from bot.understanding.reader import Understanding

folder = Path("tests/understanding")
understanding = Understanding.load(Path("data"))
out = {}
for case in load_cases(sorted((folder / "cases").glob("*.yml"))):
    if crc32(case.id.encode()) % 3:
        continue
    for text in case.texts:
        read = understanding.read(text, now=case.now, language=case.language, asked=case.asked)
        out[case.id] = [read.danger, read.signal, read.about_other, [fact.as_dict() for fact in read.facts]]
for path in sorted((folder / "alarms").glob("*.yml")):
    for parts in yaml_loads(path.read_text(encoding="utf-8")).values():
        for texts in parts.values():
            out.update((text, understanding.danger(text)) for text in texts)
json.dump(out, sys.stdout)
"""


def _reading(python: Path) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [str(python), "-c", READ], cwd=ROOT, stdout=subprocess.PIPE, text=True, encoding="utf-8"
    )


def _read(reading: subprocess.Popen[str]) -> dict[str, object]:
    told, _ = reading.communicate()
    assert reading.returncode == 0
    read: dict[str, object] = json.loads(told)
    return read


def test_both_pythons_read_alike() -> None:
    engine = engine_python()
    if not engine.exists():
        pytest.skip("the engine's environment is not there")
    both = [_reading(Path(sys.executable)), _reading(engine)]  # side by side: each takes a minute
    ours, theirs = map(_read, both)
    assert len(ours) > 900
    assert {key: (ours[key], theirs.get(key)) for key in ours if ours[key] != theirs.get(key)} == {}
