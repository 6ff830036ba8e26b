"""A team that works in Chatwoot: handed over, talked with both ways, ended, and what goes wrong."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy.orm import Session

from bot.handover.life import Move
from bot.handover.outside.chatwoot import heard
from bot.handover.telling import happen
from tests.handover.conftest import PLATFORMS
from tests.handover.outside.conftest import TEAM, Place
from tests.handover.outside.helpdesk import Helpdesk


def test_both_sides_talk_and_the_end_gives_the_conversation_back(
    elsewhere: Place, helpdesk: Helpdesk, session: Session
) -> None:
    there = elsewhere("chatwoot")
    handover = there.house.handover()
    there.carrier.once()
    there.carrier.once()
    ((number, opening),) = helpdesk.messages
    assert "Beaupréau-en-Mauges" in opening and "arabe" in opening and "SMS" in opening
    assert "+33" not in str(helpdesk.contacts), "how to reach the person stays here"

    there.house.thread.add("c1", "person", "je suis là", "fr")
    there.carrier.once()
    there.carrier.once()
    assert helpdesk.messages[1:] == [(number, "je suis là")]

    assert there.hook(helpdesk.event(900, "Bonjour, je regarde", number)).json() == {"done": True}
    assert there.hook(helpdesk.event(900, "Bonjour, je regarde", number)).json() == {"done": True}
    row = there.row(session, handover)
    assert (row.state, row.first_reply_at) == ("claimed", there.house.clock())
    assert ("c1", "handover.claimed", {"name": {"text": "Léa"}}) in there.house.thread.said
    assert [line.text for line in there.house.thread.lines["c1"]] == ["je suis là", "Bonjour, je regarde"]
    there.carrier.once()
    assert len(helpdesk.messages) == 2, "their own words do not come back to them"

    assert there.hook(helpdesk.resolved(number)).json() == {"done": True}
    row = there.row(session, handover)
    assert (row.state, row.outcome) == ("closed", "rendue")
    assert there.house.thread.owners["c1"] == "bot"


def test_a_server_that_is_down_is_tried_again(elsewhere: Place, helpdesk: Helpdesk, session: Session) -> None:
    there = elsewhere("chatwoot")
    there.house.handover()
    helpdesk.broken = True
    there.carrier.once()
    referral = there.referral(session)
    assert (referral.state, referral.error, referral.attempts) == ("to-send", "status-503", 1)
    helpdesk.broken = False
    there.carrier.once()
    assert helpdesk.messages == [], "not at once"
    there.house.clock.later(minutes=1)
    there.carrier.once()
    assert len(helpdesk.messages) == 1
    assert there.referral(session).error is None


def test_a_case_that_went_to_another_team_is_over_there(
    elsewhere: Place, helpdesk: Helpdesk, session: Session
) -> None:
    there = elsewhere("chatwoot")
    handover = there.house.handover()
    there.carrier.once()
    with there.house.make.begin() as writing:
        row = there.row(writing, handover)
        happen(writing, there.house.thread, row, Move("pdl"), there.house.clock(), platforms=PLATFORMS)
    there.carrier.once()
    there.carrier.once()
    number, last = helpdesk.messages[-1]
    assert last == "Cette demande n’est plus chez vous." and len(helpdesk.messages) == 2
    assert there.hook(helpdesk.event(901, "trop tard", number)).json() == {"done": False}
    assert "c1" not in there.house.thread.lines, "nothing reached the person"


def test_an_answer_to_somebody_who_left_is_said_to_the_agent(
    elsewhere: Place, helpdesk: Helpdesk, session: Session
) -> None:
    there = elsewhere("chatwoot")
    there.house.handover()
    there.carrier.once()
    there.house.thread.gone.add("c1")
    number = helpdesk.messages[0][0]
    assert there.hook(helpdesk.event(902, "Bonjour ?", number)).json() == {"done": False}
    assert helpdesk.messages[-1][1].startswith("Rien n’est parti")


def test_the_webhook_needs_its_secret(elsewhere: Place, helpdesk: Helpdesk, session: Session) -> None:
    there = elsewhere("chatwoot")
    handover = there.house.handover()
    there.carrier.once()
    event = helpdesk.event(903, "Bonjour", helpdesk.messages[0][0])
    assert there.hook(event, secret="x" * 24).status_code == 404
    assert there.row(session, handover).state == "queued"


@pytest.mark.parametrize(
    "more",
    [
        {"message_type": "incoming"},
        {"private": True},
        {"content": "  "},
        {"event": "message_updated"},
        {"conversation": {}},
        {"conversation": None},
        {"event": "conversation_status_changed", "status": "open", "conversation": None},
    ],
    ids=str,
)
def test_what_no_agent_said_to_the_person_is_not_carried(helpdesk: Helpdesk, more: dict[str, Any]) -> None:
    helpdesk.conversations[1] = "source-1"
    assert heard(helpdesk.event(1, "Bonjour", 1)) is not None
    assert heard({**helpdesk.event(1, "Bonjour", 1), **more}) is None


@pytest.mark.parametrize(
    ("backends", "wrong"),
    [({"nowhere": "chatwoot"}, "no such team"), ({TEAM: "fax"}, "not set up")],
    ids=str,
)
def test_a_team_nobody_would_look_at_is_refused_at_the_start(backends: dict[str, str], wrong: str) -> None:
    from bot.handover.backend import DeskBackend
    from bot.handover.outside import assembling
    from bot.handover.outside.settings import OutsideSettings

    with pytest.raises(ValueError, match=wrong):
        assembling.where(
            OutsideSettings(_env_file=None, backends=backends), PLATFORMS, {"chatwoot": DeskBackend()}
        )
