"""A provider that takes what it is given, or refuses as told, and what a conversation has in the outbox."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from sqlalchemy import select

from bot.gateway.delivery import Deliverer
from bot.gateway.message import Outgoing
from bot.gateway.tables import Outbox

if TYPE_CHECKING:
    from tests.gateway.conftest import House


@dataclass
class Provider:
    troubles: list[Exception] = field(default_factory=list)
    sent: list[tuple[str, str]] = field(default_factory=list)

    def send(self, out: Outgoing, address: str) -> str | None:
        if self.troubles:
            raise self.troubles.pop(0)
        self.sent.append((address, out.text))
        return f"p{len(self.sent)}"


@dataclass
class Post:
    house: House
    provider: Provider
    deliverer: Deliverer

    def say(self, text: str, address: str = "+33600000001") -> None:
        self.house.say(text, channel="sms", address=address)

    def statuses(self) -> list[str]:
        with self.house.sessions() as session:
            return list(session.scalars(select(Outbox.status).order_by(Outbox.id)))
