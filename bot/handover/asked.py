"""What a turn of the conversation sets off here: a request, a withdrawal, STOP, an erasure, an unmet need."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.gateway.effects import Handler, queue
from bot.gateway.ports import Clock
from bot.gateway.reply import Say
from bot.gateway.tables import Conversation
from bot.handover import book, follow_up, platform
from bot.handover.life import Withdraw
from bot.handover.platform import Places
from bot.handover.request import request
from bot.handover.wording import wording
from bot.observatory import needs
from bot.settings import Settings


class Voice(Protocol):
    """Says something in a conversation inside the caller's transaction."""

    def post(self, session: Session, conversation_id: str, says: tuple[Say, ...]) -> Any:
        """Write it to the outbox."""
        ...


class HandoverEffects:
    """The handlers of this room for the gateway's book of effects."""

    def __init__(self, settings: Settings, places: Places, clock: Clock) -> None:
        self._platforms = platform.load(settings.data / "handover" / "platforms.yml")
        self._words = wording(settings.data)
        self._follow_up = follow_up.plan(settings.data)
        self._places = places
        self._clock = clock
        self._voice: Voice | None = None

    def speak_through(self, voice: Voice) -> None:
        """Who tells the person where their request stands; the gateway, which is built after its effects."""
        self._voice = voice

    def handlers(self) -> dict[str, tuple[Handler, ...]]:
        """Handlers by the effect's name."""
        return {
            "handover": (self._request, queue),
            "withdraw": (self._withdraw,),
            "stop": (self._stop,),
            "erase": (self._erase,),
            "unmet": (self._unmet,),
            follow_up.CONSENT: (self._agreed,),
            follow_up.ANSWER: (self._answered,),
        }

    def _request(self, session: Session, conversation: Conversation, effect: Mapping[str, Any]) -> None:
        person = conversation.person
        view = request(
            session,
            conversation_id=conversation.id,
            person_id=conversation.person_id,
            state=conversation.state or {},
            offers=effect.get("offers") or [],
            blocked=effect.get("blocked") or [],
            consent=effect.get("consent") or {},
            cut=effect.get("cut") or [],
            contact_known=bool(person.reach) or conversation.channel != "web",
            channel=conversation.channel,
            language=conversation.language,
            now=self._clock(),
            places=self._places,
            platforms=self._platforms,
            words=self._words,
            human_reason=str(effect.get("reason") or "asked"),
        )
        if self._voice is not None and effect.get("reason") != "trouble":
            self._voice.post(session, conversation.id, (Say(view.notice["key"], view.notice["values"]),))

    def _withdraw(self, session: Session, conversation: Conversation, _effect: Mapping[str, Any]) -> None:
        row = book.open_one(session, conversation.id)
        if row is not None:
            book.apply(session, row.id, Withdraw(), self._clock())

    def _stop(self, session: Session, conversation: Conversation, _effect: Mapping[str, Any]) -> None:
        book.stop(session, [conversation.id], self._clock())

    def _erase(self, session: Session, conversation: Conversation, _effect: Mapping[str, Any]) -> None:
        mine = select(Conversation.id).where(Conversation.person_id == conversation.person_id)
        book.erase(session, list(session.scalars(mine)))

    def _agreed(self, session: Session, conversation: Conversation, effect: Mapping[str, Any]) -> None:
        follow_up.agreed(session, conversation.id, effect, self._follow_up, self._clock())

    def _answered(self, session: Session, conversation: Conversation, effect: Mapping[str, Any]) -> None:
        follow_up.answered(session, conversation.id, effect, self._follow_up, self._clock())

    def _unmet(self, session: Session, conversation: Conversation, effect: Mapping[str, Any]) -> None:
        profile = effect.get("profile") or {}
        commune = self._places.commune(profile["origin"]) if profile.get("origin") else None
        needs.record(
            session,
            at=self._clock(),
            epci=commune.epci if commune else None,
            purpose=profile.get("purpose"),
            needs=profile.get("needs") or (),
            forms=profile.get("obstacles") or (),
            deadline_class=profile.get("urgency"),
            hours=profile.get("hours") or (),
            language=conversation.language,
        )
