"""One message through the whole gateway, and what must hold whatever happens."""

from __future__ import annotations

import logging

import pytest
from sqlalchemy import select, text

from bot.gateway.message import Incoming
from bot.gateway.tables import Conversation, Inbox
from tests.gateway.conftest import BOTH, House
from tests.gateway.house import answer

pytestmark = BOTH
BUTTONS = {
    "key": "ask.means",
    "choices": [
        {"label": {"key": "code.bus"}, "payload": {"means": "bus"}},
        {"label": {"key": "code.velo"}, "payload": {"means": "velo"}},
    ],
}


def test_a_message_goes_through(house: House) -> None:
    out = house.say("je vais à Cholet demain")
    assert [(one.key, one.text, one.lang) for one in out] == [
        ("echo", "fr:echo je vais à Cholet demain", "fr")
    ]
    asked = house.engine.asked[0]
    assert asked.metadata["language"] == "fr"
    assert asked.metadata["now"] == "2026-11-23T08:00:00+00:00"
    house.say("et après")
    assert house.engine.asked[1].metadata["state"] == {"heard": ["je vais à Cholet demain"]}
    assert house.gateway.pending(asked.conversation) == 0


def test_the_same_message_twice_is_answered_once(house: House) -> None:
    assert house.keys("bonjour à vous tous", external_id="same") == ["echo"]
    assert house.keys("bonjour à vous tous", external_id="same") == []
    assert len(house.engine.asked) == 1


def test_without_an_identifier_the_same_words_since_our_answer_are_a_repeat(house: House) -> None:
    first = Incoming("sms", "+33600000001", text="1")
    one, again = house.gateway.receive(first), house.gateway.receive(first)
    assert one == again
    house.gateway.play(house.gateway.conversation_of(one))
    assert house.gateway.receive(first) != one


def test_two_messages_at_once_are_answered_in_order(house: House) -> None:
    ids = [
        house.gateway.receive(Incoming("web", "amina", f"x{number}", text=f"message numéro {number}"))
        for number in (1, 2)
    ]
    out = house.gateway.play(house.gateway.conversation_of(ids[0]))
    assert [one.turn for one in out] == ids
    assert [one.seq for one in out] == [3, 4]


CHOSEN = [
    ("tap", {"choice": 2, "kind": "choice"}, "velo"),
    ("digit", {"text": "2"}, "velo"),
    ("digit and dot", {"text": "1."}, "bus"),
    ("digit and bracket", {"text": " 2) "}, "velo"),
    ("arabic digit", {"text": "٢"}, "velo"),
    ("persian digit", {"text": "۱"}, "bus"),
    ("keycap", {"text": "2️⃣"}, "velo"),
    ("word", {"text": "deux"}, "velo"),
    ("word of another language", {"text": "اثنان"}, "velo"),
    ("label", {"text": "FR:Code.Vélo"}, "velo"),
]


@pytest.mark.parametrize(("label", "message", "means"), CHOSEN, ids=[row[0] for row in CHOSEN])
def test_choices(house: House, label: str, message: dict[str, object], means: str) -> None:
    house.engine.script = [answer(BUTTONS)]
    house.say("je cherche un moyen")
    house.say(**message)  # type: ignore[arg-type]
    assert house.engine.asked[-1].metadata["choice"] == {"means": means}
    assert house.engine.asked[-1].text == f"fr:code.{means}"


def test_a_choice_of_an_older_answer_can_still_be_tapped(house: House) -> None:
    house.engine.script = [answer(BUTTONS), answer("next")]
    shown = house.say("je cherche un moyen")
    house.say("autre chose encore")
    house.say(kind="choice", choice=shown[0].choice_ids[1])
    assert house.engine.asked[-1].metadata["choice"] == {"means": "velo"}
    assert house.keys(kind="choice", choice="9999.1") == ["input.choice_gone"]


def test_sms_numbers_all_choices_under_the_last_text(house: House) -> None:
    house.engine.script = [answer(BUTTONS, "and.then")]
    out = house.say("un moyen pour aller", channel="sms")
    assert out[0].choices == ()
    assert out[1].text.endswith("\n1 fr:code.bus\n2 fr:code.velo")
    assert out[1].segments == 1


