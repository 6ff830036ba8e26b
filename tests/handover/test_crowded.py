from __future__ import annotations

from sqlalchemy import func, select
from sqlalchemy.orm import Session, sessionmaker

from bot.gateway.tables import Conversation, Inbox, Outbox
from bot.handover import crowded
from bot.handover.bench import p95
from bot.handover.desk.browser import find
from bot.handover.tables import Handover
from bot.settings import Settings
from tests.handover.conftest import MONDAY, SomePlaces


def test_a_made_up_desk_has_requests_in_every_state_and_counsellors_who_see_them(
    make: sessionmaker[Session],
) -> None:
    settings = Settings(_env_file=None)
    cookies = crowded.fill(
        make,
        settings,
        SomePlaces(),
        ["49023", "49099", "44109"],
        conversations=300,
        counsellors=12,
        now=MONDAY,
    )
    with make() as session:
        states = dict(session.execute(select(Handover.state, func.count()).group_by(Handover.state)).all())
        languages = set(session.scalars(select(Handover.language)))
        signed = [find(session, cookie, MONDAY) for cookie in cookies]
        counts = [
            session.scalar(select(func.count()).select_from(one)) for one in (Conversation, Inbox, Outbox)
        ]
        sheet = session.scalars(select(Handover).where(Handover.language == "ar")).first()
    assert sum(states.values()) == counts[0] == 300
    assert {"queued", "claimed", "closed", "deferred", "expired"} <= set(states)
    assert {"ar", "uk", "fr", "ti"} <= languages
    assert all(signed) and len(cookies) == 12
    assert counts[1] > 300 and counts[2] > 300
    assert sheet is not None and sheet.summary["sections"]


def test_ninety_five_in_a_hundred() -> None:
    assert p95([float(number) for number in range(1, 101)]) == 96.0
    assert p95([1.0]) is None
