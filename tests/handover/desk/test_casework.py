from __future__ import annotations

import threading

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.directory import overlays
from bot.handover.tables import Audit, Counsellor, Handover, Note
from bot.observatory.tables import UnmetNeed
from tests.handover.desk.conftest import House

SCRIPT = "<script>alert(1)</script>"


def row(session: Session, handover_id: str) -> Handover:
    found = session.get(Handover, handover_id, populate_existing=True)
    assert found is not None
    return found


def test_the_list_puts_the_urgent_and_the_oldest_first(house: House) -> None:
    later = house.handover(profile={"urgency": "U3"})
    house.clock.later(hours=1)
    urgent = house.handover(profile={"urgency": "U1"})
    older = house.handover(profile={"urgency": "U1", "origin": "49099"}, now=house.clock().replace(hour=8))
    text = house.signed("Ana", "p49").get("/desk").text
    order = sorted((text.index(found), found) for found in (later, urgent, older))
    assert [found for _, found in order] == [older, urgent, later]
    assert "Beaupréau-en-Mauges → Cholet" in text and "arabe" in text and "SMS" in text


def test_a_whole_case_from_claim_to_close(house: House, session: Session) -> None:
    handover = house.handover()
    house.thread.add("c1", "person", "عندي مقابلة غدا", "ar")
    ana = house.signed("Ana", "p49")
    page = ana.get(f"/desk/cases/{handover}").text
    assert 'dir="rtl"' in page and "Garage solidaire" in page and "Prendre cette demande" in page

    assert "+33600000000" not in page
    page = ana.post(f"/desk/cases/{handover}/claim").text
    assert "La demande est à vous" in page and "tel:+33600000000" in page
    assert house.thread.said == [("c1", "handover.claimed", {"name": {"text": "Ana"}})]
    assert house.thread.owners == {"c1": "counsellor"}

    assert "Envoyé." in ana.post(f"/desk/cases/{handover}/reply", text="Bonjour, je regarde.").text
    assert house.thread.lines["c1"][-1].text == "Bonjour, je regarde."
    phrase = {"key": "phrase.meet", "date": "2026-11-24", "time": "08:15", "place": "Gare"}
    assert "Envoyé." in ana.post(f"/desk/cases/{handover}/phrase", **phrase).text
    assert house.thread.said[-1] == (
        "c1",
        "phrase.meet",
        {"date": {"date": "2026-11-24"}, "time": {"time": "08:15"}, "place": {"text": "Gare"}},
    )
    assert "Note ajoutée" in ana.post(f"/desk/cases/{handover}/notes", text="À rappeler").text

    closing = {"outcome": "aucune", "service": "garage", "refusal": "session-complete", "kept": "non"}
    assert "Demande terminée" in ana.post(f"/desk/cases/{handover}/close", **closing).text
    done = row(session, handover)
    assert (done.state, done.outcome, done.claimed_by, done.service_id) == (
        "closed",
        "aucune",
        None,
        "garage",
    )
    assert (done.forms, done.refusal, done.kept) == (["saturation"], "session-complete", "non")
    assert done.first_reply_at == house.clock()
    assert house.thread.said[-1][1] == "handover.closed"
    assert house.thread.owners == {"c1": "bot"}
    assert session.scalars(select(UnmetNeed.forms)).one() == ["saturation"]
    trail = list(session.scalars(select(Audit.action).where(Audit.handover_id == handover)))
    assert {"see", "claim", "reply", "phrase", "note", "close"} <= set(trail)
    assert "c1" in house.thread.woken


@pytest.mark.parametrize(
    ("act", "data", "state", "told"),
    [
        pytest.param("release", {}, "queued", "handover.waiting", id="back to the queue"),
        pytest.param("give-back", {}, "closed", "handover.given_back", id="back to the program"),
        pytest.param("transfer", {"platform": "pdl"}, "queued", "handover.moved", id="to another team"),
    ],
)
def test_letting_go(
    house: House, session: Session, act: str, data: dict[str, str], state: str, told: str
) -> None:
    handover = house.handover()
    ana = house.signed("Ana", "p49")
    ana.post(f"/desk/cases/{handover}/claim")
    assert ana.post(f"/desk/cases/{handover}/{act}", **data).status_code == 200
    assert row(session, handover).state == state
    assert house.thread.said[-1][1] == told


