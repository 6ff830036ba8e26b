"""Asking the engine: a message with all that is known of its conversation, its reply read or a failure."""

from __future__ import annotations

from typing import Any

from bot.gateway.plan import Question
from bot.gateway.ports import Engine, EngineFailure
from bot.gateway.reply import MalformedReply, Reply, parse
from bot.gateway.waiting import Loaded


def ask(engine: Engine, loaded: Loaded, question: Question, language: str | None) -> Reply:
    """The engine's reply; `language` when this message changes it. Raises `EngineFailure`."""
    view = loaded.view
    metadata: dict[str, Any] = {
        "turn": loaded.row_id,
        "now": loaded.message.at.isoformat(),
        "language": language or view.language,
        "plain": view.plain,
        "channel": loaded.channel,
        "state": view.state or {},
        "choice": question.choice,
        "signal": question.signal,
        "contact": question.contact,
        "given": dict(question.given),
        "kind": loaded.message.kind,
        "text_limit_hit": question.cut,
    }
    # The engine's own memory is dropped now and then: a turn of a long conversation costs what the tenth did.
    sender = f"{loaded.conversation_id}-{loaded.session}"
    items = engine.ask(sender, question.text, metadata)
    try:
        return parse(items, loaded.row_id)
    except MalformedReply as error:
        raise EngineFailure(f"malformed-{error}") from None
