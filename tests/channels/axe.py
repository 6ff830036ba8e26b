"""axe-core, fetched once from the registry and kept outside the repository."""

from __future__ import annotations

import os
import shutil
import subprocess
import tarfile
import tempfile
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page

VERSION = "4.11.3"
# What WCAG 2.2 A and AA ask for, and axe's own good habits.
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


def source() -> str:
    """Its script; the test is skipped where it can be had neither from the cache nor from the registry."""
    home = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "relais"
    kept = home / f"axe-core-{VERSION}.min.js"
    if not kept.exists():
        if shutil.which("npm") is None:
            pytest.skip("axe-core is not in the cache and npm is not installed: apt-get install npm")
        home.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=home) as folder:
            packed = subprocess.run(
                ["npm", "pack", f"axe-core@{VERSION}", "--pack-destination", folder],
                capture_output=True,
                timeout=60,
                cwd=folder,
            )
            if packed.returncode:
                pytest.skip("axe-core is not in the cache and the npm registry cannot be reached")
            with tarfile.open(Path(folder) / f"axe-core-{VERSION}.tgz") as archive:
                file = archive.extractfile("package/axe.min.js")
                assert file is not None
                fresh = Path(folder) / "axe.min.js"
                fresh.write_bytes(file.read())
            fresh.replace(kept)
    return kept.read_text(encoding="utf-8")


def violations(page: Page) -> list[tuple[str, list[Any]]]:
    """The rules broken on the page as it stands, with the elements that break them."""
    page.evaluate(source())
    found = page.evaluate(
        "tags => axe.run(document, {runOnly: {type: 'tag', values: tags}, resultTypes: ['violations']})", TAGS
    )
    return [(rule["id"], [node["target"] for node in rule["nodes"]]) for rule in found["violations"]]
