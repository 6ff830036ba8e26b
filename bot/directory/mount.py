"""Puts the directory's API into the application."""

from __future__ import annotations

from typing import Protocol

from fastapi import FastAPI
from sqlalchemy.orm import Session, sessionmaker
from starlette.middleware.cors import CORSMiddleware
from starlette.middleware.gzip import GZipMiddleware
from starlette.types import ASGIApp, Receive, Scope, Send

from bot.directory.catalogue import Catalogue
from bot.directory.routes import router
from bot.directory.settings import DirectorySettings


class House(Protocol):
    """What the directory needs of the application."""

    @property
    def sessions(self) -> sessionmaker[Session]:
        """Sessions on the application's database."""


class Published:
    """Around `/api/v1` only: compressed answers and pages of any site may read them, as at data.inclusion."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app
        shared = CORSMiddleware(app, allow_origins=["*"], allow_methods=["GET"], allow_headers=["*"])
        # The quickest level: a page of 5,000 services is ten megabytes, and shrinks nearly as well.
        self.published = GZipMiddleware(shared, minimum_size=1000, compresslevel=1)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        ours = scope["type"] == "http" and scope["path"].startswith("/api/v1/")
        await (self.published if ours else self.app)(scope, receive, send)


def mount(app: FastAPI, house: House) -> None:
    """Add `/api/v1` to the application."""
    app.add_middleware(Published)
    app.include_router(router(Catalogue(house.sessions), DirectorySettings().tokens()))