def test_two_claims_at_the_same_moment_one_wins_the_other_is_told(house: House, session: Session) -> None:
    handover = house.handover()
    hands = [house.signed(name, "p49") for name in ("Ana", "Bob")]
    start = threading.Barrier(2)
    answers: list[int] = []

    def claim(index: int) -> None:
        start.wait()
        answers.append(hands[index].post(f"/desk/cases/{handover}/claim").status_code)

    threads = [threading.Thread(target=claim, args=(index,)) for index in range(2)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert sorted(answers) == [200, 409]
    assert [key for _, key, _ in house.thread.said] == ["handover.claimed"]
    assert row(session, handover).state == "claimed"


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("get", ""),
        ("get", "/summary.json"),
        ("get", "/summary.pdf"),
        ("get", "/sieve"),
        ("post", "/segments"),
        ("get", "/thread"),
        ("get", "/live"),
        ("post", "/claim"),
        ("post", "/release"),
        ("post", "/give-back"),
        ("post", "/transfer?platform=p44"),
        ("post", "/close"),
        ("post", "/reply"),
        ("post", "/phrase"),
        ("post", "/notes"),
        ("post", "/report"),
    ],
)
def test_another_teams_case_does_not_exist(house: House, session: Session, method: str, path: str) -> None:
    handover = house.handover()
    eve = house.signed("Eve", "p44")
    eve.get("/desk")
    data = {
        "text": "x",
        "outcome": "solution",
        "key": "phrase.when",
        "service": "garage",
        "kind": "full",
        "platform": "p44",
    }
    address = f"/desk/cases/{handover}{path}"
    answer = eve.get(address) if method == "get" else eve.post(address, **data)
    assert answer.status_code == 404
    assert handover not in eve.get("/desk").text
    assert row(session, handover).state == "queued"
    assert not house.thread.lines and not house.thread.said


@pytest.mark.parametrize("platforms", [(), ("p44",)], ids=["no scope", "another team"])
def test_scope_fails_closed(house: House, session: Session, platforms: tuple[str, ...]) -> None:
    handover = house.handover()
    email = house.person("Zoe", "p44")
    with house.make.begin() as opened:
        opened.scalars(select(Counsellor).where(Counsellor.email == email)).one().platforms = list(platforms)
    zoe = house.browser()
    zoe.sign_in(email)
    assert zoe.get(f"/desk/cases/{handover}").status_code == 404


def test_an_observer_sees_no_case(house: House) -> None:
    handover = house.handover()
    observer = house.signed("Olga", "*", role="observer")
    assert handover not in observer.get("/desk").text
    assert observer.get(f"/desk/cases/{handover}").status_code == 403


@pytest.mark.parametrize(
    "act", ["claim", "release", "give-back", "close", "reply", "notes", "report", "transfer"]
)
def test_a_form_from_elsewhere_is_refused(house: House, session: Session, act: str) -> None:
    handover = house.handover()
    ana = house.signed("Ana", "p49")
    data = {"text": "x", "outcome": "solution", "service": "garage", "kind": "full", "platform": "pdl"}
    before = row(session, handover).version
    assert ana.client.post(f"/desk/cases/{handover}/{act}", data={"csrf": "x", **data}).status_code == 403
    assert ana.client.post(f"/desk/cases/{handover}/{act}", data=data).status_code == 400
    right = {"csrf": ana.csrf, **data}
    foreign = ana.client.post(
        f"/desk/cases/{handover}/{act}", data=right, headers={"origin": "https://evil.test"}
    )
    assert foreign.status_code == 403
    assert row(session, handover).version == before
    assert not house.thread.said and not house.thread.lines


def test_script_in_messages_names_and_notes_is_only_text(house: House) -> None:
    handover = house.handover(
        offers=[{"service_id": SCRIPT, "name": SCRIPT, "status": "open"}],
        facts={"means": {"evidence": SCRIPT}},
        profile={"means": ["velo"]},
    )
    house.thread.add("c1", "person", f'{SCRIPT} " onmouseover=alert(1)')
    mallory = house.signed(SCRIPT, "p49")
    mallory.post(f"/desk/cases/{handover}/claim")
    mallory.post(f"/desk/cases/{handover}/notes", text=SCRIPT)
    for path in (f"/desk/cases/{handover}", f"/desk/cases/{handover}/thread", "/desk"):
        answer = mallory.get(path)
        assert answer.status_code == 200
        assert "<script>alert" not in answer.text
        assert "script-src 'self'" in answer.headers["content-security-policy"]
        assert "unsafe" not in answer.headers["content-security-policy"]
    assert "&lt;script&gt;" in mallory.get(f"/desk/cases/{handover}").text


