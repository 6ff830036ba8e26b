from __future__ import annotations

import pytest

from bot.settings import ROOT
from bot.tamis.informing import Informing

INFORMING = Informing.load(ROOT / "data")


@pytest.mark.parametrize(
    ("text", "tells"),
    [
        ("reserver 48 h a l'avance", True),
        ("la location dure de 1 a 6 mois", True),
        ("un conseiller vous aide a monter le dossier", True),
        ("les velos sont pretes pour trois mois", True),
        ("l'association accueille les femmes victimes de violences", False),
        ("l'aide est versee si vous habitez la commune", False),
        ("le service est reserve aux habitants", False),
        ("le service est complet", False),
        ("avoir un projet professionnel", False),
        ("demande a faire par l'etablissement", False),
        ("", False),
    ],
)
def test_information_asks_nothing_of_anybody(text: str, tells: bool) -> None:
    assert INFORMING.tells(text) is tells


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("pour les moins de 26 ans, la reduction atteint 50 %", ""),
        ("permis b, demi-tarif pour les etudiants", "permis b,"),
        ("tarif reduit, et etre beneficiaire du rsa", "tarif reduit, et etre beneficiaire du rsa"),
        ("etre beneficiaire du rsa", "etre beneficiaire du rsa"),
    ],
)
def test_a_price_that_changes_for_some_keeps_nobody_out(text: str, left: str) -> None:
    plain = INFORMING.plainly(text)
    assert plain.strip() == left
    assert len(plain) == len(text)


@pytest.mark.parametrize("pattern", ["{thing}}", "?", "{}"])
def test_a_slot_that_is_none_is_refused(pattern: str) -> None:
    rules = {"words": {"thing": ["aide"]}, "patterns": [pattern], "unless": "x", "modulation": "y"}
    with pytest.raises(ValueError, match="not a slot"):
        Informing(rules)
