"""The team of the desk: who may invite, remove, renew a password or change teams, and what follows."""

from __future__ import annotations

import re

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.handover.tables import Audit, Counsellor, Handover
from tests.handover.desk.conftest import House


def test_a_coordinator_invites_within_their_own_teams(house: House, session: Session) -> None:
    chief = house.signed("Chief", "p49", role="coordinator")
    chief.get("/desk/team")
    page = chief.post("/desk/team/invite", role="counsellor", platforms="p49").text
    assert f"{house.settings.address()}/desk/join/" in page
    assert chief.post("/desk/team/invite", role="counsellor", platforms="p44").status_code == 403
    assert chief.post("/desk/team/invite", role="counsellor", platforms="*").status_code == 403
    assert chief.post("/desk/team/invite", role="administrator", platforms="p49").status_code == 403
    assert chief.post("/desk/team/invite", role="counsellor").status_code == 403
    assert house.signed("Ana", "p49").get("/desk/team").status_code == 403


def test_somebody_removed_is_out_and_what_they_held_waits_again(house: House, session: Session) -> None:
    handover = house.handover()
    ana = house.signed("Ana", "p49")
    ana.post(f"/desk/cases/{handover}/claim")
    chief = house.signed("Chief", "p49", role="coordinator")
    chief.get("/desk/team")
    other = session.scalars(select(Counsellor.id).where(Counsellor.name == "Ana")).one()
    assert "Compte fermé" in chief.post(f"/desk/team/{other}/remove").text
    assert "Se connecter" in ana.get("/desk").text
    row = session.get(Handover, handover)
    assert row is not None and (row.state, row.claimed_by) == ("queued", None)
    assert house.thread.said[-1][1] == "handover.waiting"
    assert "c1" in house.thread.woken
    assert "left" in set(session.scalars(select(Audit.action)))


def test_nobody_removes_those_of_other_teams_or_themselves(house: House, session: Session) -> None:
    chief = house.signed("Chief", "p49", role="coordinator")
    house.person("Zoe", "p44")
    house.person("Root", "*", role="administrator")
    chief.get("/desk/team")
    for name in ("Chief", "Zoe", "Root"):
        found = session.scalars(select(Counsellor.id).where(Counsellor.name == name)).one()
        assert chief.post(f"/desk/team/{found}/remove").status_code == 404
    assert all(session.scalars(select(Counsellor.active)))


def test_a_lost_password_is_renewed_by_a_link_that_serves_once(house: House, session: Session) -> None:
    email = house.person("Bob", "p49")
    bob = house.browser()
    bob.sign_in(email)
    coordinator = house.signed("Cora", "p49", role="coordinator")
    coordinator.get("/desk/team")
    with house.make.begin() as opened:
        who = opened.scalars(select(Counsellor).where(Counsellor.email == email)).one()
        who.totp, who.totp_on, who.failures = "A" * 32, True, 4
        bob_id = who.id
    page = coordinator.post(f"/desk/team/{bob_id}/renew").text
    path = re.search(r"/desk/join/[\w-]+", page)
    assert path is not None
    fresh = house.browser()
    assert email in fresh.get(path.group()).text
    short = fresh.client.post(path.group(), data={"name": "x", "email": "x@y.fr", "password": "short"})
    assert short.status_code == 422
    new = "another horse battery"
    done = fresh.client.post(path.group(), data={"name": "Eve", "email": "eve@y.fr", "password": new})
    assert done.status_code == 200 and done.url.path == "/desk"
    assert fresh.get(path.group()).status_code == 404, "serves once"
    assert bob.get("/desk").url.path == "/desk/sign-in", "the other sessions are over"
    assert house.browser().sign_in(email).status_code == 401
    assert house.browser().sign_in(email, new).status_code == 200
    kept = session.get_one(Counsellor, bob_id, populate_existing=True)
    assert (kept.name, kept.email, kept.totp_on, kept.failures) == ("Bob", email, False, 0)


def test_teams_are_changed_within_ones_own_and_what_is_out_of_reach_waits_again(
    house: House, session: Session
) -> None:
    handover = house.handover()
    house.signed("Bob", "p49").post(f"/desk/cases/{handover}/claim")
    bob_id = session.scalars(select(Counsellor.id).where(Counsellor.name == "Bob")).one()
    outsider = house.signed("Cora", "p44", role="coordinator")
    assert outsider.post(f"/desk/team/{bob_id}/teams", platforms="p44").status_code == 404
    chief = house.signed("Zoe", "*", role="administrator")
    assert chief.post(f"/desk/team/{bob_id}/teams", platforms="nowhere").status_code == 403
    assert chief.post(f"/desk/team/{bob_id}/teams").status_code == 403
    assert chief.post(f"/desk/team/{bob_id}/teams", platforms="p44").status_code == 200
    row = session.get_one(Handover, handover, populate_existing=True)
    assert (row.state, row.claimed_by) == ("queued", None)
    assert session.get_one(Counsellor, bob_id, populate_existing=True).platforms == ["p44"]
