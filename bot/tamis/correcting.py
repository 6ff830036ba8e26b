"""Corrections over HTTP: what a counsellor says a service really requires."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Any

from fastapi import APIRouter, Depends, HTTPException
from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field

from bot.tamis.codec import from_data
from bot.tamis.criteria import Criterion
from bot.tamis.kept import ChangedMeanwhile, KeptTamis, UnknownService

MOST = 100  # requirements of one service


class CorrectionRequest(BaseModel):
    """`criteria` as `GET …/criteria` gives them (null: what is read counts again), on the `mark` it gave."""

    mark: str
    criteria: list[dict[str, Any]] | None = Field(max_length=MOST)
    needs_professional: bool | None = None
    comment: str = Field(default="", max_length=2_000)


def counsellor() -> str:
    """Who corrects, as a role: nobody, until the application overrides this dependency with its own sign-in."""
    raise HTTPException(403, "counsellors only")


def router(kept: KeptTamis) -> APIRouter:
    """The routes that counsellors correct a service by."""
    routes = APIRouter(prefix="/api/tamis/v1", tags=["tamis"])

    @routes.get("/services/{service_id}/correction")
    def before(service_id: str, author: Annotated[str, Depends(counsellor)]) -> dict[str, str]:
        """The mark to send a correction with."""
        try:
            return {"service_id": service_id, "mark": kept.mark(service_id)}
        except UnknownService as error:
            raise HTTPException(404, "unknown service") from error

    @routes.post("/services/{service_id}/correction", status_code=201)
    def correct(
        service_id: str, request: CorrectionRequest, author: Annotated[str, Depends(counsellor)]
    ) -> Any:
        """A new version of what the service requires; kept beside the source until the source's text changes.

        409 when somebody else corrected it, or its text changed, since the mark was given.
        """
        try:
            criteria = None if request.criteria is None else _criteria(request.criteria)
        except ValueError as error:
            return JSONResponse({"detail": [{"loc": ["body", "criteria"], "msg": str(error)}]}, 422)
        try:
            made = kept.correct(
                service_id,
                criteria,
                mark=request.mark,
                author=author,
                now=dt.datetime.now(dt.UTC),
                needs_professional=request.needs_professional,
                comment=request.comment,
            )
        except UnknownService as error:
            raise HTTPException(404, "unknown service") from error
        except ChangedMeanwhile as error:
            raise HTTPException(409, "changed meanwhile: look at the service again") from error
        return {
            "service_id": service_id,
            "version": made.version,
            "author": made.author,
            "mark": kept.mark(service_id),
        }

    return routes


def _criteria(given: list[dict[str, Any]]) -> list[Criterion]:
    return [from_data({"source_field": "correction", **data}) for data in given]
