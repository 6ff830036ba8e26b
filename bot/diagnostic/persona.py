"""Invented people with a whole profile, the same at every run: who they are, how they behave, how they begin."""

from __future__ import annotations

import csv
import gzip
import io
import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from bot.yaml_text import yaml_loads

SEED = 20261122
# What a person answers a question back, a refusal, a greeting with: intents of the classifier's examples.
INTERJECTIONS = ("greet", "why", "prefer_not", "dont_know", "step_back", "change_language")


@dataclass(frozen=True)
class Persona:
    """One invented person.

    `profile` is all there is to know of them; `refuses` the fields they will not tell; `opening` the fields
    their first message tells; `says` their words for greeting, asking why, refusing, not knowing.
    """

    id: str
    language: str
    hinted: bool
    channel: str
    behaviour: str
    now: datetime
    profile: Mapping[str, Any]
    refuses: frozenset[str] = frozenset()
    opening: tuple[str, ...] = ()
    says: Mapping[str, str] = field(default_factory=dict)
    other_place: str = ""

    def told(self) -> dict[str, Any]:
        """What can be learnt of them: the profile without what they refuse."""
        known = {name: value for name, value in self.profile.items() if name not in self.refuses}
        if self.refuses:
            known["declined"] = sorted(self.refuses)
        return known


@dataclass(frozen=True)
class Population:
    """Where invented people are drawn from."""

    spec: Mapping[str, Any]
    communes: Sequence[tuple[str, float]]
    phrases: Mapping[str, Mapping[str, Sequence[str]]]

    @classmethod
    def load(cls, data: Path) -> Population:
        """Read `diagnostic/personas.yml`, the region's communes and the classifier's examples below this folder."""
        spec = yaml_loads((data / "diagnostic" / "personas.yml").read_text(encoding="utf-8"))
        phrases = {language: _examples(data / "nlu" / language) for language in spec["languages"]}
        return cls(spec, _communes(data, spec), phrases)

    def draw(self, count: int) -> list[Persona]:
        """So many people; every language and every behaviour comes in turn, the rest by chance, always the same."""
        chance = random.Random(SEED)
        languages = _dealt(self.spec["languages"], count, chance)
        behaviours = _dealt(self.spec["behaviours"], count, chance)
        return [
            self._person(number, language, behaviour, chance)
            for number, (language, behaviour) in enumerate(zip(languages, behaviours, strict=True))
        ]

    def _person(self, number: int, language: str, behaviour: str, chance: random.Random) -> Persona:
        now = datetime.fromisoformat(self.spec["clock"])
        profile = self._profile(now, chance)
        refuses: frozenset[str] = frozenset()
        if behaviour == "refusing":
            refuses = frozenset(chance.sample(self.spec["refusable"], k=2))
        hinted = behaviour in ("tapping", "terse", "changing-language") or chance.random() < 0.5
        return Persona(
            id=f"{number:03}-{language}-{behaviour}",
            language=language,
            hinted=hinted,
            channel=_one(self.spec["channels"], chance),
            behaviour=behaviour,
            now=now,
            profile=profile,
            refuses=refuses,
            opening=self._opening(behaviour, profile, refuses, chance),
            says={
                intent: chance.choice(list(self.phrases[language][intent]))
                for intent in INTERJECTIONS
                if self.phrases[language].get(intent)
            },
            other_place=_weighted(self.communes, chance),
        )

    def _profile(self, now: datetime, chance: random.Random) -> dict[str, Any]:
        spec = self.spec
        brought = _one(spec["purposes"], chance)
        held = _share(spec["means"], chance)
        age = int(_one(spec["ages"], chance))
        situation = _share([entry for entry in spec["statuses"] if _of_age(entry, age)], chance)
        profile: dict[str, Any] = {
            "origin": _weighted(self.communes, chance),
            "destination": chance.choice(spec["destinations"]),
            "means": list(held["means"]),
            "licence": _one(held["licence"], chance),
            "age": age,
            "statuses": list(situation["codes"]),
            "household_quotient": chance.choice(spec["quotients"]),
            "hours": [_one(spec["hours"], chance)],
        }
        if brought.startswith("mobilite--"):
            profile["needs"] = [brought]
            _fit_need(profile, brought, chance)
            del profile["destination"]
        else:
            profile["purpose"] = brought
        days = _one(spec["deadlines"], chance)
        if days is not None:
            profile["deadline"] = (now + timedelta(days=int(days))).date().isoformat()
            if chance.random() < spec["arrival_share"] and "purpose" in profile:
                profile["arrival"] = chance.choice(spec["arrivals"])
                if profile["arrival"] < "06:00":
                    profile["hours"] = ["avant-6h"]
        return profile

    def _opening(
        self, behaviour: str, profile: Mapping[str, Any], refuses: frozenset[str], chance: random.Random
    ) -> tuple[str, ...]:
        if behaviour in ("terse", "tapping", "changing-language"):
            return ()
        wanted = ["purpose", "needs"]
        if behaviour == "talkative":
            wanted += ["deadline", "arrival", "origin", "destination", "means"]
            wanted += ["age"] if chance.random() < 0.4 else []
        elif chance.random() < 0.5:
            wanted += ["origin"]
        return tuple(name for name in wanted if profile.get(name) and name not in refuses)


