from __future__ import annotations

import pytest

from bot.understanding.grammar import Grammar, PatternError
from bot.understanding.pattern import captured


def grammar() -> Grammar:
    return Grammar(
        lambda text: text.lower().replace("'", " "),
        {"car": ["voiture", "(vieille|petite) caisse"]},
        {"deux": 2},
    )


@pytest.mark.parametrize(
    ("pattern", "stream", "found"),
    [
        ("j'ai une {car}", " j ai une voiture", True),
        ("j'ai une {car}", " j ai une caisse", False),
        ("ma ~2 voiture", " ma tres belle voiture", True),
        ("ma ~2 voiture", " ma | voiture", False),
        ("ma // voiture", " ma | voiture", True),
        ("repar*", " reparation", True),
        ("*ation", " reparation", True),
        ("le? permis", " permis", True),
        ("permis", " permission", False),
        ("^ en bus $", " en bus", True),
        ("^ en bus $", " bonjour | en bus | merci", True),
        ("^ en bus $", " pas en bus", False),
        ("^ en bus $", " en bus demain", False),
    ],
)
def test_matches(pattern: str, stream: str, found: bool) -> None:
    assert bool(list(grammar().pattern(pattern).finditer(stream))) is found


def test_captures_the_first_of_several() -> None:
    (match,) = grammar().pattern("(dans {n} jours|{n} jours)").finditer(" dans deux jours")
    assert [(name, words) for name, words, _, _ in captured(match)] == [("n", "deux")]


@pytest.mark.parametrize("pattern", ["(a", "a)", "{nothing}", "?"])
def test_names_what_it_cannot_read(pattern: str) -> None:
    with pytest.raises(PatternError):
        grammar().pattern(pattern)


def test_needs_are_words_every_match_holds_the_rarest_first() -> None:
    assert grammar().pattern("j'ai ~2 voiture").needs == ({"voiture"}, {"ai"}, {"j"})
    assert grammar().pattern("(bus|j'ai vu) passer").needs == ({"passer"}, {"bus", "ai"}, {"bus", "vu"})
    assert grammar().pattern("ai?").needs == ()


def test_a_word_is_also_written_otherwise() -> None:
    grammar = Grammar(fold=str, sets={}, also={"de": ["2"]})
    pattern = grammar.pattern("peur de conduire")
    assert [m.group() for m in pattern.finditer(" j ai peur 2 conduire")] == [" peur 2 conduire"]
    assert list(grammar.pattern("dem*").finditer(" 2")) == []


def test_alternatives_that_say_no_are_told_apart() -> None:
    grammar = Grammar(fold=str, sets={}, denying=["sans", "pas"])
    both = grammar.patterns("(chomeur|sans emploi) depuis {n} ans")
    assert [pattern.bare for pattern in both] == [False, True]
    said = " chomeur depuis 2 ans | sans emploi depuis 3 ans"
    assert [[m.group() for m in p.finditer(said)] for p in both] == [
        [" chomeur depuis 2 ans"],
        [" sans emploi depuis 3 ans"],
    ]
    assert [p.bare for p in grammar.patterns("sans emploi")] == [True]
    assert [p.bare for p in grammar.patterns("j ai pas? voiture")] == [False]


def test_the_beginning_of_a_word_is_not_spelt() -> None:
    spelt = {"parle": "parler"}
    grammar = Grammar(fold=lambda word: spelt.get(word, word), sets={}, stem=str)
    assert [m.group() for m in grammar.pattern("parle*").finditer(" parler | parlent")] == [
        " parler",
        " parlent",
    ]
