"""Whatever goes wrong with a message, the log holds none of it: canaries are fed in and sought."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from typing import Any

import pytest

from bot.gateway.ports import EngineFailure
from bot.gateway.reply import Say
from tests.gateway.house import answer
from tests.privacy.conftest import House
from tests.privacy.test_erasure import MARK, PHONE

SAID = f"{MARK} {PHONE} amina.{MARK}@example.org"


def breaks(error: type[Exception]) -> Callable[[str, Mapping[str, Any]], Any]:
    def give(text: str, _metadata: Mapping[str, Any]) -> Any:
        raise error(text)

    return give


WAYS: list[tuple[str, Callable[[str, Mapping[str, Any]], Any]]] = [
    ("an error that quotes the person", breaks(ValueError)),
    ("an engine that fails", breaks(lambda _text: EngineFailure("refused"))),  # type: ignore[arg-type]
    ("an answer that is none", lambda text, _: [{"custom": text}]),
    ("an answer of another shape", lambda text, _: {text: text}),
    ("a state that is no state", answer("echo", state=SAID)),
    ("an effect nobody knows", answer("echo", effects=[{"do": "unknown", "words": SAID}])),
    ("an effect that breaks", answer("echo", effects=[{"do": "handover", "offers": SAID}])),
    ("a key without words", answer({"key": "unknown", "values": {"text": SAID}})),
    ("all is well", answer({"key": "echo", "values": {"text": SAID}})),
]


@pytest.mark.parametrize(("label", "way"), WAYS, ids=[way[0] for way in WAYS])
def test_the_log_holds_nothing_of_the_person(
    build: Callable[..., House],
    caplog: pytest.LogCaptureFixture,
    label: str,
    way: Callable[[str, Mapping[str, Any]], Any],
) -> None:
    caplog.set_level(logging.DEBUG)
    house = build()
    house.engine.script = [way]
    house.say(SAID, address=f"{MARK}-address")
    house.keeper.once()
    assert "outcome=" in caplog.text, "the turn is in the log"
    for canary in (MARK, PHONE, PHONE.removeprefix("+33"), "amina"):
        assert canary not in caplog.text


def test_nor_does_what_is_said_outside_a_turn(
    build: Callable[..., House], caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    house = build()
    house.say("bonjour", address=f"{MARK}-address")
    house.gateway.tell(house.conversation(address=f"{MARK}-address"), [Say("unknown", {"text": SAID})])
    house.say("effacer", address=f"{MARK}-address")
    house.say("1", address=f"{MARK}-address")
    house.keeper.once()
    assert MARK not in caplog.text
