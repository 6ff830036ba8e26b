"""The dependency audit: every locked package asked of an advisory service; it fails when it cannot ask.

`uv run python -m bot.operations.audit` exits 0 when nothing unknown was found, 1 when something was, 2 when any
package could not be asked about: silence is never taken for health.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import requests

from bot.operations.materials import Package, packages
from bot.settings import ROOT
from bot.yaml_text import yaml_loads

SERVICE = "https://api.osv.dev"
ACCEPTED = ROOT / "data" / "security" / "accepted.yml"
BATCH = 500
TIMEOUT = 30.0


class CannotAudit(Exception):
    """The service did not answer for every package; the message says why."""


@dataclass(frozen=True)
class Finding:
    """One advisory on one package, with the reason it is accepted, if it is."""

    package: Package
    advisory: str
    accepted: str | None = None


def audit(asked: Sequence[Package], accepted: Mapping[str, str], service: str = SERVICE) -> list[Finding]:
    """Every advisory on these packages. Raises `CannotAudit` unless each of them was answered for."""
    if not asked:
        raise CannotAudit("there is nothing in the lock files")
    found: list[Finding] = []
    session = requests.Session()
    for start in range(0, len(asked), BATCH):
        batch = asked[start : start + BATCH]
        for package, result in zip(batch, _ask(session, service, batch), strict=True):
            if result.get("next_page_token"):
                raise CannotAudit(f"the answer about {package.name} was cut")
            found += [
                Finding(package, one["id"], _reason(package, one["id"], accepted))
                for one in result.get("vulns", ())
            ]
    return found


def _ask(session: requests.Session, service: str, batch: Sequence[Package]) -> list[dict[str, Any]]:
    queries = [{"package": {"name": one.name, "ecosystem": "PyPI"}, "version": one.version} for one in batch]
    try:
        answer = session.post(f"{service}/v1/querybatch", json={"queries": queries}, timeout=TIMEOUT)
        answer.raise_for_status()
        results = answer.json()["results"]
    except (requests.RequestException, ValueError, KeyError, TypeError) as error:
        raise CannotAudit(f"{service} did not answer ({type(error).__name__})") from None
    if not isinstance(results, list) or len(results) != len(batch):
        raise CannotAudit("the service did not answer for every package")
    return results


def _reason(package: Package, advisory: str, accepted: Mapping[str, str]) -> str | None:
    """An advisory is accepted by its number, or with its package in one part (`engine/aiohttp`)."""
    return accepted.get(advisory) or accepted.get(f"{package.part}/{package.name}")


def load_accepted(path: Path = ACCEPTED) -> dict[str, str]:
    """Advisory or `part/package` → why it is out of reach."""
    content: dict[str, str] = yaml_loads(path.read_text(encoding="utf-8"))["accepted"]
    return content


def report(found: Iterable[Finding]) -> tuple[str, bool]:
    """The findings in words, and whether all are accepted."""
    lines, well = [], True
    for one in sorted(found, key=lambda one: (one.accepted is not None, one.package.part, one.package.name)):
        well = well and one.accepted is not None
        why = (
            f"accepted: {one.accepted}"
            if one.accepted
            else "NOT ACCEPTED: update it, or say why it is out of reach"
        )
        lines.append(f"{one.package.part}/{one.package.name} {one.package.version}  {one.advisory}  {why}")
    return "\n".join(lines) if lines else "No advisory on any package.", well


def main() -> None:
    """Audit both lock files; `RELAIS_AUDIT_SERVICE` names a mirror of the service."""
    asked = packages()
    try:
        found = audit(asked, load_accepted(), os.environ.get("RELAIS_AUDIT_SERVICE", SERVICE))
    except CannotAudit as error:
        print(f"The audit could not be made: {error}.", file=sys.stderr)
        raise SystemExit(2) from None
    words, well = report(found)
    print(f"{len(asked)} packages asked about.\n{words}")
    raise SystemExit(0 if well else 1)


if __name__ == "__main__":
    main()
