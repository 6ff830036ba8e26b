"""Who holds the conversation: the bot, the queue or a counsellor. One at any time."""

from __future__ import annotations

from typing import Literal

from sqlalchemy.orm import Session

from bot.gateway.tables import Conversation

Owner = Literal["bot", "queue", "counsellor"]


def give(session: Session, conversation_id: str, owner: Owner) -> None:
    """Give the conversation to an owner, inside the caller's transaction.

    Raises `LookupError` for an unknown conversation.
    """
    conversation = session.get(Conversation, conversation_id, with_for_update=True)
    if conversation is None:
        raise LookupError("no such conversation")
    if conversation.owner != owner:
        conversation.owner = owner
        conversation.held_seq = conversation.seq
        conversation.held_note_at = None
