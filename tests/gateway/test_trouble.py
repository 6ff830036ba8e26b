"""When the engine is away: nothing is lost, one kind word, one answer, in the end a human."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from bot.gateway.tables import Inbox
from tests.gateway.conftest import House
from tests.gateway.house import answer


def later(house: House, **by: float) -> list[str]:
    house.clock.forward(**by)
    return [out.key for out in house.gateway.play(house.conversation)]


def test_a_message_is_answered_when_the_engine_is_back_with_the_same_state(house: House) -> None:
    house.say("premier message de moi")
    house.engine.down = True
    assert house.keys("deuxième message de moi") == []
    assert later(house, seconds=1) == []
    house.engine.down = False
    assert later(house, seconds=5) == ["echo"]
    tries = house.engine.asked[1:]
    assert len({str(one.metadata) for one in tries}) == 1
    assert later(house, minutes=1) == []


def test_trouble_is_told_once_after_eight_seconds(house: House) -> None:
    house.engine.down = True
    told = [*house.keys("il y a quelqu'un ici")]
    for _ in range(20):
        told += later(house, seconds=4)
    assert told == ["trouble.wait"]
    house.engine.down = False
    assert later(house, seconds=40) == ["echo"]
    house.engine.down = True
    house.say("et encore une question")
    assert later(house, seconds=9) == ["trouble.wait"]


def test_after_fifteen_minutes_a_human_takes_over(house: House) -> None:
    house.engine.down = True
    house.say("il y a quelqu'un ici")
    told = [key for _ in range(35) for key in later(house, seconds=30)]
    assert told == ["trouble.wait", "trouble.human"]
    assert house.effects.applied[0]["reason"] == "trouble"
    with house.sessions() as session:
        assert session.scalars(select(Inbox.status)).all() == ["dead"]
    assert house.keys("vous êtes toujours là") == ["hold.queue"]


def test_a_human_asked_for_in_trouble_comes_without_the_engine(house: House) -> None:
    house.engine.down = True
    house.say("humain")
    assert later(house, seconds=9) == ["trouble.human"]
    assert house.effects.names() == ["handover"]


def test_what_needs_no_engine_overtakes_what_waits_for_it(house: House) -> None:
    house.engine.down = True
    house.say("il y a quelqu'un ici")
    assert house.keys("je veux mourir") == ["danger.suicide"]
    assert house.keys("un autre message simple") == []
    assert house.keys("stop") == ["stop.done"]
    house.engine.down = False
    assert later(house, seconds=60) == []
    with house.sessions() as session:
        assert set(session.scalars(select(Inbox.status))) == {"done"}


MALFORMED = [
    ("nothing", []),
    ("null", None),
    ("text", [{"text": "Bonjour"}]),
    ("no state", [{"custom": {"say": [{"key": "a"}]}}]),
    ("no words", [{"custom": {"say": [], "state": {}}}]),
    ("another turn", [{"custom": {"turn": -1, "say": [{"key": "a"}], "state": {}}}]),
    ("key is a number", [{"custom": {"say": [{"key": 3}], "state": {}}}]),
    (
        "choice without payload",
        [{"custom": {"say": [{"key": "a", "choices": [{"label": {"key": "b"}}]}], "state": {}}}],
    ),
    ("effect without name", [{"custom": {"say": [{"key": "a"}], "state": {}, "effects": [{}]}}]),
    ("key without words", [{"custom": {"say": [{"key": "unknown"}], "state": {}}}]),
]


@pytest.mark.parametrize(("label", "items"), MALFORMED, ids=[row[0] for row in MALFORMED])
def test_a_malformed_answer_is_a_failure_and_tried_again(house: House, label: str, items: object) -> None:
    house.engine.script = [lambda _text, _metadata: items, answer("well")]
    assert house.keys("il y a quelqu'un ici") == []
    assert later(house, seconds=1) == ["well"]


def test_a_turn_that_breaks_is_kept_and_tried_again(house: House) -> None:
    def broken(_text: str, _metadata: object) -> object:
        raise RuntimeError("il y a quelqu'un ici")

    house.engine.script = [broken, answer("well")]
    assert house.keys("il y a quelqu'un ici") == []
    assert later(house, seconds=1) == ["well"]


def test_an_effect_that_fails_undoes_the_whole_turn(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    house.engine.script = [answer("well", effects=[{"do": "handover"}], state={"a": 1}), answer("well")]
    with monkeypatch.context() as broken:
        broken.setattr(house.effects, "apply", lambda *_: 1 / 0)
        assert house.keys("je veux un humain vite") == []
    assert house.gateway.after(house.conversation) == []
    assert later(house, seconds=1) == ["well"]
    assert house.engine.asked[-1].metadata["state"] == {}


def test_a_human_asked_for_behind_a_message_in_trouble_comes_too(house: House) -> None:
    house.engine.down = True
    told = house.keys("il y a quelqu'un ici")
    told += [key for _ in range(4) for key in later(house, seconds=4)]
    assert told == ["trouble.wait"]
    assert house.keys("HUMAIN") == ["trouble.human"]
    assert house.effects.names() == ["handover"]
    house.engine.down = False
    assert later(house, seconds=60) == ["hold.queue"]
