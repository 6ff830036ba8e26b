"""Which words of a message name a place, when several could."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from bot.understanding.reader import Understanding

NOW = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)
# label, language, message, where the person lives
HOMES = [
    ("an exact name after a word that another name begins with", "ro", "stau la Doué-la-Fontaine", "49125"),
    ("the same in words", "ro", "stau la Doué la Fontaine și nu am mașină", "49125"),
    ("a name of our days", "ro", "stau la Chemillé-en-Anjou", "49092"),
    ("in French", "fr", "j'habite Doué-la-Fontaine", "49125"),
    ("in Spanish", "es", "vivo en la Doué-la-Fontaine", "49125"),
    ("misspelt, with a shorter exact name in it", "fr", "j'habite les sable dolonne", "85194"),
    ("misspelt from its article on", "fr", "jabite la chapele sur erdre", "44035"),
    ("a contracted article", "fr", "j'habite aux Herbiers", "85109"),
    ("its département right behind", "fr", "j'habite Allonnes dans la Sarthe", "72003"),
    ("its département after a comma", "fr", "j'habite à Allonnes, dans la Sarthe", "72003"),
    ("another of that name", "fr", "j'habite à Allonnes, en Maine-et-Loire", "49002"),
    (
        "a comma, and a département that has none of the name",
        "fr",
        "j'habite Cholet, en Vendée il y a du travail",
        "49099",
    ),
]


@pytest.mark.parametrize(("label", "language", "text", "home"), HOMES, ids=[case[0] for case in HOMES])
def test_homes(understanding: Understanding, label: str, language: str, text: str, home: str) -> None:
    reading = understanding.read(text, now=NOW, language=language)
    places = {fact.field: fact.value for fact in reading.facts if fact.field in ("origin", "destination")}
    assert places == {"origin": home}
