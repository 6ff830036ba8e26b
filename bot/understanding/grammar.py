"""The pattern language of the lexicons (see data/lexicons/README.md), made into regular expressions.

A stream is a string of words, each with one space before it: `" j ai pas de voiture | je …"`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence

from bot.understanding.gaps import gap
from bot.understanding.pattern import Pattern
from bot.understanding.pieces import Piece, either, other_way, sequence, unmarked

_LEX = re.compile(r"\s+|//|~(\d+)|\{([a-z_0-9]+)\}|[()|?^$]|[^\s()|?{}~^$]+")
_EDGES = {"^": r"(?:^|(?<= \|))", "$": r"(?= \||$)"}  # where a clause begins, where it ends

CAPTURES: Mapping[str, str] = {
    "n": "NUMBER",
    "h": "HOUR",
    "m": r"(?P<m> [0-5]\d)",
    "year": r"(?P<year> (?:20)?\d\d)",
    "time": r"(?P<time> §t\d+)",
    "time2": r"(?P<time2> §t\d+)",
    "date": r"(?P<date> §d\d+w?)",
    "weekend": r"(?P<weekend> §d\d+w)",
    "place": r"(?P<place> §p\d+)",
    "origin": r"(?P<origin> §p\d+)",
    "destination": r"(?P<destination> §p\d+)",
    "weekday": "WEEKDAY",
    "month": "MONTH",
}
_ANCHORS = {
    "time": "§t",
    "time2": "§t",
    "date": "§d",
    "weekend": "§d",
    "place": "§p",
    "origin": "§p",
    "destination": "§p",
}


class PatternError(ValueError):
    """A pattern of a lexicon that cannot be read; the message names it."""


class Grammar:
    """Reads patterns with one lexicon's sets, numbers, weekdays and months.

    `fold` turns a written word into the folded words a stream is made of. `also`: what a word of a pattern is
    written as besides (« 2 » for « de »), folded. `denying`: folded words of negation. `stem` folds what is
    only a part of a word, which no spelling list knows.
    """

    def __init__(
        self,
        fold: Callable[[str], str],
        sets: Mapping[str, Sequence[str]],
        numbers: Mapping[str, int] | None = None,
        weekdays: Sequence[str] = (),
        months: Sequence[str] = (),
        also: Mapping[str, Sequence[str]] | None = None,
        denying: Iterable[str] = (),
        stem: Callable[[str], str] | None = None,
    ) -> None:
        self._fold = fold
        self._stem = stem or fold
        self._also = also or {}
        self._denying = frozenset(denying)
        self._sets = sets
        self._pieces: dict[str, Piece] = {}
        self._words: dict[str, Piece] = {}
        self._open: list[str] = []
        numbers = numbers or {}
        hours = [word for word, value in numbers.items() if value <= 24]
        self._lists = {
            "NUMBER": ("n", list(numbers)),
            "HOUR": ("h", hours),
            "WEEKDAY": ("weekday", weekdays),
            "MONTH": ("month", months),
        }

    def pattern(self, source: str) -> Pattern:
        """The pattern written `source`.

        Raises `PatternError` when it cannot be read or names a set that is not there.
        """
        text = source.strip()
        bare = text.startswith("!")
        try:
            piece = self._parse(text[1:] if bare else text)
        except (PatternError, IndexError) as error:
            raise PatternError(f"pattern {source!r}: {error}") from error
        return Pattern(source, piece, bare)

    def patterns(self, source: str) -> list[Pattern]:
        """The pattern written `source`; in two where only some of its alternatives say no by themselves."""
        whole = self.pattern(source)
        piece = whole.piece
        if whole.bare or piece.denying is None:
            return [whole]
        denying = Pattern(source, Piece(piece.denying, piece.needs, None, piece.denying), True)
        if piece.plain is None:
            return [denying]
        return [Pattern(source, Piece(piece.plain, piece.needs, piece.plain)), denying]

    def _parse(self, text: str) -> Piece:
        lexemes: list[tuple[str, str]] = []
        position = 0
        while position < len(text):
            found = _LEX.match(text, position)
            if found is None:
                raise PatternError(f"unreadable at {position}")
            position = found.end()
            word = found.group(0)
            if word.isspace():
                continue
            if found.group(1):
                lexemes.append(("gap", found.group(1)))
            elif found.group(2):
                lexemes.append(("name", found.group(2)))
            elif word in ("(", ")", "|", "?", "//") or word in _EDGES:
                lexemes.append((word, word))
            else:
                lexemes.append(("word", word))
        lexemes.append(("end", ""))
        piece, rest = self._alternatives(lexemes, 0)
        if lexemes[rest][0] != "end":
            raise PatternError("unbalanced parenthesis")
        return piece

    def _alternatives(self, lexemes: list[tuple[str, str]], at: int) -> tuple[Piece, int]:
        options = []
        while True:
            piece, at = self._sequence(lexemes, at)
            options.append(piece)
            if lexemes[at][0] != "|":
                return either(options), at
            at += 1

    def _sequence(self, lexemes: list[tuple[str, str]], at: int) -> tuple[Piece, int]:
        pieces: list[Piece] = []
        while lexemes[at][0] not in ("|", ")", "end"):
            kind, word = lexemes[at]
            if kind in ("gap", "//"):
                piece, at = _gap(lexemes, at)
                pieces.append(piece)
                continue
            at += 1
            if kind == "(":
                piece, at = self._alternatives(lexemes, at)
                if lexemes[at][0] != ")":
                    raise PatternError("missing )")
                at += 1
            elif kind in _EDGES:
                piece = unmarked(_EDGES[kind])
            elif kind == "name":
                piece = self._named(word)
            elif kind == "word":
                piece = self._word(word)
            else:
                raise PatternError(f"{word!r} has nothing before it")
            if lexemes[at][0] == "?":
                at += 1
                piece = unmarked(f"(?:{piece.source})?")
            pieces.append(piece)
        return sequence(pieces), at

    def _word(self, word: str) -> Piece:
        known = self._words.get(word)
        if known is None:
            known = self._words[word] = self._make_word(word)
        return known

    def _make_word(self, word: str) -> Piece:
        before, after = word.startswith("*"), word.endswith("*") and len(word) > 1
        core = word.strip("*")
        fold = self._stem if before or after else self._fold
        folded = fold(core).split() or ([core] if core in (":", "/", ".", ",", "-") else [])
        if not folded:
            raise PatternError(f"no letters in {word!r}")
        pieces = []
        for index, part in enumerate(folded):
            head = before and index == 0
            tail = after and index == len(folded) - 1
            source = " " + ("[^ |]*" if head else "") + re.escape(part) + ("[^ |]*" if tail else "")
            anchor = ("*" if head else "") + part + ("*" if tail else "")
            denies = anchor in self._denying
            piece = Piece(
                source, (frozenset([anchor]),), None if denies else source, source if denies else None
            )
            others = () if head or tail else self._also.get(part, ())
            pieces.append(either([piece, *(other_way(" " + re.escape(o), o, denies) for o in others)]))
        return sequence(pieces)

    def _named(self, name: str) -> Piece:
        known = self._pieces.get(name)
        if known is not None:
            return known
        if name in self._sets:
            if name in self._open:
                raise PatternError(f"set {name!r} holds itself")
            self._open.append(name)
            piece = either([self._parse(str(entry)) for entry in self._sets[name]])
            self._open.pop()
        elif name in CAPTURES:
            piece = self._capture(name)
        else:
            raise PatternError(f"no set named {name!r}")
        self._pieces[name] = piece
        return piece

    def _capture(self, name: str) -> Piece:
        source = CAPTURES[name]
        if source not in self._lists:
            anchor = _ANCHORS.get(name)
            return unmarked(source, frozenset([anchor]) if anchor else None)
        group, words = self._lists[source]
        folded = sorted({self._fold(word) for word in words} - {""}, key=len, reverse=True)
        options = [" " + re.escape(word).replace(r"\ ", " ") for word in folded]
        if group in ("n", "h"):
            digits = r" [0-9]+" if group == "n" else r" (?:[01]?\d|2[0-4])"
            return unmarked(rf"(?P<{group}>{'|'.join([*options, digits])})(?= |$)")
        if not options:
            return unmarked("(?!)")
        return unmarked(
            f"(?P<{group}>{'|'.join(options)})(?= |$)", frozenset(word.split()[0] for word in folded)
        )


def _gap(lexemes: Sequence[tuple[str, str]], at: int) -> tuple[Piece, int]:
    """The gaps and breaks from this place on, and where they end."""
    sizes = [0]
    while lexemes[at][0] in ("gap", "//"):
        kind, word = lexemes[at]
        if kind == "//":
            sizes.append(0)
        else:
            sizes[-1] += int(word)
        at += 1
    if lexemes[at][0] == "?":
        raise PatternError("a gap may be empty as it is")
    return unmarked(gap(sizes)), at
