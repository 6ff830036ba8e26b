"""The questions: their choices, their order, how often and how long they may be put. Data in `data/diagnostic`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bot.diagnostic.reply import Choice, Say
from bot.diagnostic.state import State
from bot.yaml_text import yaml_loads


@dataclass(frozen=True)
class Opening:
    """A question of the beginning, and when it is worth asking."""

    field: str
    unless: Sequence[str] = ()
    when_purpose: Sequence[str] = ()
    unless_theme: Sequence[str] = ()

    def worth(self, state: State) -> bool:
        """Whether this question changes anything for a person in this state."""
        profile = state.profile
        if self.spared(state):
            return False
        needs = set(profile.get("needs") or ())
        if self.unless_theme and needs and needs <= set(self.unless_theme):
            return False
        purpose = profile.get("purpose")
        return not (self.when_purpose and purpose and purpose not in self.when_purpose)

    def spared(self, state: State) -> bool:
        """Whether something else the person said already answers it."""
        return any(state.profile.get(name) for name in self.unless)


@dataclass(frozen=True)
class Questions:
    """Everything about asking that is data."""

    opening: Sequence[Opening]
    settling: Mapping[str, Any]
    patience: int
    repeats: int
    choices: Mapping[str, Sequence[Mapping[str, Any]]]

    @classmethod
    def load(cls, data: Path) -> Questions:
        """Read `diagnostic/questions.yml` below this folder."""
        raw = yaml_loads((data / "diagnostic" / "questions.yml").read_text(encoding="utf-8"))
        return cls(
            opening=[Opening(**entry) for entry in raw["opening"]],
            settling=raw["settling"],
            patience=raw["patience"],
            repeats=raw["repeats"],
            choices={name: spec["choices"] for name, spec in raw["questions"].items()},
        )

    def spared(self, name: str, state: State) -> bool:
        """Whether what the person said spares this question, whenever it would be put."""
        if any(opening.spared(state) for opening in self.opening if opening.field == name):
            return True
        profile = state.profile
        return any(
            all(profile.get(known) for known in rule["by"]) and profile.get("purpose") in rule["when_purpose"]
            for rule in self.settling["told"]
            if rule["field"] == name
        )

    def ask(self, name: str, state: State, *, again: bool) -> Say:
        """The question for this field, worded anew when put `again`; a place asked back lists its candidates."""
        if state.choose and state.choose["field"] == name:
            return Say(
                "ask.place.which",
                {"direction": {"key": f"place.{name}"}},
                [
                    Choice(
                        "choice.place",
                        {"intent": "inform", "facts": [{"field": name, "value": code}]},
                        {"place": {"place": code}, "department": {"text": department(code)}},
                    )
                    for code in state.choose["candidates"]
                ],
            )
        return Say(
            f"ask.{name}.again" if again else f"ask.{name}",
            {},
            [_choice(entry) for entry in self.choices.get(name, ())],
        )


def department(code: str) -> str:
    """The département of an INSEE commune code: its first two characters, three overseas."""
    return code[:3] if code.startswith(("97", "98")) else code[:2]


def _choice(entry: Mapping[str, Any]) -> Choice:
    payload: dict[str, Any] = {"intent": entry.get("intent", "inform")}
    if entry.get("skip"):
        payload["skip"] = True
    if entry.get("facts"):
        payload["facts"] = list(entry["facts"])
    return Choice(entry["label"], payload)
