"""While a human holds the conversation the bot is silent, but for a throttled note."""

from __future__ import annotations

from bot.gateway.ownership import give
from tests.gateway.conftest import House
from tests.gateway.house import answer


def test_the_queue_has_one_note_in_ten_minutes_and_a_way_back(house: House) -> None:
    house.engine.script = [answer("handover.done", effects=[{"do": "handover"}])]
    house.say("je voudrais parler à quelqu'un")
    assert house.keys("vous êtes là ?") == ["hold.queue"]
    assert house.keys("allo allo allo") == []
    house.clock.forward(minutes=11)
    assert house.keys("toujours personne ici ?") == ["hold.queue"]
    assert len(house.engine.asked) == 1
    assert house.effects.names() == ["handover", "heard", "heard", "heard"]
    assert house.keys("1") == ["hold.returned"]
    assert house.effects.names()[-1] == "withdraw"
    assert house.keys("on continue alors ensemble") == ["echo"]


def test_a_counsellor_who_has_spoken_is_not_interrupted(house: House) -> None:
    house.say("bonjour à vous tous")
    with house.sessions.begin() as session:
        give(session, house.conversation, "counsellor")
    assert house.keys("vous êtes là ?") == ["hold.counsellor"]
    with house.sessions.begin() as session:
        out = house.gateway.post(session, house.conversation, text="Bonjour, Léa.", author="counsellor")
    assert [(one.text, one.lang, one.author) for one in out] == [("Bonjour, Léa.", "fr", "counsellor")]
    house.clock.forward(minutes=30)
    assert house.keys("merci beaucoup à vous") == []
    assert house.keys("stop") == ["stop.done"]


def test_danger_is_heard_also_by_the_bot_while_a_human_holds(house: House) -> None:
    house.say("bonjour à vous tous")
    with house.sessions.begin() as session:
        give(session, house.conversation, "counsellor")
    assert house.keys("je veux mourir") == ["danger.suicide"]
