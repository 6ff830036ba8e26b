from __future__ import annotations

import re
import socketserver
import threading
from collections.abc import Iterator
from datetime import timedelta
from email import message_from_string
from email.message import EmailMessage
from email.policy import default
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from bot.handover import book
from bot.handover.desk import links
from bot.handover.desk.pages import desk_words
from bot.handover.life import Claim
from bot.handover.notify import MailSettings, poster, recipients, send_due, unsent
from bot.handover.tables import Counsellor, Handover, Notice
from tests.handover.conftest import DATA, MONDAY
from tests.handover.test_book import waiting

WORDS = desk_words(DATA)
OPTIONS: dict[str, Any] = {"sender": "relais@asso.test", "address": "https://relais.test", "words": WORDS}


class MailServer(socketserver.ThreadingTCPServer):
    """A mail server that speaks enough SMTP and keeps what it is given."""

    allow_reuse_address = True
    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Talk)
        self.received: list[tuple[str, str]] = []


class Talk(socketserver.StreamRequestHandler):
    server: MailServer

    def handle(self) -> None:
        self.wfile.write(b"220 here\r\n")
        to = ""
        while line := self.rfile.readline().decode().strip():
            word = line.upper()
            if word.startswith("RCPT"):
                to = line.split("<")[1].rstrip(">")
            if word == "DATA":
                self.wfile.write(b"354 go\r\n")
                lines = []
                while (text := self.rfile.readline().decode()) != ".\r\n":
                    lines.append(text.replace("\r\n", "\n"))
                self.server.received.append((to, "".join(lines)))
            self.wfile.write(b"221 bye\r\n" if word == "QUIT" else b"250 ok\r\n")
            if word == "QUIT":
                return


@pytest.fixture
def mail() -> Iterator[MailServer]:
    with MailServer() as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield server
        server.shutdown()
        thread.join()


@pytest.fixture
def handover(make: sessionmaker[Session]) -> str:
    with make.begin() as session:
        row = waiting()
        row.summary = {"sections": [{"lines": [{"value": "Cholet"}]}]}
        session.add(row)
        session.flush()
        book.notify(session, row, "waiting", MONDAY)
        return row.id


def person(make: sessionmaker[Session], email: str, *platforms: str, **more: Any) -> None:
    given = {"name": "A", "role": "counsellor", "password": "x", "created_at": MONDAY, **more}
    with make.begin() as session:
        session.add(Counsellor(email=email, platforms=list(platforms), **given))


def test_the_team_is_told_by_a_link_and_nothing_else(
    make: sessionmaker[Session], mail: MailServer, handover: str
) -> None:
    person(make, "ana@asso.test", "p49")
    person(make, "eve@asso.test", "p44")
    settings = MailSettings(host="127.0.0.1", port=mail.server_address[1], tls=False, _env_file=None)
    post = poster(settings)
    assert send_due(make, post, **OPTIONS, now=MONDAY) == 1
    assert send_due(make, post, **OPTIONS, now=MONDAY) == 0, "once"
    ((to, raw),) = mail.received
    message = message_from_string(raw, policy=default)
    assert to == "ana@asso.test"
    assert message["Subject"] == "Relais : une demande attend"
    link = re.search(r"https://relais\.test/desk/go/(\S+)", message.get_content())
    assert link is not None
    with make() as session:
        assert links.read(session, link.group(1)) == handover
    for secret in ("Cholet", "c1", "p1", "U2"):
        assert secret not in message.get_content().replace(link.group(1), "")


def test_a_mail_server_that_is_down_is_tried_again_and_seen(
    make: sessionmaker[Session], handover: str
) -> None:
    person(make, "ana@asso.test", "p49")
    sent: list[EmailMessage] = []

    def down(message: EmailMessage) -> None:
        raise ConnectionRefusedError

    assert send_due(make, down, **OPTIONS, now=MONDAY) == 0
    with make() as session:
        assert unsent(session) == {"smtp": 1}
    assert send_due(make, sent.append, **OPTIONS, now=MONDAY) == 0, "not at once"
    assert send_due(make, sent.append, **OPTIONS, now=MONDAY + timedelta(minutes=1)) == 1
    with make() as session:
        assert unsent(session) == {}
    assert [message["To"] for message in sent] == ["ana@asso.test"]


def test_nobody_to_tell_is_seen(make: sessionmaker[Session], handover: str) -> None:
    sent: list[EmailMessage] = []
    assert send_due(make, sent.append, **OPTIONS, now=MONDAY) == 0
    with make() as session:
        assert unsent(session) == {"nobody": 1}


def test_what_was_taken_meanwhile_is_not_announced(make: sessionmaker[Session], handover: str) -> None:
    person(make, "ana@asso.test", "p49")
    with make.begin() as session:
        book.apply(session, handover, Claim("ana"), MONDAY)
    sent: list[EmailMessage] = []
    assert send_due(make, sent.append, **OPTIONS, now=MONDAY) == 0
    assert sent == []
    with make() as session:
        assert session.scalars(select(Notice)).all() == []
        assert session.get_one(Handover, handover).state == "claimed"


def test_who_is_told(make: sessionmaker[Session], session: Session) -> None:
    person(make, "all@asso.test", "*", role="administrator")
    person(make, "gone@asso.test", "p49", active=False)
    person(make, "watch@asso.test", "*", role="observer")
    person(make, "here@asso.test", "p49")
    assert recipients(session, "p49") == ["all@asso.test", "here@asso.test"]
    assert recipients(session, None) == ["all@asso.test"]
