from __future__ import annotations

import pytest

from bot.understanding.communes import AMBIGUOUS, EXACT, UNKNOWN
from bot.understanding.reader import Understanding


@pytest.mark.parametrize(
    ("label", "text", "code"),
    [
        ("name", "Nantes", "44109"),
        ("accents missing", "chateau gontier", "53062"),
        ("st", "St Nazaire", "44184"),
        ("article missing", "roche sur yon", "85191"),
        ("old commune", "Beaupréau", "49023"),
        ("misspelt", "chateaubrillant", "44036"),
        ("name and postcode", "44300 nantes", "44109"),
        ("name and département", "Saint-Mars-la-Jaille 44", "44180"),
        ("postcode of one commune", "44300", "44109"),
        ("Arabic", "نانت", "44109"),
        ("Cyrillic, inflected", "Нанте", "44109"),
        ("quarter", "la Roseraie", "49007"),
        ("station", "gare d'Angers", "49007"),
    ],
)
def test_resolves(understanding: Understanding, label: str, text: str, code: str) -> None:
    answer = understanding.gazetteer.resolve(text)
    assert (answer.status, answer.code) == (EXACT, code)


@pytest.mark.parametrize("text", ["44170", "Bellevue"])
def test_asks_back(understanding: Understanding, text: str) -> None:
    answer = understanding.gazetteer.resolve(text)
    assert answer.status == AMBIGUOUS
    assert len(answer.candidates) > 1
    assert answer.code is None


@pytest.mark.parametrize(("text", "several"), [("44300", False), ("72600", True), ("44170", True)])
def test_a_postcode_alone_is_never_taken_without_asking_back(
    understanding: Understanding, text: str, several: bool
) -> None:
    answer = understanding.gazetteer.resolve(text)
    assert (len(answer.candidates) > 1, answer.confirm) == (several, True)


@pytest.mark.parametrize("text", ["", "zzzzqqqq", "00000", "😀"])
def test_unknown(understanding: Understanding, text: str) -> None:
    assert understanding.gazetteer.resolve(text).status == UNKNOWN


def test_distance_is_symmetric_and_plausible(understanding: Understanding) -> None:
    places = understanding.gazetteer
    there, back = places.distance_km("44109", "49007"), places.distance_km("49007", "44109")
    assert there == back
    assert there is not None
    assert 75 < there < 90
    assert places.distance_km("44109", "44109") == 0
    assert places.distance_km("44109", "99999") is None
