"""Which patterns are tried: all that match, and few others."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.understanding.index import Index, Rule
from bot.understanding.pattern import Grammar
from bot.understanding.reader import Understanding
from bot.understanding.stream import concerns, read_stream

PATTERNS = [
    "j ai ~2 voiture",
    "(bus|train*) ~1 (du|de la) matin?",
    "*mobil* (a|de) {car}",
    "(ai|est)?",
    "{n} ans",
    "^ (pas|sans) {car} $",
    "(j ai (le|un) permis|permis ok)",
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


@given(st.lists(st.sampled_from(WORDS), max_size=12))
def test_what_matches_is_a_candidate_in_the_order_of_the_file(words: list[str]) -> None:
    tried = [rule.rank for rule, _ in INDEX.candidates(words)]
    string = "".join(f" {word}" for word in words)
    matching = {rule.rank for rule, pattern in INDEX.entries if any(pattern.finditer(string))}
    assert matching <= set(tried)
    assert tried == sorted(set(tried))
    assert INDEX.any(INDEX.met_by(words)) == bool(tried)


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
    assert left_out not in [rule.rank for rule, _ in INDEX.candidates(words)]


def test_what_is_added_later_is_tried_too() -> None:
    index = filled()
    before = index.candidates(["scooter"])
    index.add(Rule("rule", rank=99), Grammar(str.lower, {}).pattern("scooter"))
    assert [rule.rank for rule, _ in index.candidates(["scooter"])] == [r.rank for r, _ in before] + [99]


@pytest.mark.parametrize(
    "text", ["je veux mourir", "quel bus pour Cholet demain ?", "أريد أن أموت", "стоп", ""]
)
def test_a_lexicon_that_nothing_concerns_has_nothing_to_try(understanding: Understanding, text: str) -> None:
    raw = understanding.tokeniser.tokens(text)
    for lexicon in understanding.lexicons.values():
        stream = read_stream(raw, lexicon, understanding.gazetteer.words)
        if lexicon.index.candidates(stream.words):
            assert concerns(raw, lexicon, understanding.gazetteer.words)
