"""Which patterns are tried: all that match, and few others."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.understanding.concerned import Concerned
from bot.understanding.grammar import Grammar
from bot.understanding.index import Index, Rule
from bot.understanding.reader import Understanding
from bot.understanding.spelling import read_stream
from bot.understanding.stream import Stream
from bot.understanding.text import Token

PATTERNS = [
    "j ai ~2 voiture",
    "(bus|train*) ~1 (du|de la) matin?",
    "*mobil* (a|de) {car}",
    "(ai|est)?",
    "{n} ans",
    "^ (pas|sans) {car} $",
    "(j ai (le|un) permis|permis ok)",
    "bus // (pas|le) // {car}?",
    "auto* // ~1 18",
]
WORDS = [
    "j",
    "ai",
    "la",
    "voiture",
    "bus",
    "trains",
    "du",
    "de",
    "matin",
    "automobiles",
    "auto",
    "18",
    "ans",
    "pas",
]
WORDS += ["sans", "permis", "ok", "le", "un", "est", "|"]


def filled() -> Index:
    grammar = Grammar(str.lower, {"car": ["voiture", "auto"]})
    index = Index()
    for rank, source in enumerate(PATTERNS):
        index.add(Rule("rule", rank=rank), grammar.pattern(source))
    return index


INDEX = filled()


def tried(index: Index, words: list[str]) -> list[int]:
    """The ranks of the rules worth trying on words of one clause."""
    return [index.entries[number][0].rank for number, _ in index.listed(index.meeting([words]))]


def stream(words: list[str]) -> Stream:
    return Stream([Token(word, at, at + 1) for at, word in enumerate(words)], Index())


@given(st.lists(st.sampled_from(WORDS), max_size=16))
def test_clause_by_clause_all_is_found_that_the_whole_message_holds(words: list[str]) -> None:
    read = stream(words)
    found = [(hit.rule.rank, hit.start, hit.end) for hit in read.hits(read.candidates(INDEX))]
    every = []
    for rule, pattern in INDEX.entries:
        for match in pattern.finditer(read.string):
            start, end = read.at(*match.span())
            if start is not None and end is not None and start < end:
                every.append((rule.rank, start, end))
    assert found == every


@given(st.lists(st.sampled_from(WORDS), max_size=12))
def test_what_may_match_is_found_by_its_words(words: list[str]) -> None:
    assert INDEX.any(INDEX.met_by(words)) == bool(tried(INDEX, words))


def test_a_pattern_is_tried_where_its_words_are_and_on_the_whole_where_it_crosses_borders() -> None:
    runs = dict(INDEX.listed(INDEX.meeting([["permis"], ["le", "bus", "du", "matin"], ["ok"]])))
    assert runs == {1: [(1, 2)], 3: [(0, 1), (1, 2), (2, 3)], 7: [(0, 3)]}


@pytest.mark.parametrize(
    ("words", "left_out"),
    [
        (["j", "ai", "le", "bus"], 0),  # no car
        (["voiture"], 0),  # nothing that has it
        (["automobile", "bus"], 2),
        (["permis"], 6),
    ],
)
def test_a_pattern_whose_words_are_not_all_there_is_not_tried(words: list[str], left_out: int) -> None:
    assert left_out not in tried(INDEX, words)


def test_what_is_added_later_is_tried_too() -> None:
    index = filled()
    before = tried(index, ["scooter"])
    index.add(Rule("rule", rank=99), Grammar(str.lower, {}).pattern("scooter"))
    assert tried(index, ["scooter"]) == [*before, 99]


@pytest.mark.parametrize(
    "text", ["je veux mourir", "quel bus pour Cholet demain ?", "أريد أن أموت", "стоп", ""]
)
def test_a_lexicon_that_nothing_concerns_has_nothing_to_try(understanding: Understanding, text: str) -> None:
    raw = understanding.tokeniser.tokens(text)
    known = understanding.gazetteer.words
    lexicons = list(understanding.lexicons.values())
    among = Concerned(lexicons, known).among(raw)
    for lexicon in lexicons:
        read = read_stream(raw, lexicon, known)
        assert lexicon in among or not read.candidates(lexicon.index)
