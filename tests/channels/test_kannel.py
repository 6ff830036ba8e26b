"""SMS end to end with Debian's Kannel and its fake operator: a message in, its answer out, the report back."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from fastapi import FastAPI
from sqlalchemy import select

from bot.channels.settings import SmsSettings
from bot.channels.sms.kannel import Kannel
from bot.channels.sms.receiver import Receiver, router
from bot.gateway.delivery import Deliverer
from bot.gateway.tables import Outbox
from bot.gateway.worker import Worker
from bot.settings import ROOT
from bot.speech.speech import Speech
from tests.channels.conftest import free_port, serve
from tests.channels.kannel import LOGIN, US, Phone, boxes
from tests.gateway.conftest import House
from tests.gateway.house import answer

ALPHABET = Speech.load(ROOT / "data", lambda code: code).alphabet


@dataclass
class Bench:
    house: House
    phone: Phone


@pytest.fixture
def bench(house: House, tmp_path: Path) -> Iterator[Bench]:
    ours, sendsms = free_port(), free_port()
    address = f"http://127.0.0.1:{ours}"
    settings = SmsSettings(url=f"http://127.0.0.1:{sendsms}", sender=US, _env_file=None, **LOGIN)
    provider = Kannel(settings, address, lambda text: ALPHABET.encoding(text) == "gsm7")
    app = FastAPI()
    app.include_router(router(Receiver(house.gateway, provider), "kannel", address))
    worker, deliverer = Worker(house.gateway, poll=0.1), Deliverer(house.gateway, {"sms": provider}, poll=0.1)
    with serve(app, ours), boxes(tmp_path, address, sendsms) as kannel:
        worker.start()
        deliverer.start()
        yield Bench(house, kannel.phone)
        deliverer.stop()
        worker.stop()


def _status(house: House, wanted: str, seconds: float = 90) -> bool:
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        with house.sessions() as session:
            if session.scalars(select(Outbox.status)).all() == [wanted]:
                return True
        time.sleep(0.1)
    return False


def test_french_there_and_back_with_its_report(bench: Bench) -> None:
    bench.phone.says("je vais a Cholet")
    assert bench.phone.read() == "fr:echo je vais a Cholet"
    assert _status(bench.house, "delivered")


THERE_AND_BACK = [
    ("french with its accents, in the GSM alphabet", "déjà à Beaupréau, où êtes-vous ? 5 €"),
    ("arabic", "أريد الذهاب إلى العمل"),
    ("ukrainian", "Мені треба на роботу"),
]


@pytest.mark.parametrize(("label", "words"), THERE_AND_BACK, ids=[row[0] for row in THERE_AND_BACK])
def test_there_and_back(bench: Bench, label: str, words: str) -> None:
    bench.phone.says(words)
    assert bench.phone.read().endswith(f":echo {words}")
    assert bench.house.engine.asked[0].text == words


LONG = ["Une phrase pour remplir. " * 20, "جملة طويلة لملء الرسالة. " * 12]


@pytest.mark.parametrize("words", LONG, ids=["GSM", "UCS-2"])
def test_a_long_answer_leaves_in_parts_that_belong_together(bench: Bench, words: str) -> None:
    bench.house.engine.script = [answer({"key": "long", "values": {"text": words.strip()}})]
    bench.phone.says("je vais a Cholet")
    parts = bench.phone.parts(words.strip()[-8:])
    assert len(parts) > 2
    assert "".join(parts) == f"fr:long {words.strip()}"


def test_parts_of_a_long_message_arrive_as_one(bench: Bench) -> None:
    bench.phone.say("udh", "%05%00%03%07%02%02 Cholet+demain")
    bench.phone.say("udh", "%05%00%03%07%02%01 je+vais+a+")
    assert bench.phone.read() == "fr:echo je vais a Cholet demain"
