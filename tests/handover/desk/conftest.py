from __future__ import annotations

import functools
import re
import warnings
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import pytest
from fastapi import FastAPI
from httpx import Response
from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from bot.directory.snapshot import Snapshot
from bot.gateway.reply import Choice
from bot.handover.desk.browser import COOKIE, begin
from bot.handover.desk.routes import router
from bot.handover.desk.secrets import hash_password
from bot.handover.offer import Offer, Shelf
from bot.handover.request import request
from bot.handover.tables import Counsellor
from bot.handover.thread import Line
from bot.handover.wording import Wording
from bot.settings import Settings
from bot.tamis.places import Register
from bot.tamis.reader import Reader
from tests.handover.conftest import DATA, MONDAY, PLATFORMS, SomePlaces

with warnings.catch_warnings():
    # The lock file holds httpx; this Starlette would rather have its successor.
    warnings.filterwarnings("ignore", message="Using `httpx` with")
    from fastapi.testclient import TestClient

PASSWORD = "correct horse battery"
hashed = functools.cache(lambda: hash_password(PASSWORD))
CSRF = re.compile(r'name="csrf" value="([^"]+)"')


@dataclass
class Moment:
    """A clock that moves when told."""

    now: datetime = MONDAY

    def __call__(self) -> datetime:
        return self.now

    def later(self, **much: float) -> None:
        self.now += timedelta(**much)


@dataclass
class SomeThread:
    """Conversations in memory; `gone` said STOP or erased themselves."""

    lines: dict[str, list[Line]] = field(default_factory=dict)
    said: list[tuple[str, str, Mapping[str, Any]]] = field(default_factory=list)
    owners: dict[str, str] = field(default_factory=dict)
    woken: list[str] = field(default_factory=list)
    gone: set[str] = field(default_factory=set)
    asked: list[tuple[str, str, tuple[Choice, ...], bool]] = field(default_factory=list)
    profiles: dict[str, dict[str, Any]] = field(default_factory=dict)

    def messages(self, session: Session, conversation_id: str) -> Sequence[Line]:
        return self.lines.get(conversation_id, [])

    def last(self, session: Session, conversation_id: str) -> int:
        return len(self.lines.get(conversation_id, []))

    def add(self, conversation_id: str, author: str, text: str, language: str = "fr") -> None:
        lines = self.lines.setdefault(conversation_id, [])
        lines.append(
            Line(len(lines) + 1, MONDAY, author, text, language, "rtl" if language == "ar" else "ltr")
        )

    def reach(self, session: Session, conversation_id: str) -> Mapping[str, str]:
        return {"phone": "+33600000000"}

    def profile(self, session: Session, conversation_id: str) -> Mapping[str, Any]:
        return self.profiles.get(conversation_id, {})

    def segments(self, session: Session, conversation_id: str, text: str) -> int:
        return 1 + len(text) // 160

    def send(self, session: Session, conversation_id: str, text: str, author: str) -> bool:
        if conversation_id in self.gone:
            return False
        self.add(conversation_id, "counsellor", text)
        return True

    def say(self, session: Session, conversation_id: str, key: str, values: Mapping[str, Any]) -> bool:
        if conversation_id in self.gone:
            return False
        self.said.append((conversation_id, key, values))
        return True

    def unanswered(self, session: Session, conversation_ids: Sequence[str]) -> list[str]:
        return [
            one for one in conversation_ids if self.lines.get(one) and self.lines[one][-1].author == "person"
        ]

    def preview(
        self, session: Session, conversation_id: str, key: str, values: Mapping[str, Any]
    ) -> tuple[str, str, str]:
        return f"({key})", "ar", "rtl"

    def ask(
        self,
        session: Session,
        conversation_id: str,
        key: str,
        values: Mapping[str, Any],
        choices: Sequence[Choice],
        *,
        unasked: bool = False,
    ) -> bool:
        if conversation_id in self.gone:
            return False
        self.asked.append((conversation_id, key, tuple(choices), unasked))
        return True

    def hold(self, session: Session, conversation_id: str, owner: str) -> None:
        self.owners[conversation_id] = owner

    def wake(self, conversation_id: str) -> None:
        self.woken.append(conversation_id)


