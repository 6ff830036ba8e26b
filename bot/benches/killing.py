"""Kill -9, again and again, at random moments under load: is every message answered, and answered once?

What a phone may get twice: the message whose sending process died after Telegram had taken it and before our note of
it was written. Telegram lets nobody ask whether it has a message, so that one is sent again: better twice than never.
On the web nothing is ever seen twice: the page knows each message by its number.
"""

from __future__ import annotations

import os
import random
import subprocess
import sys
import threading
import time
from collections import Counter
from dataclasses import asdict, dataclass, field
from typing import IO

import requests
from sqlalchemy import Engine as Database
from sqlalchemy import select

from bot.assembly import open_database
from bot.benches.mortal import SECRET
from bot.benches.outside_world import Delivery, World, chained, world
from bot.channels.telegram.receiver import HEADER
from bot.database import sessions
from bot.gateway.tables import Contact, Conversation, Inbox, Outbox
from bot.migrations import upgrade
from bot.replay.stage import free_port
from bot.settings import ROOT, Settings

SPEED = 20.0
PEOPLE = 40
TALKERS = 8
WAITING_AT_MOST = 3
# A life from its first webhook to its end, in seconds: shorter than some turns, longer than others.
LIFE = (0.01, 0.8)
SETTLE_SECONDS = 60.0


@dataclass
class Figures:
    """What was seen. `lost` and `doubled` must be none; `repeated` are the unavoidable ones."""

    kills: int = 0
    sent: int = 0
    lost: int = 0
    doubled: int = 0
    repeated: int = 0
    disordered: int = 0

    def add(self, other: Figures) -> None:
        """Count another's with these."""
        for name, value in asdict(other).items():
            setattr(self, name, getattr(self, name) + value)


@dataclass
class People:
    """Those who write: each message again with the same update number until it is taken, as Telegram does."""

    port: int
    world: World
    sent: dict[str, list[str]] = field(default_factory=dict)
    done: threading.Event = field(default_factory=threading.Event)
    numbers: int = 0
    lock: threading.Lock = field(default_factory=threading.Lock)

    def talk(self, chats: list[str]) -> None:
        """Write for these people until told to stop; nobody has more than a few messages unanswered."""
        while not self.done.is_set():
            for chat in chats:
                mine = self.sent.setdefault(chat, [])
                if len(mine) - self.world.answers(chat) >= WAITING_AT_MOST:
                    continue
                # Five figures: 115 and 119 are emergency numbers, and what speaks of danger is answered with numbers
                # to call, not with its own words.
                text = f"mon billet de train pour Cholet porte le numéro {10_000 + len(mine)}"
                if self.post(chat, text):
                    mine.append(text)
            self.done.wait(0.002)

    def post(self, chat: str, text: str) -> bool:
        """Post one update until it is taken."""
        with self.lock:
            self.numbers += 1
            number = self.numbers
        user = {"id": int(chat), "is_bot": False, "first_name": "A", "language_code": "fr"}
        message = {"message_id": number, "date": 1, "from": user, "text": text}
        update = {"update_id": number, "message": {**message, "chat": {"id": int(chat), "type": "private"}}}
        url = f"http://127.0.0.1:{self.port}/api/channels/telegram/webhook"
        while True:
            try:
                answer = requests.post(url, json=update, headers={HEADER: SECRET}, timeout=5)
                if answer.status_code == requests.codes.ok:
                    return True
            except requests.RequestException:
                time.sleep(0.01)


