"""The bill of materials: every package of both lock files, in CycloneDX 1.5."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import tomllib

from bot.settings import ROOT

LOCKS = {"application": ROOT / "uv.lock", "engine": ROOT / "engine" / "uv.lock"}


@dataclass(frozen=True)
class Package:
    """One locked package. `hashes` are SHA-256 of its files."""

    part: str
    name: str
    version: str
    hashes: tuple[str, ...]


def packages(locks: dict[str, Path] | None = None) -> list[Package]:
    """Every package from a registry, by part and name. Raises `FileNotFoundError` without a lock file."""
    return [one for part, lock in (locks or LOCKS).items() for one in _locked(part, lock)]


def _locked(part: str, lock: Path) -> Iterator[Package]:
    for one in tomllib.loads(lock.read_text(encoding="utf-8"))["package"]:
        if "registry" not in one.get("source", {}):
            continue  # our own
        files = [*one.get("wheels", ()), *([one["sdist"]] if "sdist" in one else [])]
        if not files:
            continue  # for no system of ours: nothing of it is ever installed
        hashes = {file["hash"].removeprefix("sha256:") for file in files if "hash" in file}
        yield Package(part, one["name"], one["version"], tuple(sorted(hashes)))


def bill(locks: dict[str, Path] | None = None) -> dict[str, Any]:
    """The CycloneDX document; the same lock files give the same document."""
    return {
        "bomFormat": "CycloneDX",
        "specVersion": "1.5",
        "version": 1,
        "metadata": {"component": {"type": "application", "name": "relais", "bom-ref": "relais"}},
        "components": [
            {
                "type": "library",
                "bom-ref": f"{one.part}/{one.name}@{one.version}",
                "name": one.name,
                "version": one.version,
                "purl": f"pkg:pypi/{one.name}@{one.version}",
                "hashes": [{"alg": "SHA-256", "content": value} for value in one.hashes],
                "properties": [{"name": "relais:part", "value": one.part}],
            }
            for one in packages(locks)
        ],
    }
