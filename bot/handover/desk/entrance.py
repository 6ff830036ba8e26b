"""Coming in and going out: sign-in, one-time link, account."""

from __future__ import annotations

import io
from typing import Annotated

import segno
from fastapi import APIRouter, Form, Request
from starlette.responses import RedirectResponse, Response

from bot.handover.desk import accounts, browser
from bot.handover.desk.accounts import Refused
from bot.handover.desk.pages import Problem
from bot.handover.desk.provider import Provider, ProviderDown
from bot.handover.desk.secrets import new_totp, totp_address, totp_step
from bot.handover.desk.visit import Desk, back
from bot.handover.tables import Counsellor

Short = Annotated[str, Form(max_length=300)]
HOME = "/desk"


def add(router: APIRouter, desk: Desk, provider: Provider | None = None) -> None:
    """Add these routes."""

    label = provider.settings.label if provider else None

    def _sign_in_page(wanted: str, status: int = 200, **more: str) -> Response:
        return desk.pages.page("sign_in.html", status, next=wanted, provider=label, **more)

    def _join_page(
        token: str, name: str, email: str, status: int = 200, *, again: bool, **more: str
    ) -> Response:
        return desk.pages.page("join.html", status, token=token, name=name, email=email, again=again, **more)

    @router.get("/sign-in")
    def sign_in_page(request: Request) -> Response:
        return _sign_in_page(inside(request.query_params.get("next", "")))

    @router.post("/sign-in")
    def sign_in(
        request: Request, email: Short, password: Short, code: Short = "", next: Short = HOME
    ) -> Response:
        _ours(desk, request)
        with desk.sessions.begin() as session:
            now = desk.clock()
            browser.sweep(session, now)
            who = accounts.sign_in(session, email=email, password=password, code=code, now=now)
            cookie = browser.begin(session, who, now) if who else None
        if cookie is None:
            words = desk.pages.words("error.signin")
            return _sign_in_page(inside(next), 401, error=words)
        return with_cookie(RedirectResponse(inside(next), 303), desk, cookie)

    @router.post("/sign-out")
    def sign_out(request: Request, csrf: Short) -> Response:
        with desk.visit(request, csrf=csrf) as visit:
            id_token = browser.end(visit.session, request.cookies.get(browser.COOKIE))
        response = _signed_out(desk, provider, id_token)
        response.delete_cookie(browser.COOKIE, path=HOME)
        return response

    @router.get("/join/{token}")
    def join_page(token: str) -> Response:
        with desk.sessions() as session:
            found = accounts.invitation(session, token, desk.clock())
            if found is None:
                raise Problem(404, "invitation")
            who = session.get(Counsellor, found.renews) if found.renews else None
        return _join_page(token, who.name if who else "", who.email if who else "", again=who is not None)

    @router.post("/join/{token}")
    def join(request: Request, token: str, name: Short, email: Short, password: Short) -> Response:
        _ours(desk, request)
        try:
            with desk.sessions.begin() as session:
                now = desk.clock()
                who = accounts.join(session, token, name=name, email=email, password=password, now=now)
                cookie = browser.begin(session, who, now)
        except Refused as refused:
            if refused.reason == "invitation":
                raise Problem(404, "invitation") from refused
            with desk.sessions() as session:
                found = accounts.invitation(session, token, desk.clock())
            words = desk.pages.words(f"error.{refused.reason}")
            again = found is not None and found.renews is not None
            return _join_page(token, name, email, 422, again=again, error=words)
        return with_cookie(RedirectResponse(HOME, 303), desk, cookie)

    @router.get("/account")
    def account(request: Request) -> Response:
        with desk.visit(request) as visit:
            secret = None if visit.who.totp_on else visit.who.totp
            return desk.show(
                visit,
                "account.html",
                on=visit.who.totp_on,
                secret=secret,
                email=visit.who.email,
                role=visit.who.role,
                on_duty=visit.who.on_duty,
                done=desk.done(request),
            )

    @router.post("/account/duty")
    def duty(request: Request, csrf: Short, duty: Short) -> Response:
        with desk.visit(request, "cases", csrf) as visit:
            visit.who.on_duty = duty == "on"
            visit.note("duty")
        return back("/desk/account", "duty")

    @router.post("/account/password")
    def password(request: Request, csrf: Short, old: Short, new: Short) -> Response:
        try:
            with desk.visit(request, csrf=csrf) as visit:
                right = accounts.change_password(visit.session, visit.who, old, new, visit.now)
                if right:
                    browser.end_others(visit.session, visit.who, request.cookies.get(browser.COOKIE))
        except Refused as refused:
            raise Problem(422, refused.reason) from refused
        if not right:
            raise Problem(422, "old")
        return back("/desk/account", "password")

    @router.get("/account/totp.svg")
    def totp_image(request: Request) -> Response:
        with desk.visit(request) as visit:
            if visit.who.totp is None or visit.who.totp_on:
                raise Problem(404, "missing")
            address = totp_address(visit.who.totp, visit.who.email, desk.pages.words("product"))
        drawn = io.BytesIO()
        segno.make(address).save(drawn, kind="svg", scale=5)
        return Response(drawn.getvalue(), media_type="image/svg+xml")

    @router.post("/account/totp")
    def totp(request: Request, csrf: Short, do: Short, code: Short = "") -> Response:
        with desk.visit(request, csrf=csrf) as visit:
            who = visit.who
            if do == "start" and not who.totp_on:
                who.totp, who.totp_step = new_totp(), 0
                return RedirectResponse("/desk/account", 303)
            step = totp_step(who.totp, code, visit.now, after=who.totp_step) if who.totp else None
            if step is None:
                raise Problem(422, "code")
            who.totp_step, who.totp_on = step, do == "confirm"
            if do == "stop":
                who.totp = None
            visit.note("totp")
        return back("/desk/account", "totp")


def _signed_out(desk: Desk, provider: Provider | None, id_token: str | None) -> Response:
    """The sign-in page; for a session begun at the provider, the way to end the one there too."""
    try:
        there = provider.end(id_token, f"{desk.address}/desk/sign-in") if provider and id_token else None
    except ProviderDown:
        there = None
    if provider is None or there is None:
        return RedirectResponse("/desk/sign-in", 303)
    # A link, not a redirect: our policy lets forms lead to our own pages only.
    return desk.pages.page("signed_out.html", provider_out=there, provider=provider.settings.label)


def _ours(desk: Desk, request: Request) -> None:
    if not browser.same_site(request, desk.address):
        raise Problem(403, "form")


def inside(path: str) -> str:
    """The path if it is one of the desk's own; else the desk's first page."""
    safe = path == HOME or path.startswith(f"{HOME}/")
    return path if safe and "\\" not in path and path.isprintable() else HOME


def with_cookie(response: RedirectResponse, desk: Desk, token: str) -> Response:
    """The response with the cookie of a new session."""
    response.set_cookie(
        browser.COOKIE,
        token,
        max_age=int(browser.LONGEST.total_seconds()),
        path=HOME,
        secure=desk.secure,
        httponly=True,
        # Lax, not strict: a link in a notification's e-mail must find its reader signed in.
        samesite="lax",
    )
    return response
