"""`relais chat`: a conversation in the terminal, through the same gateway and speech as the channel named."""

from __future__ import annotations

import sys
import uuid
from collections.abc import Iterator

from bot.gateway.gateway import system_clock
from bot.gateway.message import Incoming
from bot.replay.script import CHANNELS
from bot.replay.stage import Stage, stage
from bot.settings import Settings


def talk(settings: Settings, language: str | None, channel: str) -> int:
    """Talk until the end of input. Returns 2 for a channel there is none of."""
    if channel not in CHANNELS:
        print(f"{channel!r} is not one of {', '.join(CHANNELS)}.", file=sys.stderr)
        return 2
    with stage(settings, system_clock) as opened:
        address = f"terminal-{uuid.uuid4().hex}"
        started = Incoming(channel, address, uuid.uuid4().hex, kind="start", language_hint=language)
        last = _turn(opened, started, 0)
        for line in _lines():
            incoming = Incoming(channel, address, uuid.uuid4().hex, text=line, language_hint=language)
            last = _turn(opened, incoming, last)
    return 0


def _lines() -> Iterator[str]:
    """What is typed, line by line, with a prompt where somebody sits before it."""
    while True:
        try:
            yield input("› " if sys.stdin.isatty() else "")
        except EOFError:
            return


def _turn(opened: Stage, incoming: Incoming, last: int) -> int:
    inbox_id = opened.gateway.receive(incoming)
    conversation = opened.gateway.conversation_of(inbox_id)
    opened.gateway.play(conversation)
    for item in opened.gateway.after(conversation, last):
        print(f"\n{item.text}")
        if item.choices and incoming.channel != "sms":
            for number, label in enumerate(item.choices, start=1):
                print(f"  {number} {label}")
        last = item.seq
    print(flush=True)
    return last
