"""One language's lexicon, read from the content of its file and indexed by the words its patterns need."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from bot.understanding.grammar import Grammar, PatternError
from bot.understanding.index import Index, Rule
from bot.understanding.numerals import Numerals
from bot.understanding.pattern import Pattern
from bot.understanding.sounds import Sounds
from bot.understanding.text import Letters
from bot.understanding.vocabulary import Vocabulary
from bot.understanding.written import LexiconError

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
EARLY = ("dates", "times", "place_cues", "not_places")
# What an entry of `dates` is made of, by its key.
CAPTURED = {"days": (), "weekday": ("weekday",), "each": ("n",), "month": ("n", "month"), "monthday": ("n",)}
MARK = "§"  # what stands for a time, a date or a place already found


class Lexicon(Vocabulary):
    """What one language's file says: spelling, cues, rules and the vocabulary they are made of."""

    def __init__(
        self, content: Mapping[str, Any], letters: Letters, name: str = "", sounds: Sounds | None = None
    ) -> None:
        super().__init__()
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
        self.numerals = Numerals(self.numbers, content.get("numerals") or {}, self._spelt)
        self.weekdays = _names(content.get("weekdays"), self._spelt)
        self.months = _names(content.get("months"), self._spelt)
        cues = content.get("cues") or {}
        self.reach = int(cues.get("reach", 3))
        self.borders = _borders(cues.get("border") or (), fold)
        self.bridge = frozenset(fold(str(w)) for w in cues.get("bridge") or ())
        self.place_words = frozenset(fold(str(w)) for w in content.get("place_words") or ())
        self.contractions = {
            fold(str(k)): fold(str(v)) for k, v in (content.get("contractions") or {}).items()
        }
        self.also = {
            fold(str(k)): [fold(str(w)) for w in words] for k, words in (content.get("also") or {}).items()
        }
        self.denying = frozenset(self._spelt(str(w)) for name in DENYING for w in cues.get(name) or ())
        self._grammar = Grammar(
            self._spelt,
            content.get("sets") or {},
            self.numbers,
            tuple(self.weekdays),
            tuple(self.months),
            self.also,
            self.denying,
            fold,
        )
        self.foreign: frozenset[str] = (
            frozenset()
        )  # words of other languages, never to mend (« del », no DELD)
        self.memory: dict[Any, tuple[Any, ...]] = {}  # how words met before are spelt (see `read_stream`)
        self.early = Index()  # dates, times and what announces a place: read before the rest
        self.index = Index()
        self.asked = Index()
        self.proxies = Index()  # the cues of that name alone
        self.sparing = Index()  # the patterns under `unless`, each with a rule that they spare
        try:
            self._read(content)
        except PatternError as error:
            raise LexiconError(f"lexicon {name or self.language}: {error}") from error
        del self._grammar  # what it remembers of every word was for reading the file
        for pattern in self.patterns():
            pattern.forget()

    def patterns(self) -> Iterator[Pattern]:
        """Every pattern of the lexicon."""
        for index in (self.early, self.index, self.asked, self.proxies, self.sparing):
            yield from (pattern for _, pattern in index.entries)

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
                for name in _told(rule):
                    if f"(?P<{name}>" not in pattern.piece.source:
                        raise PatternError(f"{rule.kind}: {source!r} holds no {{{name}}}")
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
            for pattern in unless:
                self.sparing.add(Rule(kind, field_name, unless=unless), pattern)
            for operation, patterns in said:
                rule = Rule(kind, field_name, str(code).lower(), operation, keep, drop, unless)
                self._add(rule, patterns, index)


def _told(rule: Rule) -> tuple[str, ...]:
    """What a pattern of a time or a day must capture for its entry to be understood."""
    detail = rule.detail
    if rule.kind == "times" and not detail.keys() & {"at", "never"}:
        return ("h", "n") if detail.get("range") else ("h",)
    if rule.kind == "dates" and not detail.get("never"):
        names = next((names for key, names in CAPTURED.items() if key in detail), ())
        return tuple(name for name in names if name != "n" or "day" not in detail)
    return ()


def _borders(listed: Sequence[Any], fold: Callable[[str], str]) -> dict[str, tuple[str, ...]]:
    """The first word of each sign of a new clause → the second words of those of two (« parce que »); none where the
    first is one by itself."""
    out: dict[str, set[str]] = {}
    alone: set[str] = set()
    for entry in listed:
        first, *more = fold(str(entry)).split()
        out.setdefault(first, set()).update(more[:1])
        if not more:
            alone.add(first)
    return {first: () if first in alone else tuple(sorted(seconds)) for first, seconds in out.items()}


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
