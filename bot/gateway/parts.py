"""The rooms a turn needs, held together."""

from __future__ import annotations

from dataclasses import dataclass

from bot.gateway.choices import AnswerWords, Keywords
from bot.gateway.ports import Detector, Effects, Engine, Nearest, Speech, Understanding


@dataclass(frozen=True)
class Parts:
    """The rooms a turn needs."""

    understanding: Understanding
    detector: Detector
    speech: Speech
    engine: Engine
    effects: Effects
    answer_words: AnswerWords
    keywords: Keywords
    nearest: Nearest
