"""The desk under `/desk`: server-rendered, signed in, with a strict content policy."""

from __future__ import annotations

import functools
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from fastapi import APIRouter, FastAPI
from sqlalchemy.orm import Session, sessionmaker
from starlette.responses import FileResponse, Response

from bot.handover.conversation import GatewayThread
from bot.handover.desk import casework, day, entrance, live, observatory, openid, services, sieving, team
from bot.handover.desk.accounts import first_invitation
from bot.handover.desk.oidc_settings import OidcSettings
from bot.handover.desk.pages import HERE, Pages, Problem, desk_words, route_class
from bot.handover.desk.provider import Provider
from bot.handover.desk.settings import DeskSettings
from bot.handover.desk.visit import Desk, phrases, refusals
from bot.handover.keeper import Keeper
from bot.handover.notify import MailSettings
from bot.handover.offer import KeptOffer, Shelf
from bot.handover.outside import answers, assembling
from bot.handover.outside.carrier import Carrier
from bot.handover.outside.routes import Outside, orientation, webhook
from bot.handover.outside.settings import ChatwootSettings, OutsideSettings
from bot.handover.platform import Places, Platform, load
from bot.handover.thread import Thread
from bot.handover.wording import wording
from bot.observatory.territories import zone_name
from bot.sealing import sealer_of
from bot.settings import Settings

if TYPE_CHECKING:
    from bot.assembly import House

__all__ = ["first_invitation", "mount", "router"]
STATIC = {"desk.css": "text/css", "desk.js": "text/javascript", "desk.svg": "image/svg+xml"}


def _now() -> datetime:
    return datetime.now(UTC)


def mount(app: FastAPI, house: House) -> None:
    """Add the desk to the application; its keeper runs as long as the application does."""
    platforms = load(house.settings.data / "handover" / "platforms.yml")
    thread, clock = GatewayThread(house.gateway), house.gateway.clock
    names = functools.partial(zone_name, house.settings.data)
    offer = KeptOffer(house.sessions, house.settings.data)
    app.include_router(
        router(
            house.settings,
            house.sessions,
            thread=thread,
            places=house.places,
            platforms=platforms,
            clock=clock,
            name_zone=names,
            offer=offer,
            oidc=OidcSettings(),
            own=DeskSettings(),
        )
    )
    carrier = _outside(app, house, thread, platforms, offer)
    keeper = Keeper(
        house.settings,
        house.sessions,
        thread,
        platforms,
        house.places,
        clock,
        often=(carrier.once, offer.current),
    )
    inner: Callable[[Any], Any] = app.router.lifespan_context

    @asynccontextmanager
    async def kept(application: FastAPI) -> AsyncIterator[Mapping[str, Any]]:
        async with inner(application) as state:
            keeper.start()
            try:
                yield state or {}
            finally:
                keeper.stop()

    app.router.lifespan_context = kept


def _outside(
    app: FastAPI, house: House, thread: Thread, platforms: Sequence[Platform], offer: Shelf
) -> Carrier:
    """Add the routes of teams that work elsewhere; what carries handovers to them."""
    settings, data, clock = OutsideSettings(), house.settings.data, house.gateway.clock
    words, chatwoot = desk_words(data), ChatwootSettings()
    signed = assembling.links(sealer_of(house.database.dialect).signing_keys(), settings)
    known = assembling.backends(
        signed, words, wording(data), house.settings.address(), MailSettings(), chatwoot
    )
    answering = answers.Desk(thread, platforms, house.places, clock, refusals(data), words("roles.structure"))
    pages = Pages(words, wording(data).french)
    outside = Outside(
        house.sessions,
        answering,
        pages,
        offer,
        signed,
        known,
        chatwoot.secret.get_secret_value(),
        house.settings.address(),
    )
    app.include_router(webhook(outside))
    app.include_router(orientation(outside))
    where = assembling.where(settings, platforms, known)
    return Carrier(house.sessions, thread, platforms, known, where, clock)


def router(
    settings: Settings,
    sessions: sessionmaker[Session],
    *,
    thread: Thread,
    places: Places,
    platforms: Sequence[Platform] | None = None,
    clock: Callable[[], datetime] = _now,
    name_zone: Callable[[str], str] = str,
    offer: Shelf | None = None,
    oidc: OidcSettings | None = None,
    own: DeskSettings | None = None,
) -> APIRouter:
    """The desk's routes. `platforms` None reads `data/handover/platforms.yml`; `name_zone` names a zone by its code.

    `offer` None reads the directory of `sessions` when a page first needs it; `oidc` None takes no provider.
    """
    french = wording(settings.data).french
    pages = Pages(desk_words(settings.data), french)
    desk = Desk(
        sessions=sessions,
        thread=thread,
        platforms=load(settings.data / "handover" / "platforms.yml") if platforms is None else platforms,
        places=places,
        clock=clock,
        address=settings.address(),
        pages=pages,
        phrases=phrases(settings.data),
        refusals=refusals(settings.data),
        french=french,
        offer=offer or KeptOffer(sessions, settings.data),
        zone_name=name_zone,
        sms_price=own.sms_price if own else 0.0,
        fonts=settings.data / "fonts",
    )
    made = APIRouter(prefix="/desk", route_class=route_class(pages), include_in_schema=False)

    @made.get("/static/{name}")
    def static(name: str) -> Response:
        if name not in STATIC:
            raise Problem(404, "missing")
        return FileResponse(
            HERE / "static" / name, media_type=STATIC[name], headers={"Cache-Control": "max-age=3600"}
        )

    provider = Provider(oidc, f"{desk.address}{openid.PATH}/back") if oidc and oidc.issuer else None
    if provider is not None:
        openid.add(made, desk, provider, sealer_of(sessions.kw["bind"].dialect))
    entrance.add(made, desk, provider)
    for part in (day, casework, services, sieving, team, live, observatory):
        part.add(made, desk)
    return made
