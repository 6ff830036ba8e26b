"""The tamis over HTTP: a profile in; levels of offers, what is blocked and why, and the facts worth asking, out."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from typing import Annotated, Any, Protocol

from fastapi import APIRouter, FastAPI, HTTPException, Query
from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field
from sqlalchemy.orm import Session, sessionmaker

from bot.settings import Settings
from bot.tamis import correcting
from bot.tamis.codec import to_data
from bot.tamis.kept import KeptTamis
from bot.tamis.person import ProfileError
from bot.tamis.sieve import Decision
from bot.tamis.tamis import Tamis, in_order

PAGE = 500  # services described in one answer
OPENAPI_TAG = "tamis"


class House(Protocol):
    """What the tamis needs of the application."""

    @property
    def sessions(self) -> sessionmaker[Session]:
        """Sessions on the application's database."""

    @property
    def settings(self) -> Settings:
        """The settings, for the data folder."""


def mount(app: FastAPI, house: House) -> None:
    """Add `/api/tamis/v1` over the application's directory; nothing is read before the first question.

    Corrections are refused until the application overrides `bot.tamis.correcting.counsellor`.
    """
    kept = KeptTamis(house.sessions, house.settings.data)
    app.include_router(router(kept.current, kept.written))
    app.include_router(correcting.router(kept))


class SieveRequest(BaseModel):
    """One profile. `services` restricts to these ids; `code_insee` is where they live, if not in the profile."""

    profile: dict[str, Any] = Field(default_factory=dict)
    code_insee: str | None = None
    now: dt.date | None = None
    services: list[str] | None = Field(default=None, max_length=10_000)


def router(
    tamis: Callable[[], Tamis], written: Callable[[str], Mapping[str, Any]] | None = None
) -> APIRouter:
    """The routes; `tamis` gives the one in force, `written` whose words a service's are and of when."""
    routes = APIRouter(prefix="/api/tamis/v1", tags=[OPENAPI_TAG])

    @routes.post("/sieve")
    def sieve(request: SieveRequest, limit: Annotated[int, Query(ge=1, le=PAGE)] = PAGE) -> Any:
        """Offers by level (open first, then to check), what is blocked and why, and what to ask next.

        A profile the schema does not allow is refused with 422 and the field named.
        """
        current = tamis()
        now = request.now or dt.date.today()
        try:
            who = current.person(request.profile, now, request.code_insee)
            decisions = current.decisions(who, request.services)
        except ProfileError as error:
            return JSONResponse(refused(error), status_code=422)
        asked = current.ask(who, current.verdicts(who), request.profile.get("needs"), request.services)
        ordered = in_order(decisions)
        offers = [decision for decision in ordered if decision.status != "blocked"]
        blocked = [decision for decision in ordered if decision.status == "blocked"]
        levels: dict[int, list[dict[str, Any]]] = {level: [] for level in range(6)}
        for decision in offers[:limit]:
            levels[decision.level].append(_offer(decision))
        return {
            "levels": [{"level": level, "offers": listed} for level, listed in levels.items()],
            "blocked": [_blocked(decision) for decision in blocked[:limit]],
            "questions": [
                {
                    "field": question.field,
                    "weight": question.weight,
                    "offers": question.offers,
                    "alone": question.alone,
                    "because": list(question.because),
                }
                for question in asked
                if question.askable
            ],
            "counts": {
                "open": sum(decision.status == "open" for decision in offers),
                "to_check": sum(decision.status == "to_check" for decision in offers),
                "blocked": len(blocked),
            },
        }

    @routes.get("/services/{service_id}/criteria")
    def criteria(service_id: str) -> dict[str, Any]:
        """What was read of one service: each criterion with its words, where they stand, whose and of when."""
        reading = tamis().reading(service_id)
        if reading is None:
            raise HTTPException(404, "unknown service")
        return {
            "service_id": reading.service_id,
            **(written(service_id) if written else {}),
            "level": reading.level,
            "needs_professional": reading.needs_professional,
            "criteria": [{"field": criterion.field, **to_data(criterion)} for criterion in reading.criteria],
            "unread": list(reading.unread),
            "corrected_by": reading.corrected_by,
            "to_review": reading.to_review,
        }

    return routes


def refused(error: ProfileError) -> dict[str, Any]:
    """The body of a 422: the shape FastAPI gives its own, with the field of the profile named."""
    return {"detail": [{"loc": ["body", "profile", error.field], "msg": error.message, "type": "profile"}]}


def _offer(decision: Decision) -> dict[str, Any]:
    return {
        "service_id": decision.service_id,
        "status": decision.status,
        "level": decision.level,
        "missing": list(decision.missing),
        "criteria": [criterion.as_dict() for criterion in decision.criteria],
        "needs_professional": decision.needs_professional,
    }


def _blocked(decision: Decision) -> dict[str, Any]:
    return {
        "service_id": decision.service_id,
        "level": decision.level,
        "form": decision.blocked_form,
        "criterion": decision.criterion,
        "evidence": decision.evidence,
    }
