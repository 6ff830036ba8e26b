"""Accounts of the desk: joining by a link, signing in and out, locks, codes, one's own settings."""

from __future__ import annotations

import threading

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from bot.handover.desk import accounts, links
from bot.handover.desk.accounts import Refused, first_invitation
from bot.handover.desk.browser import COOKIE, IDLE, LONGEST
from bot.handover.desk.secrets import STEP_SECONDS, totp_code
from bot.handover.tables import Counsellor, DeskSession, Invitation
from tests.handover.desk.conftest import PASSWORD, House

PERSON = {"name": "Ana", "email": "Ana@Asso.test", "password": PASSWORD}


def code_at(house: House, secret: str) -> str:
    return totp_code(secret, int(house.clock().timestamp()) // STEP_SECONDS)


def link(house: House) -> str:
    made = first_invitation(house.make, house.settings, house.clock)
    assert made is not None
    assert made.startswith(house.settings.address())
    return made.removeprefix(house.settings.address())


def test_the_first_counsellor_joins_by_a_link_that_serves_once(house: House, session: Session) -> None:
    path = link(house)
    browser = house.browser()
    assert "Ce lien sert une seule fois" in browser.get(path).text
    assert browser.get(path).status_code == 200, "looking does not use it up"
    assert "Demandes" in browser.client.post(path, data=PERSON).text
    who = session.scalars(select(Counsellor)).one()
    assert (who.email, who.role, who.platforms) == ("ana@asso.test", "administrator", ["*"])
    assert who.password.startswith("$argon2id$")
    assert house.browser().get(path).status_code == 404
    assert house.browser().client.post(path, data={**PERSON, "email": "b@b.test"}).status_code == 404
    assert first_invitation(house.make, house.settings, house.clock) is None


def test_a_new_first_link_ends_the_earlier_one(house: House) -> None:
    earlier, later = link(house), link(house)
    assert house.browser().get(earlier).status_code == 404
    assert house.browser().get(later).status_code == 200


def test_an_old_link_serves_no_more(house: House) -> None:
    path = link(house)
    house.clock.later(days=3, seconds=1)
    assert house.browser().get(path).status_code == 404


def test_two_uses_at_once_make_one_account(house: House, session: Session) -> None:
    token = link(house).rsplit("/", 1)[1]
    start = threading.Barrier(3)
    refused: list[str] = []

    def use(number: int) -> None:
        start.wait()
        try:
            with house.make.begin() as opened:
                email = f"p{number}@asso.test"
                accounts.join(opened, token, name="P", email=email, password=PASSWORD, now=house.clock())
        except Refused as error:
            refused.append(error.reason)

    hands = [threading.Thread(target=use, args=(number,)) for number in range(3)]
    for one in hands:
        one.start()
    for one in hands:
        one.join()
    assert refused == ["invitation", "invitation"]
    assert session.scalar(select(func.count()).select_from(Counsellor)) == 1


@pytest.mark.parametrize(
    "wrong",
    [{"name": "  "}, {"name": "x" * 81}, {"email": "ana"}, {"email": "a b@c.test"}, {"password": "short"}],
    ids=["blank name", "long name", "no domain", "a space", "short password"],
)
def test_a_wrong_entry_keeps_the_link(house: House, session: Session, wrong: dict[str, str]) -> None:
    path = link(house)
    answer = house.browser().client.post(path, data={**PERSON, **wrong})
    assert answer.status_code == 422
    assert 'role="alert"' in answer.text
    assert session.scalar(select(Invitation.used_at)) is None
    assert session.scalar(select(func.count()).select_from(Counsellor)) == 0


def test_sign_in_and_out(house: House, session: Session) -> None:
    email = house.person("Ana", "p49")
    browser = house.browser()
    answer = browser.client.get("/desk", follow_redirects=False)
    assert answer.headers["location"] == "/desk/sign-in?next=/desk"
    assert browser.sign_in(email, "wrong password!!").status_code == 401
    assert browser.sign_in("nobody@asso.test").status_code == 401
    assert "Demandes" in browser.sign_in(email.upper()).text
    cookie = browser.client.cookies[COOKIE]
    assert session.scalar(select(DeskSession.digest)) != cookie, "only a fingerprint is kept"
    browser.post("/desk/sign-out")
    stale = house.browser()
    stale.client.cookies.set(COOKIE, cookie, domain="desk.test", path="/desk")
    assert "Se connecter" in stale.get("/desk").text


def test_the_cookie_is_out_of_reach_of_scripts_and_is_never_the_one_brought_along(house: House) -> None:
    email = house.person("Ana", "p49")
    browser = house.browser()
    browser.client.cookies.set(COOKIE, "chosen-by-an-attacker", domain="desk.test", path="/desk")
    answer = browser.client.post(
        "/desk/sign-in", data={"email": email, "password": PASSWORD}, follow_redirects=False
    )
    assert answer.headers["set-cookie"].startswith(f"{COOKIE}=")
    assert "chosen-by-an-attacker" not in answer.headers["set-cookie"]
    assert "HttpOnly" in answer.headers["set-cookie"] and "SameSite=lax" in answer.headers["set-cookie"]


@pytest.mark.parametrize(
    ("next_page", "landed"),
    [
        ("/desk/team", "/desk/team"),
        ("//evil.test", "/desk"),
        ("https://evil.test", "/desk"),
        ("/deskevil", "/desk"),
    ],
)
def test_signing_in_leads_inside_only(house: House, next_page: str, landed: str) -> None:
    email = house.person("Ana", "p49")
    data = {"email": email, "password": PASSWORD, "next": next_page}
    answer = house.browser().client.post("/desk/sign-in", data=data, follow_redirects=False)
    assert answer.headers["location"] == landed


def test_sign_in_from_another_site_is_refused(house: House) -> None:
    email = house.person("Ana", "p49")
    data = {"email": email, "password": PASSWORD}
    for headers in ({"origin": "https://evil.test"}, {"sec-fetch-site": "cross-site"}):
        assert house.browser().client.post("/desk/sign-in", data=data, headers=headers).status_code == 403


def test_five_wrong_passwords_lock_the_account_for_a_while(house: House) -> None:
    email = house.person("Ana", "p49")
    browser = house.browser()
    for _ in range(accounts.MOST_FAILURES):
        assert browser.sign_in(email, "wrong password!!").status_code == 401
    assert browser.sign_in(email).status_code == 401, "locked even for the right one"
    house.clock.later(minutes=15, seconds=1)
    assert browser.sign_in(email).status_code == 200


@pytest.mark.parametrize(("step", "times"), [(IDLE * 1.01, 1), (IDLE * 0.9, 8)], ids=["idle", "too long"])
def test_a_session_expires(house: House, step: object, times: int) -> None:
    ana = house.signed("Ana", "p49")
    assert times == 1 or IDLE * 0.9 * times > LONGEST
    for _ in range(times):
        house.clock.later(seconds=step.total_seconds())  # type: ignore[attr-defined]
        page = ana.get("/desk").text
    assert "Se connecter" in page


def test_a_code_is_asked_once_it_is_on_and_serves_once(house: House, session: Session) -> None:
    email = house.person("Ana", "p49")
    ana = house.browser()
    ana.sign_in(email)
    ana.get("/desk/account")
    ana.post("/desk/account/totp", do="start")
    secret = session.scalars(select(Counsellor.totp)).one()
    assert secret and secret in ana.get("/desk/account").text
    assert ana.get("/desk/account/totp.svg").headers["content-type"].startswith("image/svg+xml")
    assert ana.post("/desk/account/totp", do="confirm", code="000000").status_code == 422
    assert ana.post("/desk/account/totp", do="confirm", code=code_at(house, secret)).status_code == 200
    assert secret not in ana.get("/desk/account").text

    fresh = house.browser()
    assert fresh.sign_in(email).status_code == 401
    assert fresh.sign_in(email, code=code_at(house, secret)).status_code == 401, "that code has served"
    house.clock.later(seconds=STEP_SECONDS)
    assert fresh.sign_in(email, code=code_at(house, secret)).status_code == 200


def test_totp_follows_rfc_6238() -> None:
    secret = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"
    for moment, code in (
        (59, "287082"),
        (1111111109, "081804"),
        (1234567890, "005924"),
        (20000000000, "353130"),
    ):
        assert totp_code(secret, moment // STEP_SECONDS) == code


def test_a_counsellor_says_when_they_are_on_duty_and_changes_their_password(
    house: House, session: Session
) -> None:
    ana = house.signed("Ana", "p49")
    ana.get("/desk/account")
    assert "pas de permanence" in ana.post("/desk/account/duty", duty="off").text
    who = session.scalars(select(Counsellor).where(Counsellor.name == "Ana")).one()
    assert who.on_duty is False
    wrong = ana.post("/desk/account/password", old="no", new="a new long password")
    assert wrong.status_code == 422
    assert ana.post("/desk/account/password", old=PASSWORD, new="short").status_code == 422
    assert ana.post("/desk/account/password", old=PASSWORD, new="a new long password").status_code == 200
    assert ana.get("/desk").url.path == "/desk", "this session stays"
    assert house.browser().sign_in(who.email, "a new long password").status_code == 200
    session.refresh(who)
    assert who.failures == 0


def test_a_notices_link_opens_the_request_after_sign_in_for_its_own_team_only(house: House) -> None:
    handover = house.handover()
    with house.make() as session:
        path = links.sign(session, handover)
    ana, email = house.browser(), house.person("Ana", "p49")
    asked = ana.client.get(path)
    assert asked.url.path == "/desk/sign-in"
    next_page = asked.url.params["next"]
    opened = ana.client.post("/desk/sign-in", data={"email": email, "password": PASSWORD, "next": next_page})
    assert opened.status_code == 200 and opened.url.path == f"/desk/cases/{handover}"
    assert house.signed("Eve", "p44").get(path).status_code == 404
    assert ana.get(f"{path}x").status_code == 404
    assert ana.get("/desk/go/forged").status_code == 404
