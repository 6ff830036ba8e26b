"""One language's lexicon, read from its YAML file and indexed by the words its patterns need."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from dataclasses import field as made_by
from functools import cached_property
from pathlib import Path
from typing import Any

import yaml
from rapidfuzz.distance import OSA

from bot.understanding.pattern import Grammar, Pattern, PatternError
from bot.understanding.sounds import Sounds
from bot.understanding.text import Letters


class _Words(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):  # type: ignore[misc]  # C where there is one
    """YAML in which `no`, `on` and `12:30` are words: only whole numbers and null are read as such."""


_Words.yaml_implicit_resolvers = {
    first: [(tag, shape) for tag, shape in shapes if tag.rpartition(":")[2] in ("int", "null", "merge")]
    for first, shapes in yaml.SafeLoader.yaml_implicit_resolvers.items()
}

CUES = (
    "self",
    "other",
    "question",
    "wish",
    "supposed",
    "past",
    "correction",
    "proxy",
    "speaker",
    "ward",
    "born",
    "spent",
)


DENYING = ("negation", "negation_after")
TWICE = re.compile(r"(\w)\1+")
REMEMBERED = 4_000  # words met before all are forgotten: people typed them
EARLY = ("dates", "times", "place_cues", "not_places")
MARK = "§"  # what stands for a time, a date or a place already found


class LexiconError(ValueError):
    """A lexicon file that cannot be used; the message names the file and the place in it."""


def read_yaml(path: Path) -> Any:
    """The content of a YAML file. Raises `LexiconError` when it is missing or unreadable."""
    try:
        return yaml.load(path.read_bytes(), Loader=_Words)
    except (OSError, yaml.YAMLError) as error:
        raise LexiconError(f"{path}: {error}") from error


def load_letters(data: Path) -> Letters:
    """How letters fold, from data/lexicons/letters.yml."""
    content = read_yaml(data / "lexicons" / "letters.yml") or {}
    return Letters({str(k): str(v) for k, v in (content.get("same") or {}).items()})


def load_sounds(data: Path) -> dict[str, Sounds]:
    """How the words of each language sound, from data/lexicons/sounds.yml."""
    path = data / "lexicons" / "sounds.yml"
    try:
        return {str(language): Sounds(rewrites) for language, rewrites in (read_yaml(path) or {}).items()}
    except (re.error, ValueError) as error:
        raise LexiconError(f"{path}: {error}") from error


@dataclass(frozen=True)
class Rule:
    """Patterns that say one thing. `kind` is the section; `field`, `value`, `operation` what they say.

    `keep` names the cues (negation, question…) that this rule does not mind, `drop` those it does,
    whatever the field's policy says. `detail` holds the keys of a dates or times entry.
    """

    kind: str
    field: str = ""
    value: str = ""
    operation: str = "say"
    keep: frozenset[str] = frozenset()
    drop: frozenset[str] = frozenset()
    unless: tuple[Pattern, ...] = ()
    detail: Mapping[str, Any] = made_by(default_factory=dict)
    rank: int = 0


@dataclass
class Index:
    """Which rules a message can match at all, by the words it holds."""

    entries: list[tuple[Rule, Pattern]] = made_by(default_factory=list)
    words: dict[str, list[int]] = made_by(default_factory=dict)
    stems: dict[str, list[tuple[str, int]]] = made_by(default_factory=dict)
    inside: list[tuple[str, bool, int]] = made_by(default_factory=list)
    always: list[int] = made_by(default_factory=list)
    _met: dict[str, tuple[int, ...]] = made_by(default_factory=dict)

    def add(self, rule: Rule, pattern: Pattern) -> None:
        """Adds one pattern of a rule."""
        number = len(self.entries)
        self.entries.append((rule, pattern))
        if pattern.anchors is None:
            self.always.append(number)
            return
        for anchor in pattern.anchors:
            if anchor.startswith("*"):
                self.inside.append((anchor.strip("*"), anchor.endswith("*"), number))
            elif anchor.endswith("*"):
                stem = anchor[:-1]
                self.stems.setdefault(stem[:2], []).append((stem, number))
            else:
                self.words.setdefault(anchor, []).append(number)

    def candidates(self, words: Iterable[str]) -> list[tuple[Rule, Pattern]]:
        """The rules and patterns worth trying on a message of these words, in the file's order."""
        found = set(self.always)
        met = self._met
        for word in words:
            numbers = met.get(word)
            if numbers is None:
                if len(met) >= REMEMBERED:
                    met.clear()
                numbers = met[word] = self._wanted_by(word)
            if numbers:
                found.update(numbers)
        return [self.entries[number] for number in sorted(found)]

    def _wanted_by(self, word: str) -> tuple[int, ...]:
        """The entries that have an anchor which a word satisfies."""
        found = set(self.words.get(word, ()))
        found.update(number for stem, number in self.stems.get(word[:2], ()) if word.startswith(stem))
        found.update(n for core, tail, n in self.inside if core in word and (tail or word.endswith(core)))
        return tuple(found)


