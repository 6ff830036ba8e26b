"""Reads what a service requires: its coded fields and its free text become criteria, word for word."""

from __future__ import annotations

import functools
import threading
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

from bot.tamis.audience import Audience
from bot.tamis.combine import Statement, merge_lines, with_publics
from bot.tamis.criteria import Criterion
from bot.tamis.ear import Ear, Read, read_of
from bot.tamis.extras import extra_of
from bot.tamis.informing import Informing
from bot.tamis.levels import Levels
from bot.tamis.lexicon import Lexicon
from bot.tamis.places import Places, Register
from bot.tamis.settling import settled
from bot.tamis.signs import Signposts
from bot.tamis.situations import Situations
from bot.tamis.spans import ANYWHERE, Setting, Spotter
from bot.tamis.statements import Statements
from bot.tamis.territory import Territory
from bot.tamis.text import Sentence, plain, sentences
from bot.tamis.unread import dated, is_unread
from bot.tamis.values import codes, date, days
from bot.tamis.zones import neighbourhood
from bot.tamis.zones import zone as zone_of
from bot.yaml_text import yaml_loads

READ_FIELDS = ("publics_precisions", "conditions_acces", "frais_precisions", "description")
READ_EXTRA = ("fin", "fin_motif", "a_verifier", "saison", "delai_jours")


@dataclass(frozen=True, slots=True)
class Reading:
    """All that one service requires. `unread` are the words kept as conditions to read by a human.

    `corrected_by` names who set these criteria; `to_review` that the text changed since they were set.
    """

    service_id: str
    criteria: tuple[Criterion, ...] = ()
    level: int = 0
    needs_professional: bool = False
    unread: tuple[str, ...] = ()
    delay_days: int | None = None
    corrected_by: str | None = None
    to_review: bool = False