@dataclass
class SomeOffer:
    """The offer of the test; empty until the test lays one on the shelf."""

    shelf: Shelf | None = None

    def current(self) -> Offer:
        return self.shelf.current() if self.shelf else empty()


@functools.cache
def empty() -> Offer:
    return Offer(Snapshot.of([], today=MONDAY.date()), Reader.load(DATA, Register.load(DATA)), {})


@dataclass
class Browser:
    """A counsellor's browser: keeps its cookie, fills in the form token of the last page."""

    client: TestClient
    csrf: str = ""

    def get(self, path: str, **more: Any) -> Response:
        answer = self.client.get(path, **more)
        found = CSRF.search(answer.text)
        self.csrf = found.group(1) if found else self.csrf
        return answer

    def post(self, path: str, **data: Any) -> Response:
        return self.client.post(path, data={"csrf": self.csrf, **data})

    def sign_in(self, email: str, password: str = PASSWORD, **more: str) -> Response:
        answer = self.client.post("/desk/sign-in", data={"email": email, "password": password, **more})
        self.get("/desk")
        return answer


@dataclass
class House:
    make: sessionmaker[Session]
    thread: SomeThread
    clock: Moment
    app: FastAPI
    words: Wording
    settings: Settings
    offer: SomeOffer = field(default_factory=SomeOffer)
    count: int = 0
    handed: int = 0

    def browser(self) -> Browser:
        return Browser(TestClient(self.app, base_url="http://desk.test", follow_redirects=True))

    def person(self, name: str, *platforms: str, role: str = "counsellor") -> str:
        """An account; its e-mail address."""
        self.count += 1
        email = f"person{self.count}@asso.test"
        with self.make.begin() as session:
            session.add(
                Counsellor(
                    email=email,
                    name=name,
                    role=role,
                    platforms=list(platforms),
                    password=hashed(),
                    created_at=self.clock(),
                )
            )
        return email

    def signed(self, name: str, *platforms: str, role: str = "counsellor") -> Browser:
        """A browser already signed in (argon2 takes its time: only the entrance's own tests type a password)."""
        email = self.person(name, *platforms, role=role)
        with self.make.begin() as session:
            who = session.scalars(select(Counsellor).where(Counsellor.email == email)).one()
            cookie = begin(session, who, self.clock())
        browser = self.browser()
        browser.client.cookies.set(COOKIE, cookie, domain="desk.test", path="/desk")
        browser.get("/desk")
        return browser

    def handover(self, **more: Any) -> str:
        """A waiting handover; its id. The conversation is c1, c2, …"""
        self.handed += 1
        profile = {
            "origin": "49023",
            "destination": "49099",
            "purpose": "entretien",
            **more.pop("profile", {}),
        }
        given: dict[str, Any] = {
            "conversation_id": f"c{self.handed}",
            "person_id": f"p{self.handed}",
            "state": {"profile": profile, "facts": more.pop("facts", {})},
            "offers": [{"service_id": "garage", "name": "Garage solidaire", "status": "open"}],
            "blocked": [],
            "consent": {"orientation": True, "transmission": True},
            "cut": [],
            "contact_known": True,
            "channel": "sms",
            "language": "ar",
            "now": self.clock(),
            "places": SomePlaces(),
            "platforms": PLATFORMS,
            "words": self.words,
            "human_reason": "asked",
            **more,
        }
        with self.make.begin() as session:
            return request(session, **given).id


@pytest.fixture
def house(make: sessionmaker[Session], words: Wording) -> Iterator[House]:
    settings = Settings(_env_file=None)
    clock, thread, app, offer = Moment(), SomeThread(), FastAPI(), SomeOffer()
    app.include_router(
        router(
            settings,
            make,
            thread=thread,
            places=SomePlaces(),
            platforms=PLATFORMS,
            clock=clock,
            offer=offer,
        )
    )
    yield House(make, thread, clock, app, words, settings, offer)