class Lexicon:
    """What one language's file says: spelling, cues, rules and the vocabulary they are made of."""

    def __init__(
        self, content: Mapping[str, Any], letters: Letters, name: str = "", sounds: Sounds | None = None
    ) -> None:
        self.sounds = sounds or Sounds()
        self.language = str(content.get("language", name))
        self.script = str(content.get("script", "latin"))
        self.letters = letters
        fold = letters.fold
        clitics = content.get("clitics") or {}
        self.prefixes = _particles(clitics.get("prefixes"), fold)
        self.suffixes = _particles(clitics.get("suffixes"), fold)
        self.spelling = {
            fold(str(k)).replace(" ", ""): tuple(fold(str(v)).split())
            for k, v in (content.get("spelling") or {}).items()
        }
        # What a spelling stands for is itself spelt once more: « g » → « j ai » → « je ai ».
        self.spelling = {
            word: tuple(
                last
                for part in parts
                for last in ((part,) if part == word else self.spelling.get(part, (part,)))
            )
            for word, parts in self.spelling.items()
        }
        self.common = frozenset(w for e in content.get("common") or () for w in fold(str(e)).split())
        self.numbers = {self._spelt(str(k)): int(v) for k, v in (content.get("numbers") or {}).items()}
        self.weekdays = _names(content.get("weekdays"), self._spelt)
        self.months = _names(content.get("months"), self._spelt)
        cues = content.get("cues") or {}
        self.reach = int(cues.get("reach", 3))
        self.borders = frozenset(fold(str(w)) for w in cues.get("border") or ())
        self.bridge = frozenset(fold(str(w)) for w in cues.get("bridge") or ())
        self.place_words = frozenset(fold(str(w)) for w in content.get("place_words") or ())
        self.contractions = {
            fold(str(k)): fold(str(v)) for k, v in (content.get("contractions") or {}).items()
        }
        self.also = {
            fold(str(k)): [fold(str(w)) for w in words] for k, words in (content.get("also") or {}).items()
        }
        self._grammar = Grammar(
            self._spelt,
            content.get("sets") or {},
            self.numbers,
            tuple(self.weekdays),
            tuple(self.months),
            self.also,
            [self._spelt(str(w)) for name in DENYING for w in cues.get(name) or ()],
            fold,
        )
        self.foreign: frozenset[str] = (
            frozenset()
        )  # words of other languages, never to mend (« del », no DELD)
        self.memory: dict[Any, tuple[Any, ...]] = {}  # how words met before are spelt (see `read_stream`)
        self._known: dict[str, bool] = {}  # answers of `knows`
        self.early = Index()  # dates, times and what announces a place: read before the rest
        self.index = Index()
        self.asked = Index()
        self.proxies = Index()  # the cues of that name alone
        try:
            self._read(content)
        except PatternError as error:
            raise LexiconError(f"lexicon {name or self.language}: {error}") from error

    def _spelt(self, text: str) -> str:
        """Folded, and spelt as a message would be: patterns and messages meet in one spelling."""
        words = self.letters.fold(text).split()
        return " ".join(part for word in words for part in self._written_out(word))

    def _written_out(self, word: str) -> tuple[str, ...]:
        """What stands for a word in patterns: « c » for « c est » is only for who writes it alone."""
        parts = self.spelling.get(word, (word,))
        return (word,) if parts[0] == word else parts

    def _read(self, content: Mapping[str, Any]) -> None:
        cues = content.get("cues") or {}
        for name in (*CUES, *DENYING):
            self._add(Rule(name), cues.get(name))
        self._add(Rule("proxy"), cues.get("proxy"), self.proxies)
        for name, patterns in (cues.get("neutral") or {}).items():
            self._add(Rule("neutral", value=str(name)), patterns)
        for field_name, codes in (content.get("rules") or {}).items():
            self._rules("rule", str(field_name), codes or {}, self.index)
        for field_name, codes in (content.get("asked") or {}).items():
            self._rules("asked", str(field_name), codes or {}, self.asked)
        for kind in ("dates", "times"):
            for rank, entry in enumerate(content.get(kind) or ()):
                detail = {k: v for k, v in entry.items() if k != "say"}
                self._add(Rule(kind, detail=detail, rank=rank), entry.get("say"))
        for use, patterns in (content.get("clock") or {}).items():
            for rank, pattern in enumerate(patterns or ()):
                self._add(Rule("clock", value=str(use), rank=rank), [pattern])
        for rank, pattern in enumerate(content.get("trips") or ()):
            self._add(Rule("trips", rank=rank), [pattern])
        self._add(Rule("wrong_places"), content.get("wrong_places"))
        self._add(Rule("place_cues"), content.get("place_cues"))
        self._add(Rule("not_places"), content.get("not_places"))

    def _add(self, rule: Rule, patterns: Sequence[Any] | None, index: Index | None = None) -> None:
        read = self._grammar.patterns if rule.field else lambda source: [self._grammar.pattern(source)]
        for source in patterns or ():
            for pattern in read(str(source)):
                if index is not None:
                    index.add(rule, pattern)
                elif rule.kind in EARLY and MARK not in pattern.piece.source:
                    self.early.add(rule, pattern)
                else:
                    self.index.add(rule, pattern)

    def _rules(self, kind: str, field_name: str, codes: Mapping[Any, Any], index: Index) -> None:
        for code, spec in codes.items():
            if isinstance(spec, Mapping):
                flags = {k: v for k, v in spec.items() if k not in ("say", "not", "unless")}
                unless = tuple(self._grammar.pattern(str(p)) for p in spec.get("unless") or ())
                keep = frozenset(k for k, v in flags.items() if v == "keep")
                drop = frozenset(k for k, v in flags.items() if v == "drop")
                if set(flags) != keep | drop:
                    raise PatternError(f"{field_name}.{code}: a cue is kept or dropped, not {flags}")
                said = (("say", spec.get("say")), ("not", spec.get("not")))
            else:
                said, unless, keep, drop = (("say", spec), ("not", None)), (), frozenset(), frozenset()
            for operation, patterns in said:
                rule = Rule(kind, field_name, str(code).lower(), operation, keep, drop, unless)
                self._add(rule, patterns, index)

    @cached_property
    def _written(self) -> Counter[str]:
        """Each whole word of the patterns, and how many patterns hold it."""
        words: Counter[str] = Counter()
        for index in (self.early, self.index, self.asked):
            for _, pattern in index.entries:
                words.update(set(_literals(pattern.piece.source)))
        return words

    @cached_property
    def vocabulary(self) -> frozenset[str]:
        """Every whole word that the patterns, the lists and the spellings hold."""
        words = set(self.common) | set(self._written)
        for target in self.spelling.values():
            words.update(target)
        for listed in (self.numbers, self.weekdays, self.months):
            words.update(w for entry in listed for w in entry.split())
        return frozenset(words | self.borders)

    def knows(self, word: str) -> bool:
        """Whether a folded word belongs to this language as far as the lexicon tells, inflected forms included."""
        known = self._known.get(word)
        if known is None:
            if len(self._known) >= REMEMBERED:
                self._known.clear()
            known = self._known[word] = (
                word in self.vocabulary
                or word in self.spelling
                or word.startswith(self.stems.get(word[:2], ()))
            )
        return known

    @cached_property
    def stems(self) -> Mapping[str, tuple[str, ...]]:
        """The stems of four letters or more that patterns hold, by their first two letters."""
        out: dict[str, set[str]] = {}
        for index in (self.early, self.index, self.asked):
            for pair, entries in index.stems.items():
                out.setdefault(pair, set()).update(stem for stem, _ in entries if len(stem) >= 4)
        return {pair: tuple(sorted(stems)) for pair, stems in out.items()}

    @cached_property
    def doubled(self) -> Mapping[str, str]:
        """Words of five letters or more without their double letters → the word (« frape » → « frappe »)."""
        out: dict[str, str] = {}
        for word in sorted(self.vocabulary):
            single = TWICE.sub(r"\1", word)
            if single != word and len(single) >= 5 and word.isalpha():
                out.setdefault(single, word)
        return out

    @cached_property
    def _heard(self) -> Mapping[str, tuple[str, ...]]:
        """Words of four letters or more and stems, by how they sound; what most patterns hold comes first."""
        out: dict[str, list[str]] = {}
        stems = {stem for stems in self.stems.values() for stem in stems}
        for word in sorted(self.vocabulary | stems, key=lambda word: (-self._written[word], word)):
            if len(word) >= 4 and word.isalpha():
                out.setdefault(self.sounds.of(word), []).append(word)
        return {sound: tuple(words) for sound, words in out.items()}

    def heard_as(self, word: str) -> str | None:
        """The known word that an unknown one of three letters or more sounds like, or None."""
        if not self.sounds or len(word) < 3 or not word.isascii():
            return None
        sound = self.sounds.of(word)
        alike = self._heard.get(sound, ()) if len(sound) >= 3 else ()
        return min(alike, key=lambda known: OSA.distance(word, known), default=None)

    @cached_property
    def long_words(self) -> Mapping[str, tuple[str, ...]]:
        """Words of six letters or more, by first letter: what a misspelt word may have meant."""
        out: dict[str, list[str]] = {}
        stems = {stem for stems in self.stems.values() for stem in stems}
        for word in sorted(self.vocabulary | stems):
            if len(word) >= 6 and word.isalpha():
                out.setdefault(word[0], []).append(word)
        return {letter: tuple(words) for letter, words in out.items()}


