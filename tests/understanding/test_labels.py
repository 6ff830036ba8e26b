"""Every label we show beside a question is understood when it is typed back, in every language, and is no danger."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.settings import ROOT
from bot.understanding.facts import Fact
from bot.understanding.labels import Labels
from bot.understanding.lexicons import load_letters
from bot.understanding.policy import Policy
from bot.understanding.reader import Understanding
from bot.understanding.tokeniser import Tokeniser
from bot.understanding.written import read_yaml

NOW = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)
LANGUAGES = ("fr", "en", "ar", "fa", "ps", "uk", "ru", "ti", "es", "pt", "tr", "ro")
# Fields with codes that are asked for.
ASKED = ("statuses", "licence", "means", "purpose", "hours", "skills", "access_needs", "needs")


def _said(facts: tuple[Fact, ...], field: str) -> set[object]:
    return {fact.value for fact in facts if fact.field == field and fact.operation != "remove"}


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_label_typed_back(understanding: Understanding, language: str) -> None:
    labels = read_yaml(ROOT / "data" / "catalogues" / f"codes.{language}.yml")
    wrong = []
    for key, label in labels.items():
        head, _, rest = str(key).partition(".")
        field, _, code = rest.partition(".")
        if head != "code" or field not in ASKED:
            continue
        label = label if isinstance(label, str) else label["text"]
        read = understanding.read(label, now=NOW, language=language, asked=field)
        heard = understanding.listen(label, now=NOW, language=language, asked=field)
        if code not in _said(read.facts, field) or read.danger or heard.danger:
            wrong.append((key, label, read.danger))
    assert not wrong


def test_two_labels_at_once(understanding: Understanding) -> None:
    text = "caut un loc de muncă și RSA (venit minim)"
    read = understanding.read(text, now=NOW, language="ro", asked="statuses")
    assert _said(read.facts, "statuses") == {"demandeur-emploi", "rsa"}


def test_several_statuses_told_unasked(understanding: Understanding) -> None:
    text = "caut un loc de muncă și RSA (venit minim)"
    read = understanding.read(text, now=NOW, language="ro", asked=None)
    assert _said(read.facts, "statuses") == {"demandeur-emploi", "rsa"}


def test_only_the_question_that_was_asked_has_labels(understanding: Understanding) -> None:
    read = understanding.read("contrato corto o tiempo parcial", now=NOW, language="es", asked="age")
    assert read.facts == ()


def test_what_is_said_beside_a_label_may_still_be_a_danger(understanding: Understanding) -> None:
    text = "vélo, et mon mari me frappe tous les soirs"
    read = understanding.read(text, now=NOW, language="fr", asked="means")
    assert read.danger == "violence"


# language, asked, what is said, a code that must not be heard
DENIED = [
    ("fr", "means", "j'ai pas de voiture", "voiture"),
    ("fr", "means", "je n'ai ni voiture ni vélo", "voiture"),
    ("fr", "means", "bus, pas vélo", "velo"),
    ("fr", "licence", "je n'ai pas le permis B", "b"),
    ("fr", "statuses", "je ne suis plus étudiant", "etudiant"),
    ("fr", "statuses", "mon mari est retraité", "retraite"),
    ("en", "means", "no car, no bike", "voiture"),
]


@pytest.mark.parametrize(("language", "asked", "text", "code"), DENIED)
def test_a_label_among_other_words_is_read_like_any_other(
    understanding: Understanding, language: str, asked: str, text: str, code: str
) -> None:
    read = understanding.read(text, now=NOW, language=language, asked=asked)
    assert code not in _said(read.facts, asked)


def test_a_label_counts_without_its_gloss(understanding: Understanding) -> None:
    read = understanding.read("à procura de emprego e RSA", now=NOW, language="pt", asked=None)
    assert _said(read.facts, "statuses") == {"demandeur-emploi", "rsa"}


def test_the_longest_label_wins(tmp_path: Path) -> None:
    letters = load_letters(ROOT / "data")
    (tmp_path / "catalogues").mkdir()
    (tmp_path / "catalogues" / "codes.fr.yml").write_text(
        'code.means.velo: "vélo"\ncode.means.deux-roues-motorise: "vélo à moteur"\n', encoding="utf-8"
    )
    labels = Labels.load(tmp_path, letters, Policy.load(ROOT / "data"))
    raw = Tokeniser(letters).tokens("Vélo à moteur, vélo")
    found = labels.facts(raw, "fr", "means")
    assert [(fact.value, fact.operation) for fact in found] == [
        ("deux-roues-motorise", "add"),
        ("velo", "add"),
    ]
    assert labels.facts(raw, "en", "means") == []
