"""Signing in through an identity provider that really answers, on the loopback."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from pydantic import SecretStr
from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.handover.desk.browser import COOKIE
from bot.handover.desk.id_token import TokenRefused, opened, public_keys
from bot.handover.desk.oidc_settings import OidcSettings
from bot.handover.desk.provider import Provider
from bot.handover.desk.routes import router
from bot.handover.tables import Counsellor, DeskSession
from tests.handover.conftest import PLATFORMS, SomePlaces
from tests.handover.desk.conftest import Browser, FastAPI, House
from tests.handover.desk.identity_server import CLIENT, SECRET, IdentityServer, Key


@pytest.fixture
def identity(house: House) -> Iterator[IdentityServer]:
    with IdentityServer(lambda: house.clock().timestamp()) as server:
        running = threading.Thread(target=server.serve_forever)
        running.start()
        oidc = OidcSettings(
            issuer=server.issuer, client_id=CLIENT, client_secret=SecretStr(SECRET), _env_file=None
        )
        house.app = FastAPI()
        house.app.include_router(
            router(
                house.settings,
                house.make,
                thread=house.thread,
                places=SomePlaces(),
                platforms=PLATFORMS,
                clock=house.clock,
                offer=house.offer,
                oidc=oidc,
            )
        )
        yield server
        server.shutdown()
        running.join()


def through(browser: Browser, path: str = "/desk/openid/start", **bent: str) -> Any:
    """The whole way: our start, the provider, our return."""
    away = browser.client.get(path, follow_redirects=False)
    assert away.status_code == 303
    back = httpx.get(away.headers["Location"], trust_env=False).headers["Location"]
    given = {name: values[0] for name, values in parse_qs(urlsplit(back).query).items()}
    return browser.client.get(urlsplit(back).path, params={**given, **bent})


@pytest.mark.parametrize("signed", [True, False], ids=["signed userinfo", "plain userinfo"])
def test_an_invited_counsellor_comes_in_and_goes_where_they_were_going(
    house: House, identity: IdentityServer, session: Session, signed: bool
) -> None:
    identity.signed_userinfo = signed
    house.person("Ana", "p49")
    browser = house.browser()
    assert "Se connecter avec ProConnect" in browser.get("/desk/sign-in").text
    page = through(browser, "/desk/openid/start?next=/desk/account")
    assert page.url.path == "/desk/account" and page.status_code == 200
    assert session.scalars(select(Counsellor.subject)).one() == "s-1"
    browser.get("/desk/account")
    out = browser.post("/desk/sign-out")
    assert f"{identity.issuer}/end_session?id_token_hint=" in out.text
    assert session.scalars(select(DeskSession)).all() == []
    assert browser.get("/desk").url.path == "/desk/sign-in"


def test_recognised_by_identity_once_bound_whatever_the_address_says(
    house: House, identity: IdentityServer
) -> None:
    house.person("Ana", "p49")
    assert through(house.browser()).status_code == 200
    identity.person = {"sub": "s-1", "email": "ana.new@asso.test"}
    assert through(house.browser()).status_code == 200
    identity.person = {"sub": "s-2", "email": "person1@asso.test"}
    assert through(house.browser()).status_code == 403, "an address given anew opens nobody's account"


@pytest.mark.parametrize(
    "person",
    [
        {"sub": "s-9", "email": "stranger@asso.test"},
        {"sub": "s-9", "email": "person1@asso.test", "email_verified": False},
        {"sub": "s-9"},
    ],
    ids=str,
)
def test_nobody_comes_in_uninvited(
    house: House, identity: IdentityServer, session: Session, person: dict[str, Any]
) -> None:
    house.person("Ana", "p49")
    identity.person = person
    page = through(house.browser())
    assert page.status_code == 403 and "Demandez une invitation" in page.text
    assert session.scalars(select(DeskSession)).all() == []


def test_a_closed_account_stays_closed(house: House, identity: IdentityServer) -> None:
    house.person("Ana", "p49")
    with house.make.begin() as session:
        session.scalars(select(Counsellor)).one().active = False
    assert through(house.browser()).status_code == 403


@pytest.mark.parametrize(
    "bend",
    [
        {"nonce": "another"},
        {"aud": "another"},
        {"aud": [CLIENT, "another"]},
        {"azp": "another"},
        {"iss": "https://evil.test"},
        {"exp": 1},
        {"iat": 9_999_999_999},
        {"exp": None},
        {"sub": None},
        {"email": "x@asso.test", "sub": ""},
    ],
    ids=str,
)
def test_a_token_that_is_not_for_us_now_is_refused(
    house: House, identity: IdentityServer, bend: dict[str, Any]
) -> None:
    house.person("Ana", "p49")
    identity.bend = bend
    page = through(house.browser())
    assert page.status_code == 401 and "n’a pas abouti" in page.text


@pytest.mark.parametrize("header", [{"alg": "none"}, {"alg": "HS256"}, {"crit": ["b64"]}], ids=str)
def test_only_our_algorithm_is_believed(
    house: House, identity: IdentityServer, header: dict[str, Any]
) -> None:
    house.person("Ana", "p49")
    identity.header = header
    assert through(house.browser()).status_code == 401


def test_another_key_under_the_same_name_is_refused_and_a_new_one_is_fetched(
    house: House, identity: IdentityServer
) -> None:
    house.person("Ana", "p49")
    assert through(house.browser()).status_code == 200
    identity.key = Key("second")
    assert through(house.browser()).status_code == 200, "the provider changed keys"
    identity.key = Key("second")
    assert through(house.browser()).status_code == 401, "not the key of that name"


def test_state_belongs_to_the_browser_that_began(house: House, identity: IdentityServer) -> None:
    house.person("Ana", "p49")
    assert through(house.browser(), state="forged").status_code == 401
    victim = house.browser()
    assert victim.client.get("/desk/openid/back", params={"state": "s", "code": "c"}).status_code == 401
    slow = house.browser()
    away = slow.client.get("/desk/openid/start", follow_redirects=False)
    back = urlsplit(httpx.get(away.headers["Location"], trust_env=False).headers["Location"])
    house.clock.later(minutes=11)
    assert slow.client.get(f"{back.path}?{back.query}").status_code == 401, "too late"


def test_a_code_serves_once(house: House, identity: IdentityServer) -> None:
    house.person("Ana", "p49")
    browser = house.browser()
    away = browser.client.get("/desk/openid/start", follow_redirects=False)
    kept = browser.client.cookies.get("relais_oidc")
    back = urlsplit(httpx.get(away.headers["Location"], trust_env=False).headers["Location"])
    assert browser.client.get(f"{back.path}?{back.query}").status_code == 200
    other = house.browser()
    other.client.cookies.set("relais_oidc", kept or "", domain="desk.test", path="/desk/openid")
    assert other.client.get(f"{back.path}?{back.query}").status_code == 503
    assert other.client.cookies.get(COOKIE) is None


def test_a_next_page_elsewhere_is_not_followed(house: House, identity: IdentityServer) -> None:
    house.person("Ana", "p49")
    page = through(house.browser(), "/desk/openid/start?next=https://evil.test/desk")
    assert page.url.path == "/desk" and page.url.host == "desk.test"


def test_off_by_default(house: House) -> None:
    assert OidcSettings(_env_file=None).issuer == ""
    assert "/desk/openid" not in house.browser().get("/desk/sign-in").text
    assert house.browser().client.get("/desk/openid/start").status_code == 404


def test_an_issuer_without_tls_is_refused() -> None:
    with pytest.raises(ValueError, match="https"):
        Provider(OidcSettings(issuer="http://login.test", _env_file=None), "https://relais.test/back")


@pytest.mark.parametrize("token", ["", "a.b", "a.b.c", "....", "e30.e30.", "W10.e30.AA"])
def test_what_is_no_token_is_refused(token: str) -> None:
    with pytest.raises(TokenRefused):
        opened(token, public_keys({"keys": [Key("k").jwk()]}))
