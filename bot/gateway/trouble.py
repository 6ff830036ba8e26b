"""The engine does not answer: the message is kept, the person told once, and in the end a human has it."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from bot.gateway.limits import Patience
from bot.gateway.ports import Effects
from bot.gateway.tables import Conversation, Inbox
from bot.gateway.waiting import Loaded


def note(
    session: Session,
    loaded: Loaded,
    owner: str,
    code: str,
    *,
    asks_human: bool,
    patience: Patience,
    effects: Effects,
    now: datetime,
) -> tuple[Conversation, str | None] | None:
    """Put the message off and note why; the conversation, and the key of what to tell the person, if anything.

    None when the message or the conversation is somebody else's by now. Who asks for a human, or waited too
    long, is handed over. Commit is the caller's.
    """
    row = session.get(Inbox, loaded.row_id, with_for_update=True)
    conversation = session.get(Conversation, loaded.conversation_id, with_for_update=True)
    if row is None or row.status != "pending" or conversation is None or conversation.lease_owner != owner:
        return None
    row.attempts += 1
    row.reason = code[:64]
    row.first_try_at = row.first_try_at or loaded.started
    row.next_try_at = now + patience.pause(row.attempts)
    conversation.trouble_since = conversation.trouble_since or loaded.started
    late = now - conversation.trouble_since >= patience.say_after
    hopeless = now - row.first_try_at >= patience.give_up_after
    key: str | None = None
    if hopeless or (late and asks_human):
        row.status = "dead" if hopeless else "done"
        if conversation.trouble_said != "human":
            key, conversation.trouble_said = "trouble.human", "human"
            effects.apply(session, conversation, {"do": "handover", "reason": "trouble", "turn": row.id})
    elif late and conversation.trouble_said is None:
        key, conversation.trouble_said = "trouble.wait", "wait"
    return conversation, key if conversation.contact.stopped_at is None else None


def place(error: BaseException) -> str:
    """Module and line where it broke; the message of an error may quote the person and is not logged."""
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    return f"{trace.tb_frame.f_globals.get('__name__')}:{trace.tb_lineno}" if trace is not None else "?"
