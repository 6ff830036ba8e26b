"""`relais bench diagnostic`: invented people talk with the real pipeline; what they were asked and what they got."""

from __future__ import annotations

import statistics
import sys
from collections import Counter
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from bot.database import connect, sessions
from bot.diagnostic.acting import Actor, Talk
from bot.diagnostic.lasting import LENGTH, SHORT, last
from bot.diagnostic.offering import SHOWN_AT_ONCE
from bot.diagnostic.persona import Persona, Population
from bot.diagnostic.ranking import Relevance, rank
from bot.diagnostic.sieved import SievedDirectory
from bot.diagnostic.state import State
from bot.diagnostic.urgency import urgency
from bot.replay.play import FrozenClock
from bot.replay.stage import Stage, stage
from bot.settings import Settings
from bot.yaml_text import yaml_loads

PEOPLE, FEW = 320, 40
# Conversations at the same time: the engine is one process, more only queue.
AT_ONCE = 2


class Knowing:
    """The offers somebody would get who had told everything at once: same directory, same tamis, same order."""

    def __init__(self, settings: Settings) -> None:
        self._scene = SievedDirectory.load(sessions(connect(settings.url())), settings.data)
        self._relevance = Relevance.load(settings.data)

    def first(self, persona: Persona) -> list[str]:
        """The ids of the first offers, with all that this person is willing to tell."""
        profile = persona.told()
        told = "deadline" in profile or "deadline" in persona.refuses
        horizon = None if told else "U4"
        level = urgency(profile, horizon, persona.now)
        if level:
            profile["urgency"] = level
        state = State(profile=profile, horizon=horizon)
        candidates = self._scene.survey(profile, persona.now)
        return [item.id for item in rank(candidates, state, self._relevance, persona.now)[:SHOWN_AT_ONCE]]


def fixed(persona: Persona, questions: Sequence[Mapping[str, Any]]) -> int:
    """How many questions of the fixed order this person is asked: all but those the first message answers."""
    said = set(persona.opening)
    means = set(persona.profile["means"])
    return sum(
        not set(question["said_by"]) <= said and bool(means & set(question.get("when_means", means)))
        for question in questions
    )


def run(*, quick: bool = False) -> dict[str, Any]:
    """The figures of the contract, others by urgency and language beside them; times are milliseconds."""
    settings = Settings()
    population = Population.load(settings.data)
    clock = FrozenClock()
    people = population.draw(FEW if quick else PEOPLE)
    scripts = yaml_loads((settings.data / "diagnostic" / "bench_turns.yml").read_text(encoding="utf-8"))
    with stage(settings, clock) as opened:
        talks = converse(opened, clock, population, people)
        length = SHORT if quick else LENGTH
        lasting = last(opened, clock, scripts["conversations"], people[0].now, length=length)
    told = figures(talks, Knowing(settings), population.spec["fixed"])
    return told | {"lasting": lasting.figures()}


def converse(
    opened: Stage, clock: FrozenClock, population: Population, people: Sequence[Persona]
) -> list[Talk]:
    """Each person's whole conversation, in the order given."""
    openings = population.spec["openings"]
    talks = []
    with ThreadPoolExecutor(AT_ONCE) as pool:
        play = pool.map(lambda persona: Actor(opened, clock, persona, openings).play(), people)
        for number, talk in enumerate(play, start=1):
            talks.append(talk)
            if number % 40 == 0:
                print(f"· {number} of {len(people)} people", file=sys.stderr)
    return talks


def figures(
    talks: Sequence[Talk], knowing: Knowing, questions: Sequence[Mapping[str, Any]]
) -> dict[str, Any]:
    """The figures of these talks; `lost` names the people whose first offers differ, by what was not as told."""
    asked = [len(talk.asked) for talk in talks]
    fixed_each = [fixed(talk.persona, questions) for talk in talks]
    same = [talk.offers == knowing.first(talk.persona) for talk in talks]
    turns = [ms for talk in talks for ms in talk.milliseconds]
    waited = [talk.waited for talk in talks if talk.urgent and talk.waited is not None]
    # The fixed order ends with the handover, which ours leaves out of the count: compared without it as well.
    without = 1 - sum(asked) / (sum(fixed_each) - len(talks))
    return {
        "personas": len(talks),
        "questions_median": statistics.median(asked),
        "questions_p90": _quantile(asked, 0.9),
        "fixed_median": statistics.median(fixed_each),
        "saved": round(1 - sum(asked) / sum(fixed_each), 3),
        "saved_without_handover": round(without, 3),
        "same_first_three": round(sum(same) / len(same), 3),
        "dead_ends": sum(not talk.ended for talk in talks),
        "repeated": sum(len(talk.repeated) for talk in talks),
        "unanswered": sum(len(talk.unanswered) for talk in talks),
        "turn_p50_ms": round(_quantile(turns, 0.5), 1),
        "turn_p95_ms": round(_quantile(turns, 0.95), 1),
        "at_once": AT_ONCE,
        "urgent": {
            "personas": sum(talk.urgent for talk in talks),
            "heard": len(waited),
            "messages_to_offers_max": max(waited, default=0),
        },
        "misheard": dict(Counter(name for talk in talks for name in misheard(talk)).most_common()),
        "by_language": _by_language(talks, same),
    }


def misheard(talk: Talk) -> list[str]:
    """Fields whose value at the end is not what the person is: contradictions and wrong facts."""
    truth = talk.persona.profile
    return [
        name
        for name, value in talk.heard.items()
        if name in truth
        and value != truth[name]
        and not (isinstance(value, list) and set(value) == set(truth[name]))
    ]


def _by_language(talks: Sequence[Talk], same: Sequence[bool]) -> dict[str, dict[str, float]]:
    found: dict[str, list[tuple[Talk, bool]]] = {}
    for talk, alike in zip(talks, same, strict=True):
        found.setdefault(talk.persona.language, []).append((talk, alike))
    return {
        language: {
            "personas": len(rows),
            "questions_median": statistics.median(len(talk.asked) for talk, _ in rows),
            "same_first_three": round(sum(alike for _, alike in rows) / len(rows), 3),
            "dead_ends": sum(not talk.ended for talk, _ in rows),
            "repeated": sum(len(talk.repeated) for talk, _ in rows),
            "unanswered": sum(len(talk.unanswered) for talk, _ in rows),
        }
        for language, rows in found.items()
    }


def _quantile(values: Sequence[float], share: float) -> float:
    """The value below which this share of them lies; the nearest one, never between two."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, round(share * (len(ordered) - 1)))]