def run(settings: Settings, kills: int, *, processes: int = 1, seed: int = 1) -> Figures:
    """Kill one of `processes` gateways on these settings' database `kills` times under load, then let all settle."""
    chance = random.Random(seed)
    database = open_database(settings)
    upgrade(database)
    figures, killed, port = Figures(), {}, free_port()
    with world() as around:
        mother = mother_of_gateways(settings, port, around)
        try:
            people = People(port, around)
            chats = [str(1000 + number) for number in range(PEOPLE)]
            talking = [
                threading.Thread(target=people.talk, args=(chats[at::TALKERS],), daemon=True)
                for at in range(TALKERS)
            ]
            alive = [told(mother, "born") for _ in range(processes)]
            for thread in talking:
                thread.start()
            for _ in range(kills):
                time.sleep(chance.uniform(*LIFE) / processes)
                victim = alive.pop(chance.randrange(processes))
                killed[int(victim)] = time.monotonic()
                told(mother, f"dead {victim}")
                alive.append(told(mother, "born"))
                figures.kills += 1
            people.done.set()
            for thread in talking:
                thread.join()
            settle(people)
        finally:
            mother.kill()
            mother.communicate()
    count(figures, people, killed)
    stored(figures, people, database)
    database.dispose()
    return figures


def settle(people: People) -> None:
    """Wait until every message has an answer, or nothing more comes."""
    until = time.monotonic() + SETTLE_SECONDS
    while time.monotonic() < until:
        if not people.world.pending(people.sent):
            return
        with people.world.heard:
            people.world.heard.wait(0.2)


def count(figures: Figures, people: People, killed: dict[int, float]) -> None:
    """What the phones saw, beside what was written. `killed`: process → moment, whose repeats are unavoidable."""
    for chat, sent in people.sent.items():
        figures.sent += len(sent)
        first: dict[str, Delivery] = {}
        for delivery in people.world.phones[chat]:
            if delivery.text not in sent:
                continue  # a word that it takes a moment
            before = first.setdefault(delivery.text, delivery)
            if before is delivery:
                continue
            # Its sender was killed before it could note the yes: this one could not be known of.
            unavoidable = before.process in killed and killed[before.process] < delivery.at
            figures.repeated += unavoidable
            figures.doubled += not unavoidable
        figures.lost += sum(text not in first for text in sent)
        figures.disordered += [text for text in sent if text in first] != list(first)


def stored(figures: Figures, people: People, database: Database) -> None:
    """What the database holds: each message once, answered once, each turn after the one before."""
    with sessions(database)() as session:
        words = dict(session.execute(select(Inbox.id, Inbox.text)).tuples().all())
        # A word that it takes a moment belongs to its turn too, and is no answer.
        answers = Counter(
            row.turn
            for row in session.scalars(select(Outbox))
            if row.turn and row.text == words.get(row.turn)
        )
        figures.doubled += abs(len(words) - figures.sent) + sum(count - 1 for count in answers.values())
        for chat, state in session.execute(
            select(Contact.address, Conversation.state).join(
                Conversation, Conversation.contact_id == Contact.id
            )
        ):
            # Every turn saw the state of the one before, in order: nothing was played twice or out of turn.
            figures.disordered += (state or {}).get("heard", "") != chained(people.sent[chat])


def mother_of_gateways(
    settings: Settings, port: int, around: World, speed: float = SPEED
) -> subprocess.Popen[str]:
    """A process that has all loaded and bears gateways whose clock runs so fast (`bot.benches.mortal`)."""
    names = {"RELAIS_DATABASE_URL": settings.url(), "RELAIS_VAR": str(settings.var), "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-m", "bot.benches.mortal", str(port), around.api, around.engine, str(speed)]
    mother = subprocess.Popen(
        command,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        env={**os.environ, **names, "RELAIS_ENGINE_TIMEOUT": "5"},
    )
    _line(mother.stdout)
    return mother


def told(mother: subprocess.Popen[str], command: str) -> str:
    """Give it a command; its answer. Raises `RuntimeError` when it has none."""
    assert mother.stdin is not None
    mother.stdin.write(f"{command}\n")
    mother.stdin.flush()
    return _line(mother.stdout)


def _line(stream: IO[str] | None) -> str:
    assert stream is not None
    line = stream.readline().strip()
    if not line:
        raise RuntimeError("the gateway could not be started")
    return line