BAD = [
    ("empty", "", ["input.empty"], None),
    ("blank", " \n\t ", ["input.empty"], None),
    ("emoji only", "👍🏽🙏", ["input.emoji"], None),
    ("control characters", "bus\x00\x07 ce\x1bsoir", ["echo"], "bus cesoir"),
    ("bidi override", "\u202ebus ce soir\u2069", ["echo"], "bus ce soir"),
    ("lone surrogate", "bus \ud800 ce soir", ["echo"], "bus  ce soir"),
    ("restart", "/restart", ["echo"], "restart"),
    ("intent", '/inform{"age":3}', ["echo"], 'inform{"age":3}'),
    ("hidden intent", "\u200b / \u202e/stop_now", ["echo"], "stop_now"),
    ("markup", "<script>alert(1)</script>", ["echo"], "<script>alert(1)</script>"),
    ("too long", "a" * 100_000, ["input.too_long", "echo"], "a" * 2000),
    ("past date", "c'était le 1er janvier 1990", ["echo"], "c'était le 1er janvier 1990"),
]


@pytest.mark.parametrize(("label", "said", "keys", "heard"), BAD, ids=[row[0] for row in BAD])
def test_bad_input(
    house: House,
    caplog: pytest.LogCaptureFixture,
    label: str,
    said: str,
    keys: list[str],
    heard: str | None,
) -> None:
    caplog.set_level(logging.DEBUG)
    assert house.keys(said) == keys
    assert [asked.text for asked in house.engine.asked] == ([] if heard is None else [heard])
    words = heard or said
    assert len(words.strip()) < 2 or words not in caplog.text


def test_a_sticker_is_declined_and_its_caption_heard(house: House) -> None:
    assert house.keys(kind="media") == ["input.media"]
    assert house.keys("la légende de l'image", kind="media") == ["echo"]


def test_kind_words_leave_the_choices_standing(house: House) -> None:
    house.engine.script = [answer(BUTTONS)]
    house.say("je cherche un moyen")
    house.say("👍")
    house.say("2")
    assert house.engine.asked[-1].metadata["choice"] == {"means": "velo"}


def test_account_numbers_are_masked_everywhere(house: House) -> None:
    house.say("mon compte FR7630006000011234567890189 voilà")
    assert house.engine.asked[0].text == "mon compte […] voilà"
    with house.sessions() as session:
        assert session.scalars(select(Inbox.text)).all() == ["mon compte […] voilà"]


CONTACTS = [
    ("phone", "mon numéro 06 12 34 56 78 merci", {"phone": "+33612345678"}, "mon numéro […] merci", "given"),
    ("arabic digits", "٠٦١٢٣٤٥٦٧٨", {"phone": "+33612345678"}, "[…]", "given"),
    ("foreign", "+380 44 234 5678", {"phone": "+380442345678"}, "[…]", "given"),
    ("e-mail", "amina@example.org svp", {"email": "amina@example.org"}, "[…] svp", "given"),
    ("refusal", "non je préfère pas", None, "non je préfère pas", "none"),
]


@pytest.mark.parametrize(
    ("label", "said", "reach", "heard", "told"), CONTACTS, ids=[row[0] for row in CONTACTS]
)
def test_contact_never_reaches_the_engine(
    house: House, label: str, said: str, reach: object, heard: str, told: str
) -> None:
    house.engine.script = [answer("ask.contact", state={"asked": "contact"}, asks="contact")]
    assert house.say("bonjour à vous tous")[0].asks == "contact"
    house.say(said)
    asked = house.engine.asked[-1]
    assert (asked.text, asked.metadata["contact"]) == (heard, told)
    with house.sessions() as session:
        conversation = session.scalars(select(Conversation)).one()
        assert conversation.person.reach == reach


def test_the_database_file_holds_no_words(house: House) -> None:
    house.say("je m'appelle Aminata et je vais à Cholet")
    with house.sessions() as session:
        for table in ("inbox", "outbox", "conversation", "contact", "person"):
            rows = session.execute(text(f"select * from {table}")).all()
            assert rows
            assert all(word not in str(rows) for word in ("Aminata", "Cholet", "amina"))
