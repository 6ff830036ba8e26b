"""A shared place: the nearest commune, said back before it counts; the point itself goes nowhere."""

from __future__ import annotations

import math

import pytest
from sqlalchemy import select

from bot.gateway.nearest import Nearest
from bot.gateway.tables import Inbox
from bot.settings import ROOT
from tests.gateway.conftest import House
from tests.gateway.house import answer

CHOLET = {"latitude": 47.06, "longitude": -0.88}


@pytest.fixture
def near(house: House) -> House:
    parts = house.gateway._player._parts
    object.__setattr__(parts, "nearest", lambda lat, _lon: "49099" if lat > 40 else None)
    return house


@pytest.mark.parametrize(
    ("asked", "field"), [("origin", "origin"), ("destination", "destination"), ("age", "origin")]
)
def test_the_commune_is_confirmed_then_answers_what_was_asked(near: House, asked: str, field: str) -> None:
    near.engine.script = [answer("ask", state={"asked": asked}, asks=asked)]
    near.say("je cherche comment faire")
    [confirm] = near.say(kind="location", given=CHOLET)
    assert (confirm.key, confirm.values) == ("location.confirm", {"place": {"place": "49099"}})
    assert len(near.engine.asked) == 1
    near.say(choice=1, kind="choice")
    fact = {"field": field, "value": "49099"}
    assert near.engine.asked[-1].metadata["choice"] == {"intent": "inform", "facts": [fact]}


def test_another_commune_puts_the_question_again(near: House) -> None:
    near.say("je cherche comment faire")
    near.say(kind="location", given=CHOLET)
    near.say("2")
    assert near.engine.asked[-1].metadata["choice"] == {"intent": "repeat"}


def test_nowhere_near_asks_for_the_name(near: House) -> None:
    assert near.keys(kind="location", given={"latitude": 0.0, "longitude": 0.0}) == ["location.unknown"]


def test_a_counsellor_who_holds_the_conversation_is_not_talked_over(near: House) -> None:
    near.engine.script = [answer("done", effects=[{"do": "handover"}])]
    near.say("un humain pour moi")
    assert near.keys(kind="location", given=CHOLET) == ["hold.queue"]


def test_the_point_is_kept_nowhere(near: House) -> None:
    near.say("je cherche comment faire")
    near.say(kind="location", given=CHOLET)
    with near.sessions() as session:
        assert session.scalars(select(Inbox.given)).all() == [None, None]
    assert all("47.06" not in repr(asked.metadata) for asked in near.engine.asked)


@pytest.fixture(scope="module")
def nearest() -> Nearest:
    return Nearest(ROOT / "data")


POINTS = [
    ("Cholet", 47.06, -0.88, "49099"),
    ("Le Mans", 48.005, 0.195, "72181"),
    ("the sea", 46.5, -4.0, None),
    ("the other side of the world", -41.0, 175.0, None),
    ("no number", math.nan, 0.0, None),
]


@pytest.mark.parametrize(("label", "lat", "lon", "code"), POINTS, ids=[row[0] for row in POINTS])
def test_nearest(nearest: Nearest, label: str, lat: float, lon: float, code: str | None) -> None:
    assert nearest(lat, lon) == code