class Reader:
    """Reads services; keeps what it read of a sentence, since sources repeat themselves. Threads take turns at it."""

    _last: ClassVar[tuple[object, Reader] | None] = None
    _loading: ClassVar[threading.Lock] = threading.Lock()

    def __init__(self, data: Path, places: Places | None) -> None:
        self.data = data
        self.situations = Situations.load(data)
        self.places = places
        self._lexicon = Lexicon.load(data, self.situations)
        self._spotter = Spotter(
            self._lexicon,
            Territory(places, self._lexicon.territory, self._lexicon.gentiles, self._lexicon.aliases),
        )
        self._informing = Informing.load(data)
        self._audience = Audience.load(data)
        self._statements = Statements(self._lexicon, self._spotter, self._informing, self._audience)
        self._signposts = Signposts(self._lexicon, self._spotter, self._statements, self._audience)
        self._levels = Levels.load(data)
        rules = yaml_loads((data / "tamis" / "sources.yml").read_text(encoding="utf-8"))
        self.forms: Mapping[str, str] = rules["forms"]
        self._sources: Mapping[str, Mapping[str, Any]] = rules
        self._ear = Ear.load(data)
        self._sentence = functools.lru_cache(maxsize=50_000)(self._read)
        self._turn = threading.Lock()

    @classmethod
    def load(cls, data: Path, places: Places | None = None) -> Reader:
        """A reader with the project's data folder; `places` None loads the communes of France from it.

        Without `places` it is one for all who ask in this process, as long as the files stay as they are: the desk,
        the tamis' own pages and the diagnostic read the same services.
        """
        if places is not None:
            return cls(data, places)
        with cls._loading:
            state = _state(data)
            if cls._last is None or cls._last[0] != state:
                cls._last = state, cls(data, Register.load(data))
            return cls._last[1]

    def read(self, service: Mapping[str, Any]) -> Reading:
        """What this service requires. Never raises for odd content: what cannot be read is kept as `other`."""
        with self._turn:
            return self._service(service)

    def _service(self, service: Mapping[str, Any]) -> Reading:
        service_id = plain(service.get("id"))
        source = plain(service.get("source")) or service_id.split("--")[0]
        trust = {**self._sources["default"], **self._sources.get(source, {})}
        zone, zone_criterion = zone_of(service.get("zone_eligibilite"))
        setting = Setting(neighbourhood(self.places, service, zone), date(service.get("date_maj")))
        statements: list[Statement] = []
        welcome = False
        for name in READ_FIELDS:
            if name == "frais_precisions" and not trust["frais"]:
                continue
            read, said_open = self._field(name, service.get(name), setting)
            statements.extend(read)
            welcome = welcome or (said_open and name in ("publics_precisions", "conditions_acces"))
        publics = codes(service.get("publics"))
        criteria = [*([zone_criterion] if zone_criterion else [])]
        criteria += with_publics(publics, statements, welcome, str(trust["publics"]), self.situations)
        criteria += extra_of(service.get("extra"), self._spotter, setting)
        kept = tuple(dict.fromkeys(dated(criteria)))
        return Reading(
            service_id,
            kept,
            self._levels.of(criterion.expression for criterion in kept),
            codes(service.get("mobilisable_par")) == ("professionnels",),
            tuple(dict.fromkeys(criterion.text for criterion in kept if is_unread(criterion.expression))),
            days(service.get("extra")),
        )

    def forget(self) -> None:
        """Drops the sentences kept in memory, once a directory has been read."""
        self._sentence.cache_clear()
        self._informing.forget()
        self._signposts.forget()
        self._lexicon.shortened.forget()

    def level(self, criteria: Sequence[Criterion]) -> int:
        """The level of these criteria together."""
        return self._levels.of(criterion.expression for criterion in criteria)

    def ruled(self, name: str, text: str) -> Iterator[tuple[str, Read]]:
        """Each sentence of a text of the field `name`, folded, and what the rules alone make of it."""
        for sentence in sentences(text, self._lexicon.shortened):
            statement, welcome = self._statements.read(sentence, name, ANYWHERE, "")
            yield sentence.folded, read_of(statement, welcome)

    def _read(
        self, sentence: Sentence, name: str, setting: Setting, header: str
    ) -> tuple[Statement | None, bool]:
        statement, welcome = self._statements.read(sentence, name, setting, header)
        told = self._lexicon.calendar.speaks(sentence.folded)
        return settled(sentence, name, header, statement, welcome, self._ear, dated=told)

    def _field(self, name: str, value: Any, setting: Setting) -> tuple[list[Statement], bool]:
        statements: list[Statement] = []
        welcome, papers, header = False, False, ""
        free = False
        previous_line = -1
        for sentence in sentences(value, self._lexicon.shortened):
            signs = self._signposts.of(sentence.folded)
            if papers and (sentence.line == previous_line or signs.asks):
                papers = False
            previous_line = sentence.line
            if signs.papers:
                papers = papers or signs.more_papers
                continue
            if papers:
                continue
            header = header if signs.header is None else signs.header
            # Sources repeat themselves: a sentence is read once, wherever and whenever it stands.
            around = setting if signs.depends else ANYWHERE
            statement, said_open = self._sentence(sentence, name, around, header)
            welcome = welcome or (said_open and not signs.no_more)
            free = free or said_open or signs.welcomes
            if statement is not None and not (signs.colon and is_unread(statement.expression)):
                statements.append(statement)
        if free and name == "description":
            # « … pour les personnes accueillies ici. Ouvert à tous. »
            statements = [each for each in statements if each.strong or not _nobody_known(each)]
        return merge_lines(statements, name), welcome


def _nobody_known(statement: Statement) -> bool:
    return statement.people and is_unread(statement.expression)


def _state(data: Path) -> object:
    """What tells the state of the files a reader is made of."""
    files = [path for folder in ("tamis", "places") for path in (data / folder).rglob("*")]
    return data.resolve(), frozenset((path, path.stat().st_mtime_ns) for path in files)
