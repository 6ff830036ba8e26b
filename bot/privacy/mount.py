"""Brings the rounds of privacy into the application."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

from fastapi import FastAPI

from bot.assembly import House
from bot.privacy.keeper import Keeper


def mount(app: FastAPI, house: House) -> None:
    """Run the keeper while the application runs."""
    keeper = Keeper(house.settings, house.sessions, house.gateway)
    inner: Callable[[Any], Any] = app.router.lifespan_context

    @asynccontextmanager
    async def kept(application: FastAPI) -> AsyncIterator[Any]:
        async with inner(application) as state:
            keeper.start()
            try:
                yield state
            finally:
                keeper.stop()

    app.router.lifespan_context = kept