def _literals(source: str) -> list[str]:
    """The whole words of a pattern's expression: those between a space and the next boundary."""
    words = []
    for chunk in source.replace("\\", "").split(" ")[1:]:
        word = ""
        for char in chunk:
            if not char.isalnum():
                break
            word += char
        rest = chunk[len(word) :]
        if word and not rest.startswith("[^"):
            words.append(word)
    return words


def _particles(listed: Any, fold: Any) -> list[tuple[str, str]]:
    """(as glued, as the patterns spell it), longest first; a list or a mapping in the file."""
    pairs = listed.items() if isinstance(listed, Mapping) else ((word, word) for word in listed or ())
    found = {(fold(str(a)), fold(str(b))) for a, b in pairs}
    return sorted((pair for pair in found if pair[0]), key=lambda pair: (-len(pair[0]), pair))


def _names(listed: Mapping[Any, Any] | None, fold: Any) -> dict[str, str]:
    out: dict[str, str] = {}
    for key, words in (listed or {}).items():
        for word in words or ():
            out[fold(str(word))] = str(key)
    return out


def load_lexicon(path: Path, letters: Letters, sounds: Sounds | None = None) -> Lexicon:
    """The lexicon of one file. Raises `LexiconError` naming the file when it cannot be used."""
    content = read_yaml(path)
    if not isinstance(content, Mapping):
        raise LexiconError(f"{path}: a lexicon is a mapping")
    return Lexicon(content, letters, path.stem, sounds)


def load_lexicons(data: Path, letters: Letters) -> dict[str, Lexicon]:
    """Every language's lexicon found in data/lexicons (files named by a two-letter code), French first."""
    paths = sorted((data / "lexicons").glob("[a-z][a-z].yml"), key=lambda p: (p.stem != "fr", p.stem))
    sounds = load_sounds(data)
    lexicons = {path.stem: load_lexicon(path, letters, sounds.get(path.stem)) for path in paths}
    for lexicon in lexicons.values():
        others = [
            other for other in lexicons.values() if other is not lexicon and other.script == lexicon.script
        ]
        lexicon.foreign = frozenset().union(*(other.common for other in others))
    return lexicons
