"""The words of conditions, compiled once from `situations.yml` and `patterns.yml`."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bot.tamis.calendar import Calendar
from bot.tamis.criteria import Access, Expression, Licence, Not, Purpose, Stated, Vehicle, any_of
from bot.tamis.measures import AMOUNT, Ages, Durations, Numbers, Quotients
from bot.tamis.shortened import Shortened
from bot.tamis.situations import Situations
from bot.yaml_text import yaml_loads


def _joined(words: Iterable[str]) -> re.Pattern[str]:
    return re.compile("|".join(f"(?:{word})" for word in words))


@dataclass(frozen=True, slots=True)
class Wanted:
    """A pattern and what its words mean; `kind` tells how the words join with their neighbours."""

    pattern: re.Pattern[str]
    kind: str
    expression: Expression | None
    told: bool = False  # plain enough to count in a description that announces no condition


class Lexicon:
    """Every pattern, in the order they are tried; the longest match of a place wins."""

    def __init__(
        self,
        patterns: Mapping[str, Any],
        measures: Mapping[str, Any],
        shortened: Shortened,
        situations: Situations,
    ) -> None:
        self.situations = situations
        self.shortened = shortened
        self._numbers = numbers = Numbers(measures["number_words"])
        self._number = numbers.pattern
        self.ages, self.durations = Ages(measures, numbers), Durations(measures, numbers)
        self.calendar = Calendar(measures["calendar"])
        self.territory: Mapping[str, str] = measures["territory"]
        self.gentiles: Mapping[str, str] = measures["gentiles"]
        self.aliases: Mapping[str, str] = measures["aliases"]
        self.lives_after = frozenset(measures["lives_after"])
        self.residence_cues = tuple(measures["residence_cues"])
        self.registration_cues = tuple(measures["registration_cues"])
        self.lent = re.compile(measures["lent"])
        self.work_situations = frozenset(measures["work_situations"])
        self.wanted: list[Wanted] = []
        for code, definition in situations.definitions.items():
            if definition.words:
                self.wanted.append(Wanted(self._bounded(definition.words), "who", situations.atom(code)))
        for kind in ("none", "am", "code", "b"):
            self._add(patterns["licence"][kind], "licence", Licence(kind))
        self._add(patterns["licence"]["uncoded"], "licence", Not(Licence("code")))
        for kind in ("none", "broken", "owned"):
            self._add(patterns["vehicle"][kind], "vehicle", Vehicle(kind))
        self._add(patterns["vehicle"]["other"], "unread", Stated("other", "vehicle"))
        self._add(patterns["licence_foreign"], "licence", Licence("foreign"))
        self._add(patterns["licence_suspended"], "licence", Licence("suspended"))
        self._add(patterns["licence_other"], "unread", Stated("other", "licence"))
        self._add(patterns["resources"], "resources", Stated("resources"))
        by = patterns["prescriber"]
        article = r"(?: (?:un|une|la|le|les|des|du|par|votre|son|leur|d'une?|de la)|(?: de)? ?l'| d')*"
        until = rf"(?:(?!{by['stop']})[^.;,\n()]){{0,80}}"
        whom = rf"{until}(?:(?:,| ou| et|/|,? \(){article} ?(?:{by['noun']}){until}\)?)*"
        whom += by["brackets"].replace("{noun}", by["noun"])
        told = [words.replace("{by}", whom) for words in patterns["prescription"]]
        self._add(told, "prescription", Stated("prescription"))
        contract = patterns["contract"]
        more = rf"(?:(?:,| ou|/| et|,? en| une?(?= )|\(| )*{contract['heads']})*"
        heads = rf"{contract['before']}{{0,4}}{contract['heads']}{more}{contract['after']}?"
        self._add([heads], "contract", Stated("contract"))
        self.contract = self.wanted[-1].pattern
        for entry in patterns["access"]:
            atom = Access(
                tuple(entry["needs"]),
                tuple(entry.get("partly", ())),
                entry.get("form", "inaccessibilite-handicap"),
            )
            self._add([entry["words"]], "access", atom, told=bool(entry.get("told")))
        self._add(patterns["in_need"], "who", Not(Access(("fauteuil-roulant", "mobilite-reduite"))))
        self._add(patterns["residence_permit"], "unread", Stated("other", "sejour"))
        self._add(patterns["language_level"], "unread", Stated("other", "francais"))
        self._add(patterns["distance"], "unread", Stated("other", "distance"))
        self._add(patterns["financing"], "unread", Stated("other", "financing"))
        self._add(patterns["leisure"], "purpose", Not(Purpose(("autre",))))
        self._add(patterns["unread"], "unread", Stated("other"))
        self._add(patterns["unknown"], "unread", Stated("other", "conditions"))
        self._add(patterns["usage"], "unread", Stated("other", "usage"))
        self._add(patterns["closed"], "closed", None, told=True)
        self._add(patterns["full_now"], "unread", Stated("other", "complet"), told=True)
        self._add(patterns["ended"], "ended", None, told=True)
        self._add([measures["duties"]], "silent", None)
        tail = patterns["tail"]
        self._add([words.replace("{tail}", tail) for words in patterns["prices"]], "silent", None)
        self._add(patterns["licence_aim"], "aim", None)
        self._add(patterns["no_prescription"], "waived", None)
        self._add(patterns["waiting"], "silent", None)
        self._add(patterns["neutral"], "neutral", None)
        training = any_of(situations.atom("stagiaire-formation"), Purpose(("formation",)))
        self._add(patterns["training"], "who", training)
        self._add(patterns["documents"]["words"], "document", None)
        self._add(patterns["mobility"], "mobility", None)
        self._add(patterns["open"], "open", None)
        self.priority = self._bounded(patterns["priority"])
        self.documents_header = re.compile(rf"^[ ,:*-]*(?:{patterns['documents']['header']})")
        negations = patterns["no_condition_negations"]
        self.exception = re.compile(negations["marks"])
        self.excluded_after = re.compile(negations["trailing"])
        self.exempt = re.compile(negations["exempt"])
        self.strong = _joined(patterns["strong"])
        self.soft = _joined(patterns["soft"])
        self.told = _joined(patterns["told"])
        self.told_dates = re.compile(patterns["told_dates"])
        self.others = re.compile(patterns["others"])
        self.qualifier = re.compile(patterns["qualifier"])
        self.relative = re.compile(patterns["relative"])
        self.owed, self.born = re.compile(patterns["owed"]), re.compile(patterns["born"])
        self.plural, self.article = re.compile(patterns["plural"]), re.compile(patterns["article"])
        self.people_header = re.compile(patterns["people_header"])
        self.no_more = re.compile(patterns["no_more"])
        self.topic, self.together = re.compile(patterns["topic"]), re.compile(patterns["together"])
        self.denied = re.compile(patterns["denied"])
        self.trait = re.compile(patterns["trait"])
        self.state, self.provided = re.compile(patterns["state"]), re.compile(patterns["provided"])
        self.depending = re.compile(patterns["depending"])
        self.also = re.compile(patterns["also"])
        self.licence_years = self._bounded([measures["licence_years"]])
        self.verbs = re.compile(
            rf"^[ ,:(]*(?:(?:et|ou|ni|soit|de|pour|vous|devoir|doit|doivent|il faut) |d')*(?:{patterns['verbs']})"
        )
        self.any_header = re.compile(patterns["any_header"])
        self.all_header = re.compile(patterns["all_header"])
        self.price = re.compile(patterns["prices_words"])
        self.joint, self.singular = re.compile(patterns["joint"]), re.compile(patterns["singular"])
        self.duty = re.compile(patterns["duty"])
        self.asks = re.compile(patterns["asks"])
        self.for_all, self.for_them = re.compile(patterns["for_all"]), re.compile(patterns["for_them"])
        self.fillers = frozenset(patterns["fillers"].split())
        self.partly, self.some = re.compile(patterns["partly"]), re.compile(patterns["some"])
        self.negations = frozenset(patterns["negations"].split())
        self.offer = frozenset(patterns["offer"].split())
        self.who_noun = re.compile(rf"^[ ,:(]*(?:et |ou |soit )*{patterns['who_nouns']}")
        self.quotient = Quotients(patterns["quotient"])
        purpose = patterns["purpose"]
        self.purpose_nouns = [
            (re.compile(rf"{purpose['article']}(?:{noun['words']})\b"), noun) for noun in purpose["nouns"]
        ]
        any_noun = "|".join(f"(?:{noun['words']})" for noun in purpose["nouns"])
        self.purpose = re.compile(
            rf"(?:{purpose['cue']}) ?"
            rf"(?:{purpose['article']}(?:{any_noun})\b(?: ?(?:,|/|ou|et(?: ?/ ?ou)?|ainsi que)? ?)?)+"
        )
        self.only = re.compile(purpose["only"])

    @classmethod
    def load(cls, data: Path, situations: Situations) -> Lexicon:
        """Reads `patterns.yml`, `measures.yml` and `shortened.yml` in the data folder's `tamis`."""
        patterns, measures, shortened = (
            yaml_loads((data / "tamis" / name).read_text(encoding="utf-8"))
            for name in ("patterns.yml", "measures.yml", "shortened.yml")
        )
        return cls(patterns, measures, Shortened(shortened), situations)

    def _add(
        self, words: Iterable[str], kind: str, expression: Expression | None, *, told: bool = False
    ) -> None:
        self.wanted.append(Wanted(self._bounded(words), kind, expression, told))

    def years_held(self, words: str) -> int:
        """The number of years in « deux ans de permis »."""
        found = re.search(self._number, words)
        return self._numbers.value(found[0]) if found else 1

    def motive(self, words: str) -> Purpose | None:
        """The purposes named in these words, or None."""
        met: dict[str, None] = {}
        doubtful: dict[str, None] = {}
        rest = words
        for pattern, noun in self.purpose_nouns:
            rest, count = pattern.subn(" ", rest)
            if count:
                met.update(dict.fromkeys(noun["met"]))
                doubtful.update(dict.fromkeys(noun.get("doubt", ())))
        if not met and not doubtful:
            return None
        return Purpose(tuple(sorted(met)), tuple(sorted(set(doubtful) - set(met))))

    def _bounded(self, words: Iterable[str]) -> re.Pattern[str]:
        # Words begin where a word begins; patterns say themselves where they end.
        text = (
            "|".join(f"(?:{word})" for word in words).replace("{n}", self._number).replace("{amount}", AMOUNT)
        ).replace("permis", "permis?")  # a common slip
        return re.compile(rf"(?<!\w)(?:{text})(?!\w)")
