"""One offer in a few lines, as keys: what, for whom, cost, how far, how fresh, what to do now."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from bot.diagnostic.reply import Say
from bot.diagnostic.scene import Candidate
from bot.diagnostic.urgency import LOCAL

# A cost or a condition longer than this is cut at a word in a chat line; the source's page has it whole.
LONGEST = 140
OLD_DAYS = 365


def describe(candidate: Candidate, number: int, now: datetime) -> Say:
    """The message for one offer; `number` is its place in the list shown."""
    service = candidate.service
    lines = [
        {"key": "offer.title", "values": {"number": number, "name": {"text": service["nom"]}}},
        _who(candidate),
        _cost(service),
        _where(candidate),
        _delay(candidate),
        _checked(service, now),
        *_next_step(candidate),
    ]
    return Say("offer", {"lines": {"lines": [line for line in lines if line]}})


def _who(candidate: Candidate) -> dict[str, Any]:
    decision = candidate.decision
    if decision.status == "to_check":
        asked = [{"key": f"missing.{name}"} for name in decision.missing]
        if asked:
            return {"key": "offer.to_check", "values": {"missing": {"list": asked}}}
    return {"key": f"offer.level.{decision.level}"}


def _cost(service: Mapping[str, Any]) -> dict[str, Any] | None:
    details = _short(service.get("frais_precisions"))
    if details:
        return {"key": "offer.cost.details", "values": {"details": {"text": details}}}
    if service.get("frais"):
        return {"key": f"offer.cost.{service['frais']}"}
    return None


def _where(candidate: Candidate) -> dict[str, Any] | None:
    if candidate.distance_km is not None:
        place = candidate.service.get("commune")
        if not place:
            return {
                "key": "offer.distance",
                "values": {"km": {"km": candidate.road_km or candidate.distance_km}},
            }
        return {
            "key": "offer.place",
            "values": {"commune": {"text": place}, "km": {"km": candidate.road_km or candidate.distance_km}},
        }
    return {"key": "offer.remote"} if candidate.remote else None


def _delay(candidate: Candidate) -> dict[str, Any] | None:
    days = candidate.delay_days
    if days is None:
        return None
    return (
        {"key": "offer.delay.now"}
        if days == 0
        else {"key": "offer.delay", "values": {"days": {"days": int(days)}}}
    )


def _checked(service: Mapping[str, Any], now: datetime) -> dict[str, Any]:
    day = str(service["date_maj"])[:10]
    extra = service.get("extra") or {}
    old = (now.astimezone(LOCAL).date() - date.fromisoformat(day)).days > OLD_DAYS
    key = "offer.checked.verify" if old or extra.get("a_verifier") else "offer.checked"
    return {"key": key, "values": {"date": {"date": day}}}


def _next_step(candidate: Candidate) -> list[dict[str, Any]]:
    service = candidate.service
    if candidate.decision.needs_professional:
        return [{"key": "offer.do.professional"}]
    steps: list[dict[str, Any]] = []
    if service.get("telephone"):
        steps.append({"key": "offer.do.call", "values": {"phone": {"phone": service["telephone"]}}})
    link = service.get("lien_mobilisation") or service.get("lien_source")
    if link:
        steps.append({"key": "offer.do.link", "values": {"link": {"link": link}}})
    return steps or [{"key": "offer.do.ask"}]


def _short(text: Any) -> str:
    words = " ".join(str(text or "").split())
    if len(words) <= LONGEST:
        return words
    return words[: LONGEST - 1].rsplit(" ", 1)[0].rstrip(",;:") + "…"


def row(candidate: Candidate) -> dict[str, Any]:
    """The offer as the contract's replay prints it."""
    decision = candidate.decision
    return {
        "service_id": candidate.id,
        "name": candidate.service["nom"],
        "level": decision.level,
        "status": decision.status,
        "missing": list(decision.missing),
        "distance_km": candidate.distance_km,
        "reasons": [criterion.text for criterion in decision.criteria if criterion.text],
        "date_maj": str(candidate.service["date_maj"])[:10],
        "needs_professional": decision.needs_professional,
    }


def refusal(candidate: Candidate) -> dict[str, Any]:
    """What closes a service to this person, with the words that say so."""
    decision = candidate.decision
    return {
        "service_id": candidate.id,
        "name": candidate.service["nom"],
        "form": decision.blocked_form,
        "criterion": decision.criterion,
        "evidence": decision.evidence,
    }
