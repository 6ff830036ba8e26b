"""Signs of a sentence: what the lines after it are."""

from __future__ import annotations

import pytest

from bot.settings import ROOT
from bot.tamis.reader import Reader


@pytest.fixture(scope="module")
def reader() -> Reader:
    return Reader.load(ROOT / "data")


@pytest.mark.parametrize(
    ("text", "asked"),
    [
        ("Remplir l'une des conditions suivantes :\n- RSA\n- RQTH", 1),
        ("Toutes les conditions :\n- avoir le permis B\n- être au RSA", 2),
        ("Pièces à fournir :\n- justificatif de domicile\n- attestation RSA", 0),
        ("Documents demandés : carte d'identité, attestation France Travail. Avoir le permis B.", 1),
        ("Public :\n- bénéficiaires du RSA\n- demandeurs d'emploi", 1),
        ("Tarifs :\n- 5 € par jour", 0),
    ],
)
def test_lines_after_a_heading_are_read_as_it_says(reader: Reader, text: str, asked: int) -> None:
    read = reader.read({"id": "dora--x", "source": "dora", "conditions_acces": text})
    assert len(read.criteria) == asked, [criterion.expression for criterion in read.criteria]


def test_what_was_kept_is_dropped(reader: Reader) -> None:
    service = {"id": "dora--x", "source": "dora", "conditions_acces": "Avoir le permis B"}
    before = reader.read(service)
    shortened = reader._lexicon.shortened
    assert reader._signposts.of.cache_info().currsize and shortened.in_full.cache_info().currsize
    reader.forget()
    assert reader._signposts.of.cache_info().currsize == shortened.in_full.cache_info().currsize == 0
    assert reader.read(service) == before
