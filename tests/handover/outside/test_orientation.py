"""A structure that answers from its mailbox: the link, accept, refuse and why, full; back to the conversation."""

from __future__ import annotations

import re
from email import message_from_string
from email.policy import default

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.directory import overlays
from bot.directory.snapshot import Snapshot
from bot.handover.desk.visit import refusals
from bot.handover.offer import Offer
from bot.handover.outside.orientation import Links
from bot.observatory.tables import UnmetNeed
from tests.directory.samples import service
from tests.handover.conftest import DATA, MONDAY
from tests.handover.desk.test_offer import READER
from tests.handover.outside.conftest import Elsewhere, Place
from tests.handover.test_notify import MailServer


def link(mail: MailServer) -> str:
    """The path in the only e-mail that left."""
    ((to, raw),) = mail.received
    assert to == "accueil@asso.test"
    content = message_from_string(raw, policy=default).get_content()
    path: str = re.search(r"(/orientation/\S+)", content)[1]  # type: ignore[index]
    # The token is random letters: two of them may well be "c1".
    said = content.replace(path, "")
    for secret in ("Cholet", "Beaupréau", "c1", "p1", "+33"):
        assert secret not in said
    return path


@pytest.fixture
def sent(elsewhere: Place, mail: MailServer) -> tuple[Elsewhere, str, str]:
    """The house, the handover, the path of the link."""
    there = elsewhere("orientation")
    handover = there.house.handover()
    there.carrier.once()
    there.carrier.once()
    return there, handover, link(mail)


def test_opening_the_link_changes_nothing(sent: tuple[Elsewhere, str, str], session: Session) -> None:
    there, handover, path = sent
    page = there.browser().get(path)
    assert "Beaupréau-en-Mauges" in page.text and "+33600000000" not in page.text
    assert page.headers["Cache-Control"] == "no-store"
    assert there.row(session, handover).state == "queued"


def test_accepted_the_person_is_told_and_the_structure_may_call(
    sent: tuple[Elsewhere, str, str], session: Session
) -> None:
    there, handover, path = sent
    page = there.browser().client.post(path, data={"do": "accept"})
    assert "+33600000000" in page.text
    assert ("c1", "handover.claimed", {"name": {"text": "Plateforme 49"}}) in there.house.thread.said
    assert there.row(session, handover).state == "claimed"
    done = there.browser().client.post(path, data={"do": "finish", "outcome": "solution"})
    assert "n’attend plus" in done.text and "+33" not in done.text and "Beaupréau" not in done.text
    row = there.row(session, handover)
    assert (row.state, row.outcome) == ("closed", "solution")
    again = there.browser().client.post(path, data={"do": "refuse", "reason": "autre"})
    assert "n’attend plus" in again.text and there.row(session, handover).refusal is None


@pytest.mark.parametrize("reason", refusals(DATA))
def test_refused_and_why_the_next_team_is_asked(
    sent: tuple[Elsewhere, str, str], session: Session, reason: str
) -> None:
    there, handover, path = sent
    there.browser().client.post(path, data={"do": "refuse", "reason": reason})
    row = there.row(session, handover)
    form = refusals(DATA)[reason]
    assert (row.platform, row.state, row.refusal) == ("pdl", "queued", reason)
    assert row.forms == ([form] if form else [])
    assert there.house.thread.said[-1] == (
        "c1",
        "handover.moved",
        {"platform": {"text": "Relais régional"}},
    )
    assert there.referral(session).state == "refused"


def test_refused_by_the_last_team_is_told_honestly(
    sent: tuple[Elsewhere, str, str], session: Session
) -> None:
    there, handover, path = sent
    with there.house.make.begin() as writing:
        there.row(writing, handover).tried = ["pdl"]
    there.browser().client.post(path, data={"do": "refuse", "reason": "autre"})
    assert there.row(session, handover).state == "expired"
    assert there.house.thread.said[-1][1] == "handover.expired"
    assert session.scalars(select(UnmetNeed.origin_kind)).all() == ["expired"]


def test_full_is_known_to_the_directory_for_their_own_services_only(
    sent: tuple[Elsewhere, str, str], session: Session
) -> None:
    there, handover, path = sent
    own = service("asso--auto", structure_id="asso--s1")
    other = service("autre--auto", structure_id="autre--s1")
    there.house.offer.shelf = Shelf(Offer(Snapshot.of([own, other], today=MONDAY.date()), READER, {}))
    page = there.browser().get(path).text
    assert 'value="asso--auto"' in page and 'value="autre--auto"' not in page
    given = {"do": "full", "until": "2027-01-04", "services": ["asso--auto", "autre--auto"]}
    there.browser().client.post(path, data=given)
    row = there.row(session, handover)
    assert (row.platform, row.refusal, row.forms) == ("pdl", "session-complete", ["saturation"])
    said = overlays.in_force(session, MONDAY.date())
    assert list(said) == ["asso--auto"]
    assert (said["asso--auto"][0]["kind"], said["asso--auto"][0]["until"]) == ("full", "2027-01-04")


class Shelf:
    def __init__(self, offer: Offer) -> None:
        self._offer = offer

    def current(self) -> Offer:
        return self._offer


@pytest.mark.parametrize(
    "given",
    [
        {"do": "refuse", "reason": "humeur"},
        {"do": "full", "until": "2026-01-01"},
        {"do": "full", "until": "bientôt"},
        {"do": "finish", "outcome": "rendue"},
        {"do": "erase"},
    ],
    ids=str,
)
def test_an_answer_that_is_none_changes_nothing(
    sent: tuple[Elsewhere, str, str], session: Session, given: dict[str, str]
) -> None:
    there, handover, path = sent
    assert there.browser().client.post(path, data=given).status_code == 422
    assert there.row(session, handover).state == "queued"


@pytest.mark.parametrize("token", ["forged", "MQ.aaaa.bbbb", ""])
def test_a_forged_link_opens_nothing(sent: tuple[Elsewhere, str, str], token: str) -> None:
    there, _, _ = sent
    assert there.browser().get(f"/orientation/{token}").status_code == 404


def test_another_site_cannot_answer_for_them(sent: tuple[Elsewhere, str, str], session: Session) -> None:
    there, handover, path = sent
    answer = there.browser().client.post(
        path, data={"do": "accept"}, headers={"Origin": "https://evil.test", "Sec-Fetch-Site": "cross-site"}
    )
    assert answer.status_code == 403 and there.row(session, handover).state == "queued"


def test_a_link_signed_with_another_key_or_too_old_is_none() -> None:
    from datetime import timedelta

    token = Links(["a" * 64], timedelta(days=1)).sign(3)
    assert Links(["a" * 64], timedelta(days=1)).read(token) == 3
    assert Links(["a" * 64, "b" * 64], timedelta(days=1)).read(token) == 3, "after a key's rotation"
    assert Links(["b" * 64], timedelta(days=1)).read(token) is None
    assert Links(["a" * 64], timedelta(seconds=-1)).read(token) is None
