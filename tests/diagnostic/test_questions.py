from __future__ import annotations

from pathlib import Path

import pytest

from bot.diagnostic.questions import Questions
from bot.diagnostic.state import State
from bot.profile.codes import fields
from bot.speech import Speech

DATA = Path(__file__).resolve().parents[2] / "data"
SPEECH = Speech.load(DATA, strict=True)
QUESTIONS = Questions.load(DATA)
ASKED = [name for name in fields() if SPEECH.has(f"ask.{name}")]


@pytest.mark.parametrize("again", [False, True], ids=["first", "again"])
@pytest.mark.parametrize("language", SPEECH.languages())
def test_a_question_with_its_choices_fits_two_sms(language: str, again: bool) -> None:
    for name in ASKED:
        say = QUESTIONS.ask(name, State(), again=again)
        question = SPEECH.say(say.key, say.values, language=language, channel="sms")
        labels = [
            SPEECH.say(choice.label, choice.values, language=language, channel="sms")
            for choice in say.choices
        ]
        text = (
            SPEECH.numbered(question, labels, language=language, channel="sms") if labels else question.text
        )
        assert SPEECH.segments(text) <= 2, text
        assert len({label.text for label in labels}) == len(labels), text
