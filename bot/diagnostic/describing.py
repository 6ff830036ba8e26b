"""One offer in a few lines, as keys: what, for whom, cost, how far, how fresh, what to do now."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any
from urllib.parse import urlsplit

from bot.diagnostic.reply import Say
from bot.diagnostic.scene import Candidate
from bot.diagnostic.urgency import LOCAL
from bot.profile.codes import codes

# A cost or a condition longer than this is cut at a word in a chat line; the source's page has it whole.
LONGEST = 140
OLD_DAYS = 365
# The language the directory is written in.
SOURCES_SPEAK = "fr"
# What an SMS of `SEGMENTS` does without, first to last, when an offer is too long: what it is (its name says most),
# where when it is remote, the source's words on the cost, how long one waits, whom it is for when nothing is asked of
# them, how far. Then it shortens the page's address to that of its site, a long name, more than `FEW` conditions.
SPARE = (
    "offer.what",
    "offer.helps",
    "offer.remote",
    "offer.cost.details",
    "offer.delay",
    "offer.level",
    "offer.distance",
    "offer.place",
    "offer.here",
)
SHORTEN = ("offer.do.link", "offer.title", "offer.to_check")
SEGMENTS = 3
LONGEST_NAME = 45
FEW = 2
# A commune is a point here: below this the service is in the person's own.
NEXT_DOOR_KM = 0.5
_FIRST_SENTENCE = re.compile(r".+?[.!?](?=\s|$)", re.DOTALL)


def describe(candidate: Candidate, number: int, now: datetime, language: str) -> Say:
    """The message for one offer; `number` is its place in the list shown.

    Where a message must be short, the lines named in `spare` go first, one by one.
    """
    service = candidate.service
    lines = [
        _title(number, str(service["nom"])),
        _what(service, language),
        _who(candidate),
        _cost(service),
        _where(candidate),
        _delay(candidate),
        _checked(service, now),
        *_next_step(candidate),
    ]
    told: dict[str, Any] = {
        "lines": [line for line in lines if line],
        "spare": list(SPARE),
        "shorten": list(SHORTEN),
    }
    told["within"] = SEGMENTS
    return Say("offer", {"lines": told})


def _title(number: int, name: str) -> dict[str, Any]:
    line: dict[str, Any] = {"key": "offer.title", "values": {"number": number, "name": {"text": name}}}
    if len(name) > LONGEST_NAME:
        short = {"number": number, "name": {"text": _short(name, LONGEST_NAME)}}
        line["brief"] = {"key": "offer.title", "values": short}
    return line


def _what(service: Mapping[str, Any], language: str) -> dict[str, Any] | None:
    """What it is: the source's own words for those who read its language, else what it helps with."""
    if language == SOURCES_SPEAK:
        said = _sentence(service.get("description"))
        if said:
            return {"key": "offer.what", "values": {"what": {"text": said}}}
    helps = [
        {"code": f"needs.{theme}"} for theme in service.get("thematiques") or () if theme in codes("needs")
    ]
    return {"key": "offer.helps", "values": {"needs": {"list": helps}}} if helps else None


def _who(candidate: Candidate) -> dict[str, Any]:
    decision = candidate.decision
    if decision.status == "to_check":
        asked = [{"key": f"missing.{name}"} for name in decision.missing]
        if asked:
            line: dict[str, Any] = {"key": "offer.to_check", "values": {"missing": {"list": asked}}}
            if len(asked) > FEW:
                few = [*asked[:FEW], {"text": "…"}]
                line["brief"] = {"key": "offer.to_check", "values": {"missing": {"list": few}}}
            return line
    return {"key": f"offer.level.{decision.level}"}


def _cost(service: Mapping[str, Any]) -> dict[str, Any] | None:
    details = _short(service.get("frais_precisions"))
    coded = {"key": f"offer.cost.{service['frais']}"} if service.get("frais") else None
    if not details:
        return coded
    line: dict[str, Any] = {"key": "offer.cost.details", "values": {"details": {"text": details}}}
    return {**line, "brief": coded} if coded else line


def _where(candidate: Candidate) -> dict[str, Any] | None:
    if candidate.distance_km is not None:
        place = candidate.service.get("commune")
        if place and candidate.distance_km < NEXT_DOOR_KM:
            return {"key": "offer.here", "values": {"commune": {"text": place}}}
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
        step: dict[str, Any] = {"key": "offer.do.link", "values": {"link": {"link": link}}}
        site = "{0.scheme}://{0.netloc}".format(urlsplit(link))
        if not steps and len(site) < len(link.rstrip("/")):
            step["brief"] = {"key": "offer.do.link", "values": {"link": {"link": site}}}
        steps.append(step)
    return steps or [{"key": "offer.do.ask"}]


def _sentence(text: Any) -> str:
    """The first sentence of a description, cut at a word when it is long."""
    whole = " ".join(str(text or "").split())
    first = _FIRST_SENTENCE.match(whole)
    return _short(first[0] if first else whole)


def _short(text: Any, most: int = LONGEST) -> str:
    words = " ".join(str(text or "").split())
    if len(words) <= most:
        return words
    return words[: most - 1].rsplit(" ", 1)[0].rstrip(",;:") + "…"


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
        "over": decision.over,
        "evidence": decision.evidence,
    }
