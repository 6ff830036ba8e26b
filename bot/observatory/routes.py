"""The observatory over HTTP: open figures for everyone, the page for those who are signed in."""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import asdict
from typing import TYPE_CHECKING

from fastapi import APIRouter, FastAPI
from sqlalchemy.orm import Session, sessionmaker
from starlette.responses import JSONResponse, PlainTextResponse, RedirectResponse, Response

from bot.observatory.figures import SMALLEST, as_csv, read
from bot.observatory.territories import epci_name

if TYPE_CHECKING:
    from bot.assembly import House

PAGE = "/desk/observatory"


def mount(app: FastAPI, house: House) -> None:
    """Add the routes to the application."""
    app.include_router(router(house.sessions, functools.partial(epci_name, house.settings.data)))


def router(sessions: sessionmaker[Session], name: Callable[[str], str] = str) -> APIRouter:
    """The routes under `/observatory`. `name` gives an EPCI's name from its SIREN."""
    made = APIRouter(prefix="/observatory", tags=["observatory"])

    @made.get("", include_in_schema=False)
    def page() -> Response:
        return RedirectResponse(PAGE, 303)

    @made.get("/unmet-needs.json", summary="Unmet needs by EPCI and month")
    def as_json() -> Response:
        """Counts of needs that met no service; those under five are null, with what would reveal them."""
        with sessions() as session:
            listed = read(session, name)
        return JSONResponse({"smallest_count": SMALLEST, "cells": [asdict(cell) for cell in listed]})

    @made.get("/unmet-needs.csv", summary="Unmet needs by EPCI and month (CSV)")
    def as_file() -> Response:
        """The same as CSV; a count kept back is empty."""
        with sessions() as session:
            listed = read(session, name)
        return PlainTextResponse(as_csv(listed), media_type="text/csv")

    return made
