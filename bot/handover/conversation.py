"""The desk's thread on the real gateway: inbox and outbox as one conversation, answers through its outbox."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any, cast

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from bot.gateway.gateway import Gateway
from bot.gateway.outbox import SMS
from bot.gateway.ownership import Owner, give
from bot.gateway.reply import Choice, Say
from bot.gateway.tables import Conversation, Inbox, Outbox
from bot.handover.thread import Line

# A counsellor needs the story, not the archive.
LATEST = 200
COUNSELLOR = "counsellor"
PHRASES = "phrase."
FRENCH = "fr"


class GatewayThread:
    """`Thread` on a gateway."""

    def __init__(self, gateway: Gateway) -> None:
        self._gateway = gateway

    def messages(self, session: Session, conversation_id: str) -> Sequence[Line]:
        """The latest messages in order, in and out; what was withheld is left out."""
        conversation = session.get(Conversation, conversation_id)
        if conversation is None:
            return []
        out = session.scalars(
            select(Outbox)
            .where(Outbox.conversation_id == conversation_id, Outbox.status != "withheld")
            .order_by(Outbox.seq.desc())
            .limit(LATEST)
        ).all()
        came = session.scalars(
            select(Inbox)
            .where(Inbox.conversation_id == conversation_id)
            .order_by(Inbox.seq.desc())
            .limit(LATEST)
        ).all()
        labels = {choice["id"]: choice["label"] for row in out for choice in row.choices or ()}
        lines = [_said(row) for row in out if row.text]
        lines += [line for row in came if (line := _heard(row, labels, conversation)) is not None]
        return sorted(lines, key=lambda line: line.seq)[-LATEST:]

    def last(self, session: Session, conversation_id: str) -> int:
        """The last number given in this conversation."""
        return session.scalar(select(Conversation.seq).where(Conversation.id == conversation_id)) or 0

    def unanswered(self, session: Session, conversation_ids: Sequence[str]) -> Collection[str]:
        """Where the person's last message is later than the counsellor's last, and than the taking of it."""
        heard = session.execute(
            select(Inbox.conversation_id, func.max(Inbox.seq), func.max(Conversation.held_seq))
            .join(Conversation, Conversation.id == Inbox.conversation_id)
            .where(Inbox.conversation_id.in_(conversation_ids))
            .group_by(Inbox.conversation_id)
        )
        latest = {row[0]: (row[1], row[2]) for row in heard}
        said = session.execute(
            select(Outbox.conversation_id, func.max(Outbox.seq))
            .where(Outbox.conversation_id.in_(conversation_ids), Outbox.author == COUNSELLOR)
            .group_by(Outbox.conversation_id)
        )
        answered = {row[0]: row[1] for row in said}
        return {one for one, (seq, held) in latest.items() if seq > max(held, answered.get(one, 0))}

    def reach(self, session: Session, conversation_id: str) -> Mapping[str, str]:
        """How to call them back: what they gave, else the number they write from."""
        conversation = session.get(Conversation, conversation_id)
        if conversation is None or conversation.person.erased_at is not None:
            return {}
        given = {key: str(value) for key, value in (conversation.person.reach or {}).items()}
        if "phone" not in given and conversation.channel == SMS and conversation.contact.address:
            given["phone"] = conversation.contact.address
        return given

    def profile(self, session: Session, conversation_id: str) -> Mapping[str, Any]:
        """The profile in the conversation's state; empty when it is gone or erased."""
        conversation = session.get(Conversation, conversation_id)
        if conversation is None or conversation.person.erased_at is not None:
            return {}
        profile: Mapping[str, Any] = (conversation.state or {}).get("profile") or {}
        return profile

    def segments(self, session: Session, conversation_id: str, text: str) -> int:
        """How many SMS the text would be sent as; 0 on another channel."""
        conversation = session.get(Conversation, conversation_id)
        if conversation is None or conversation.channel != SMS:
            return 0
        return self._gateway.speech.segments(text)

    def send(self, session: Session, conversation_id: str, text: str, author: str) -> bool:
        """A counsellor's own words, in French as they wrote them."""
        if not self._there(session, conversation_id):
            return False
        return bool(self._gateway.post(session, conversation_id, text=text, author=COUNSELLOR))

    def say(self, session: Session, conversation_id: str, key: str, values: Mapping[str, Any]) -> bool:
        """A catalogue key; a phrase of the phrasebook is the counsellor's, anything else the house's."""
        if not self._there(session, conversation_id):
            return False
        author = COUNSELLOR if key.startswith(PHRASES) else "system"
        return bool(self._gateway.post(session, conversation_id, (Say(key, values),), author=author))

    def preview(
        self, session: Session, conversation_id: str, key: str, values: Mapping[str, Any]
    ) -> tuple[str, str, str]:
        """In the conversation's language and for its channel."""
        conversation = session.get(Conversation, conversation_id)
        if conversation is None:
            return "", FRENCH, "ltr"
        spoken = self._gateway.speech.say(
            key,
            values,
            language=conversation.language,
            channel=conversation.channel,
            plain=conversation.plain,
            now=self._gateway.clock(),
        )
        return spoken.text, spoken.language, spoken.direction

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
        """The house asks, with choices to tap."""
        if not self._there(session, conversation_id):
            return False
        says = (Say(key, values, tuple(choices)),)
        return bool(self._gateway.post(session, conversation_id, says, author="system", unasked=unasked))

    def hold(self, session: Session, conversation_id: str, owner: str) -> None:
        """Give the conversation to its owner."""
        if session.get(Conversation, conversation_id) is not None:
            give(session, conversation_id, cast(Owner, owner))

    def wake(self, conversation_id: str) -> None:
        """Have the gateway send what was stored."""
        self._gateway.wake(conversation_id)

    def _there(self, session: Session, conversation_id: str) -> bool:
        conversation = session.get(Conversation, conversation_id)
        return conversation is not None and conversation.person.erased_at is None


def _said(row: Outbox) -> Line:
    return Line(
        seq=row.seq,
        at=row.created_at,
        author=row.author if row.author in ("bot", COUNSELLOR) else "system",
        text=row.text,
        language=row.lang,
        direction=row.direction,
        status=row.status,
        segments=row.segments,
    )


def _heard(row: Inbox, labels: Mapping[str, str], conversation: Conversation) -> Line | None:
    chosen = (row.given or {}).get("choice")
    text = row.text or labels.get(str(chosen))
    if not text:
        return None
    return Line(
        seq=row.seq,
        at=row.received_at,
        author="person",
        text=text,
        language=conversation.language,
        # Each message finds its own direction: people mix languages.
        direction="auto",
    )
