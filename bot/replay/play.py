"""`relais replay`: each conversation fresh, in its own person, with a frozen clock; one JSON object a line."""

from __future__ import annotations

import json
import sys
import threading
import time
import uuid
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import nullcontext
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, TextIO

from bot.gateway.message import Incoming, Outgoing
from bot.replay.answering import answer_to
from bot.replay.script import BadScript, Script, read
from bot.replay.stage import Stage, stage
from bot.settings import Settings

# Conversations played at the same time: the engine is one process, more only queue.
AT_ONCE = 4
# A message the engine did not answer at once is tried again this long before the conversation is given up.
PATIENCE = 60.0


class FrozenClock:
    """Each conversation's own moment, by thread; one second passes with every message."""

    def __init__(self) -> None:
        self._here = threading.local()

    def set(self, moment: datetime) -> None:
        """The moment in this thread from now on."""
        self._here.moment = moment

    def advance(self) -> None:
        """One second more."""
        self._here.moment += timedelta(seconds=1)

    def __call__(self) -> datetime:
        """The moment it is."""
        moment: datetime = self._here.moment
        return moment


def replay_files(settings: Settings, files: Sequence[Path], out: Path | None) -> int:
    """Play every conversation of the files. 0 when all could be played, 1 otherwise, 2 for an unreadable file."""
    try:
        scripts = [script for path in files for script in read(path)]
    except BadScript as error:
        print(error, file=sys.stderr)
        return 2
    target: Any = out.open("w", encoding="utf-8") if out else nullcontext(sys.stdout)
    clock = FrozenClock()
    with stage(settings, clock) as played, target as stream:
        return _play_all(played, clock, scripts, stream)


def _play_all(played: Stage, clock: FrozenClock, scripts: Sequence[Script], stream: TextIO) -> int:
    failed = 0
    with ThreadPoolExecutor(AT_ONCE) as pool:
        for number, line in enumerate(pool.map(lambda script: play(played, clock, script), scripts), start=1):
            failed += bool(line["errors"])
            stream.write(json.dumps(line, ensure_ascii=False) + "\n")
            stream.flush()
            if number % 50 == 0:
                print(f"· {number} of {len(scripts)} conversations", file=sys.stderr)
    return 1 if failed else 0


def play(played: Stage, clock: FrozenClock, script: Script) -> dict[str, Any]:
    """One conversation, as the contract prints it; what went wrong is in `errors`, by kind."""
    clock.set(script.now)
    line: dict[str, Any] = {
        "id": script.id,
        "turns": [],
        "profile": {},
        "facts": {},
        "offers": [],
        "blocked": [],
    }
    line.update(handover=None, stopped=False, errors=[])
    address = f"replay-{uuid.uuid4().hex}"
    conversation_id: str | None = None
    asked: str | None = None
    last: list[Outgoing] = []
    seen = 0
    for number, message in enumerate(script.messages):
        if not isinstance(message, str) and "wait" in message:
            clock.set(clock() + timedelta(hours=float(message["wait"])))
            continue
        incoming = _incoming(script, address, number, message, asked, conversation_id, played)
        if incoming is None:
            continue
        began = time.perf_counter()
        inbox_id = played.gateway.receive(incoming)
        conversation_id = played.gateway.conversation_of(inbox_id)
        answered = _answered(played, clock, conversation_id)
        milliseconds = (time.perf_counter() - began) * 1000
        last = played.gateway.after(conversation_id, seen)
        seen = max((item.seq for item in last), default=seen)
        reply = played.gateway.last_reply(conversation_id)
        asked = next((item.asks for item in reversed(last) if item.asks), None)
        line["turns"].append(_turn(incoming, script, last, asked, milliseconds))
        if not answered:
            line["errors"].append(f"message {number + 1}: not answered")
        if reply is not None:
            if reply.offers or reply.blocked:
                line["offers"], line["blocked"] = list(reply.offers), list(reply.blocked)
            line["profile"] = dict(reply.state.get("profile") or {})
            line["facts"] = dict(reply.state.get("facts") or {})
        clock.advance()
    if conversation_id is not None:
        line.update(played.outcome(conversation_id))
    return line


def _answered(played: Stage, clock: FrozenClock, conversation_id: str) -> bool:
    deadline = time.monotonic() + PATIENCE
    while True:
        played.gateway.play(conversation_id)
        if not played.gateway.pending(conversation_id):
            return True
        if time.monotonic() > deadline:
            return False
        time.sleep(0.3)
        clock.advance()


def _incoming(
    script: Script,
    address: str,
    number: int,
    message: str | Mapping[str, Any],
    asked: str | None,
    conversation_id: str | None,
    played: Stage,
) -> Incoming | None:
    """The message to receive; None for an answer to a question that was not put."""
    common: dict[str, Any] = {
        "channel": script.channel,
        "address": address,
        "external_id": f"{address}-{number}",
        "language_hint": script.language,
        "at": None,
    }
    if isinstance(message, str):
        return Incoming(**common, kind="text", text=message)
    if "choice" in message:
        return Incoming(**common, kind="choice", choice=int(message["choice"]))
    if "event" in message:
        return Incoming(**common, kind="media")
    if conversation_id is None:
        return None
    known = conversation_id
    choices = played.choices(known)
    for field, value in (message.get("answer") or {}).items():
        answer = answer_to(field, value, asked, choices, lambda tagged: played.words(known, tagged))
        if answer is not None:
            return Incoming(**common, **answer)
    return None


def _turn(
    incoming: Incoming, script: Script, out: Sequence[Outgoing], asked: str | None, milliseconds: float
) -> dict[str, Any]:
    said = incoming.text if incoming.kind == "text" else {"choice": incoming.choice}
    rows = []
    for item in out:
        row: dict[str, Any] = {
            "key": item.key,
            "text": item.text,
            "lang": item.lang,
            "choices": list(item.choices),
        }
        if script.channel == "sms":
            row["segments"] = item.segments
        rows.append(row)
    return {"in": said, "out": rows, "asks": asked, "ms": round(milliseconds, 1)}
