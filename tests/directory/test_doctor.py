from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from bot.directory.doctor import cases, examine, letter, report
from tests.directory.samples import service, structure

TODAY = date(2026, 11, 22)

TROUBLES = [
    ("nothing", {}, []),
    ("over", {"conditions_acces": "Aide ouverte jusqu'au 31/10/2026"}, ["ended"]),
    ("out of season", {"conditions_acces": "Candidature de juin à octobre"}, ["season"]),
    ("old", {"date_maj": "2025-01-01"}, ["stale"]),
    (
        "nobody to call",
        {"telephone": None, "courriel": None, "modes_mobilisation": ["se-presenter"]},
        ["no_contact"],
    ),
    ("a number that cannot be", {"telephone": "+331"}, ["bad_phone"]),
    ("a number of letters", {"telephone": "appelez-nous"}, ["bad_phone"]),
    ("a short number", {"telephone": "3949"}, []),
    ("a national number", {"telephone": "02 41 22 33 44"}, []),
    ("call, but where", {"telephone": None}, ["no_phone"]),
    ("write, but where", {"courriel": None, "modes_mobilisation": ["envoyer-un-courriel"]}, ["no_mail"]),
    ("click, but where", {"modes_mobilisation": ["utiliser-lien-mobilisation"]}, ["no_link"]),
    ("come, but where", {"adresse": None, "latitude": None, "longitude": None}, ["no_place"]),
    ("unknown commune", {"code_insee": "00000"}, ["no_commune"]),
    ("no zone", {"zone_eligibilite": None}, ["no_zone"]),
    ("no publics nor price", {"publics": None, "frais": None}, ["no_publics", "no_price"]),
    ("no theme nor mode", {"thematiques": None, "modes_accueil": None}, ["no_themes", "no_modes"]),
    ("short", {"description": "Voitures."}, ["short"]),
    ("unknown codes", {"codes_inconnus": {"publics": ["elfes"]}}, ["unknown_codes"]),
    ("doubtful", {"extra": {"a_verifier": True}}, ["to_check"]),
]


@pytest.mark.parametrize(("label", "changes", "expected"), TROUBLES, ids=[case[0] for case in TROUBLES])
def test_each_trouble_is_found(label: str, changes: dict[str, Any], expected: list[str]) -> None:
    record = service(**{"telephone": "+33241223344", **changes})
    assert [finding.check for finding in examine(record, TODAY)] == expected


def test_the_letter_names_the_service_and_what_to_do() -> None:
    records = [service(frais=None), service("test--2", structure_id="test--gone", publics=None, frais=None)]
    listed = cases(records, lambda ids: {id_: structure(id_) for id_ in ids if id_ == "test--s1"}, TODAY)
    assert [case.structure_id for case in listed] == ["test--gone", "test--s1"]
    text = letter(listed[1])
    assert "Association d'essai" in text
    assert "Contact connu : +33241000000" in text
    assert "(test--1, mise à jour le 2026-09-01)" in text
    assert "Gratuit ou payant : non précisé." in text
    assert "Structure inconnue (test--gone)" in report(listed)


def test_nothing_to_correct_is_said() -> None:
    assert "Aucune fiche à corriger." in report([])
