"""Small services, decisions and states for the tests of the diagnostic."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from bot.diagnostic.hearing import Heard
from bot.diagnostic.scene import Candidate

NOW = datetime.fromisoformat("2026-11-23T09:00:00+01:00")
RIDE = "mobilite--mobilite-douce-partagee-collective"
REPAIR = "mobilite--entretenir-reparer-son-vehicule"


@dataclass
class Criterion:
    text: str


@dataclass
class Decision:
    status: str = "open"
    level: int = 0
    missing: list[str] = field(default_factory=list)
    criteria: list[Criterion] = field(default_factory=list)
    needs_professional: bool = False
    blocked_form: str | None = None
    criterion: str | None = None
    evidence: str | None = None


def service(name: str, themes: list[str] | None = None, **more: Any) -> dict[str, Any]:
    return {
        "id": f"test--{name}",
        "nom": name,
        "thematiques": themes or [RIDE],
        "date_maj": "2026-09-01",
        **more,
    }


def candidate(
    name: str, *, themes: list[str] | None = None, km: float | None = None, **decided: Any
) -> Candidate:
    more = decided.pop("service", {})
    return Candidate(service(name, themes, **more), Decision(**decided), distance_km=km, road_km=km)


def heard(intent: str = "inform", *facts: dict[str, Any], **more: Any) -> Heard:
    return Heard(intent=intent, facts=list(facts), now=NOW, language="fr", **more)


def fact(
    name: str, value: Any, operation: str = "set", evidence: str = "words", **more: Any
) -> dict[str, Any]:
    return {"field": name, "value": value, "operation": operation, "evidence": evidence, **more}
