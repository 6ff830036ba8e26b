from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.handover.desk.pages import Pages, desk_words
from bot.handover.desk.visit import refusals
from bot.handover.notify import MailSettings
from bot.handover.outside import answers, assembling
from bot.handover.outside.carrier import Carrier
from bot.handover.outside.routes import Outside, orientation, webhook
from bot.handover.outside.settings import ChatwootSettings, OutsideSettings
from bot.handover.tables import Handover, Referral
from bot.handover.wording import wording
from bot.settings import Settings
from tests.handover.conftest import DATA, PLATFORMS, SomePlaces
from tests.handover.desk.conftest import Browser, House
from tests.handover.desk.conftest import house as house
from tests.handover.outside.helpdesk import INBOX, Helpdesk
from tests.handover.test_notify import MailServer
from tests.handover.test_notify import mail as mail

SECRET = "s" * 24
TEAM = "p49"


@pytest.fixture
def helpdesk() -> Iterator[Helpdesk]:
    with Helpdesk() as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield server
        server.shutdown()
        thread.join()


@dataclass
class Elsewhere:
    """A house whose team for Maine-et-Loire works elsewhere."""

    house: House
    carrier: Carrier
    outside: Outside

    def browser(self) -> Browser:
        return self.house.browser()

    def hook(self, event: dict[str, Any], secret: str = SECRET) -> Any:
        return self.browser().client.post(f"/api/handover/chatwoot/{secret}", json=event)

    def row(self, session: Session, handover: str) -> Handover:
        session.expire_all()
        return session.get_one(Handover, handover)

    def referral(self, session: Session) -> Referral:
        session.expire_all()
        return session.scalars(select(Referral)).one()


Place = Callable[[str], Elsewhere]


@pytest.fixture
def elsewhere(house: House, helpdesk: Helpdesk, mail: MailServer) -> Place:
    def build(place: str) -> Elsewhere:
        words, names = desk_words(DATA), wording(DATA)
        platforms = tuple(
            replace(one, email="accueil@asso.test", structure="asso--s1") if one.id == TEAM else one
            for one in PLATFORMS
        )
        settings = OutsideSettings(_env_file=None, backends={TEAM: place})
        post = MailSettings(
            host="127.0.0.1", port=mail.server_address[1], tls=False, sender="r@asso.test", _env_file=None
        )
        chatwoot = ChatwootSettings(url=helpdesk.url, inbox=INBOX, secret=SECRET, _env_file=None)
        address = Settings(_env_file=None).address()
        signed = assembling.links(["k" * 64], settings)
        known = assembling.backends(signed, words, names, address, post, chatwoot)
        where = assembling.where(settings, platforms, known)
        desk = answers.Desk(
            house.thread, platforms, SomePlaces(), house.clock, refusals(DATA), words("roles.structure")
        )
        pages = Pages(words, names.french)
        outside = Outside(house.make, desk, pages, house.offer, signed, known, SECRET, address)
        house.app.include_router(webhook(outside))
        house.app.include_router(orientation(outside))
        carrier = Carrier(house.make, house.thread, platforms, known, where, house.clock)
        return Elsewhere(house, carrier, outside)

    return build
