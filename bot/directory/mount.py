"""Puts the directory's API into the application."""

from __future__ import annotations

from typing import Protocol

from fastapi import FastAPI
from sqlalchemy.orm import Session, sessionmaker

from bot.directory.catalogue import Catalogue
from bot.directory.routes import router
from bot.directory.settings import DirectorySettings


class House(Protocol):
    """What the directory needs of the application."""

    @property
    def sessions(self) -> sessionmaker[Session]:
        """Sessions on the application's database."""


def mount(app: FastAPI, house: House) -> None:
    """Add `/api/v1` to the application."""
    app.include_router(router(Catalogue(house.sessions), DirectorySettings().tokens()))
