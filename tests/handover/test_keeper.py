from __future__ import annotations

import threading
from datetime import timedelta
from email.message import EmailMessage

import pytest
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session, sessionmaker

from bot.handover.keeper import Keeper
from bot.handover.notice_settings import NoticeSettings
from bot.handover.notify import MailSettings
from bot.handover.tables import Counsellor, Handover
from bot.handover.wording import Wording
from bot.settings import Settings
from tests.handover.conftest import MONDAY, PLATFORMS, SUNDAY, SomePlaces
from tests.handover.test_watch import Told, opened


def test_a_round_wakes_what_is_due_and_tells_the_team(make: sessionmaker[Session], words: Wording) -> None:
    handover = opened(make, words, SUNDAY)
    with make.begin() as session:
        session.add(
            Counsellor(
                email="a@asso.test",
                name="A",
                role="counsellor",
                platforms=["retz"],
                password="x",
                created_at=SUNDAY,
            )
        )
    sent: list[EmailMessage] = []
    now = SUNDAY
    keeper = Keeper(
        Settings(_env_file=None),
        make,
        Told(),
        PLATFORMS,
        SomePlaces(),
        lambda: now,
        MailSettings(_env_file=None),
        sent.append,
        NoticeSettings(_env_file=None, digest_hour=-1),
    )
    keeper.once()
    assert sent == [], "nobody is woken on a Sunday"
    now = MONDAY + timedelta(minutes=1)
    keeper.once()
    keeper.once()
    assert [message["To"] for message in sent] == ["a@asso.test"]
    with make() as session:
        assert session.get_one(Handover, handover).state == "queued"


def test_it_starts_and_stops(make: sessionmaker[Session]) -> None:
    keeper = Keeper(
        Settings(_env_file=None),
        make,
        Told(),
        PLATFORMS,
        SomePlaces(),
        lambda: MONDAY,
        MailSettings(_env_file=None),
    )
    keeper.start()
    keeper.stop()
    assert keeper._running is None


def test_what_is_done_often_goes_on_after_a_failure(
    make: sessionmaker[Session], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.handover.keeper.BEAT", 0.01)
    twice = threading.Event()
    calls: list[int] = []

    def act() -> None:
        calls.append(1)
        if len(calls) == 1:
            raise OperationalError("locked", {}, Exception())
        twice.set()

    keeper = Keeper(
        Settings(_env_file=None),
        make,
        Told(),
        PLATFORMS,
        SomePlaces(),
        lambda: SUNDAY,
        MailSettings(_env_file=None),
        notices=NoticeSettings(_env_file=None, digest_hour=-1),
        often=(act,),
    )
    keeper.start()
    assert twice.wait(10)
    keeper.stop()
