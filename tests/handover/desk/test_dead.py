"""Messages that were given up, as the team's page shows them."""

from __future__ import annotations

from sqlalchemy.orm import Session

from bot.gateway.tables import Contact, Conversation, Outbox, Person
from bot.handover.tables import Handover
from tests.handover.conftest import MONDAY
from tests.handover.desk.conftest import House


def failed(session: Session, conversation_id: str) -> None:
    person = Person(created_at=MONDAY)
    contact = Contact(person=person, channel="sms", address_digest=conversation_id)
    session.add_all([person, contact])
    session.flush()
    told = {"language": "fr", "started_at": MONDAY, "last_at": MONDAY}
    session.add(
        Conversation(id=conversation_id, person_id=person.id, contact_id=contact.id, channel="sms", **told)
    )
    session.flush()
    row = {"seq": 1, "text": "des mots secrets", "lang": "fr", "status": "failed", "reason": "status-400"}
    session.add(
        Outbox(conversation_id=conversation_id, channel="sms", next_try_at=MONDAY, created_at=MONDAY, **row)
    )
    session.commit()


def test_the_team_sees_what_did_not_leave_and_the_case_it_belongs_to(house: House, session: Session) -> None:
    handover = house.handover()
    failed(session, session.get_one(Handover, handover).conversation_id)
    page = house.signed("Chief", "p49", role="coordinator").get("/desk/team").text
    assert "un message n’est pas parti (status-400)" in page
    assert f"/desk/cases/{handover}" in page
    assert "secrets" not in page


def test_the_case_of_another_team_is_not_linked(house: House, session: Session) -> None:
    handover = house.handover()
    failed(session, session.get_one(Handover, handover).conversation_id)
    page = house.signed("Chief", "p44", role="coordinator").get("/desk/team").text
    assert "un message n’est pas parti (status-400)" in page
    assert f"/desk/cases/{handover}" not in page