def _fit_need(profile: dict[str, Any], need: str, chance: random.Random) -> None:
    """Somebody who wants a licence has none yet; somebody who wants a repair has a car that needs it."""
    if need == "mobilite--preparer-un-permis":
        profile["licence"] = chance.choice(["aucun", "code-en-cours", "code-obtenu", "etranger"])
        profile["means"] = [code for code in profile["means"] if not code.startswith("voiture")] or ["aucun"]
    else:
        profile["licence"], profile["means"] = "b", ["voiture-en-panne"]


def _of_age(entry: Mapping[str, Any], age: int) -> bool:
    low, high = entry.get("ages", (0, 200))
    return bool(low <= age <= high)


def _one(weights: Mapping[Any, float], chance: random.Random) -> Any:
    return chance.choices(list(weights), list(weights.values()))[0]


def _share(entries: Sequence[Mapping[str, Any]], chance: random.Random) -> Mapping[str, Any]:
    return chance.choices(entries, [entry["share"] for entry in entries])[0]


def _weighted(communes: Sequence[tuple[str, float]], chance: random.Random) -> str:
    return chance.choices([code for code, _ in communes], [weight for _, weight in communes])[0]


def _dealt(weights: Mapping[str, float], count: int, chance: random.Random) -> list[str]:
    """Each name at least once where `count` allows it, the others by their shares, shuffled."""
    names = list(weights)[:count]
    dealt = names + chance.choices(list(weights), list(weights.values()), k=count - len(names))
    chance.shuffle(dealt)
    return dealt


def _communes(data: Path, spec: Mapping[str, Any]) -> list[tuple[str, float]]:
    raw = gzip.decompress((data / "places" / "communes.csv.gz").read_bytes()).decode("utf-8")
    return [
        (row["code"], float(row["population"]) ** spec["population_power"])
        for row in csv.DictReader(io.StringIO(raw))
        if row["region"] == spec["region"] and row["type"] == "commune" and float(row["population"] or 0) > 0
    ]


def _examples(folder: Path) -> dict[str, list[str]]:
    """Examples by intent of the classifier's files in this folder."""
    found: dict[str, list[str]] = {}
    for path in sorted(folder.glob("*.yml")):
        for entry in yaml_loads(path.read_text(encoding="utf-8"))["nlu"]:
            lines = [line.removeprefix("- ").strip() for line in str(entry.get("examples", "")).splitlines()]
            found.setdefault(entry.get("intent", ""), []).extend(line for line in lines if line)
    return found