def test_no_page_holds_inline_script_or_style(house: House) -> None:
    handover = house.handover()
    ana = house.signed("Ana", "*", role="administrator")
    for path in ("/desk", f"/desk/cases/{handover}", "/desk/team", "/desk/account", "/desk/sign-in"):
        text = ana.get(path).text
        assert "style=" not in text and "<style" not in text and " onclick" not in text
        assert text.count("<script") == 1 and 'src="/desk/static/desk.js"' in text


@pytest.mark.parametrize(
    ("act", "data", "status"),
    [
        pytest.param("reply", {"text": "   "}, 422, id="empty reply"),
        pytest.param("reply", {"text": "x" * 1501}, 422, id="long reply"),
        pytest.param("reply", {"text": "x" * 100_000}, 400, id="absurd reply"),
        pytest.param("phrase", {"key": "handover.closed"}, 422, id="a key that is no phrase"),
        pytest.param("phrase", {"key": "phrase.meet", "date": "demain"}, 422, id="no day"),
        pytest.param("close", {"outcome": "gagné"}, 422, id="unknown outcome"),
        pytest.param("close", {"outcome": "rendue"}, 422, id="an outcome that is not for closing"),
        pytest.param("close", {"outcome": "aucune", "forms": ["zzz"]}, 422, id="unknown form"),
        pytest.param("close", {"outcome": "aucune", "service": "zzz"}, 422, id="a service not shown"),
        pytest.param("close", {"outcome": "aucune", "refusal": "zzz"}, 422, id="unknown refusal"),
        pytest.param("transfer", {"platform": "zzz"}, 422, id="unknown team"),
        pytest.param("report", {"service": "zzz", "kind": "full"}, 422, id="report on another service"),
        pytest.param("report", {"service": "garage", "kind": "zzz"}, 422, id="unknown report"),
        pytest.param(
            "report", {"service": "garage", "kind": "full", "until": "2020-01-01"}, 422, id="past day"
        ),
    ],
)
def test_wrong_entries(house: House, session: Session, act: str, data: dict[str, str], status: int) -> None:
    handover = house.handover()
    ana = house.signed("Ana", "p49")
    ana.post(f"/desk/cases/{handover}/claim")
    answer = ana.post(f"/desk/cases/{handover}/{act}", **data)
    assert answer.status_code == status
    assert 'role="alert"' in answer.text
    assert row(session, handover).state == "claimed"
    assert not house.thread.lines


def test_only_the_holder_writes(house: House) -> None:
    handover = house.handover()
    house.signed("Ana", "p49").post(f"/desk/cases/{handover}/claim")
    bob = house.signed("Bob", "p49")
    for act, data in (("reply", {"text": "x"}), ("close", {"outcome": "solution"}), ("release", {})):
        assert bob.post(f"/desk/cases/{handover}/{act}", **data).status_code == 409
    assert not house.thread.lines


def test_a_reply_to_somebody_gone_is_refused_and_told(house: House) -> None:
    handover = house.handover()
    ana = house.signed("Ana", "p49")
    ana.post(f"/desk/cases/{handover}/claim")
    house.thread.gone.add("c1")
    answer = ana.post(f"/desk/cases/{handover}/reply", text="Bonjour")
    assert answer.status_code == 409
    assert "Rien n’est parti" in answer.text


def test_a_service_reported_full_stands_until_it_is_lifted(house: House, session: Session) -> None:
    handover = house.handover()
    ana = house.signed("Ana", "p49")
    ana.get(f"/desk/cases/{handover}")
    report = {"service": "garage", "kind": "full", "until": "2027-01-04"}
    assert (
        "signalé : Complet, jusqu’au 4 janv. 2027"
        in ana.post(f"/desk/cases/{handover}/report", **report).text
    )
    local = overlays.in_force(session, house.clock().date(), ["garage"])["garage"]
    assert [(one["kind"], one["until"], one["author_role"]) for one in local] == [
        ("full", "2027-01-04", "conseillère, conseiller")
    ]
    assert (
        "Signalement retiré" in ana.post(f"/desk/cases/{handover}/report", service="garage", kind="lift").text
    )


def test_notes_are_sealed(house: House, session: Session) -> None:
    handover = house.handover()
    ana = house.signed("Ana", "p49")
    ana.post(f"/desk/cases/{handover}/notes", text="très confidentiel")
    assert session.scalars(select(Note.text)).one() == "très confidentiel"
    raw = session.connection().exec_driver_sql("select text from handover_note").scalar_one()
    assert b"confidentiel" not in bytes(raw)
