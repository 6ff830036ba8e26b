"""The fixed meanings of the sieve, one line each."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from bot.tamis.person import person
from bot.tamis.reader import Reader
from bot.tamis.sieve import decide

NOW = dt.date(2026, 11, 23)


@pytest.mark.parametrize(
    ("service", "profile", "status", "missing"),
    [
        ({"publics": ["etudiants"]}, {"statuses": None}, "to_check", ["statuses"]),
        ({"publics": ["etudiants"]}, {"statuses": []}, "blocked", []),
        ({"publics": ["etudiants"]}, {"statuses": ["salarie"]}, "to_check", ["statuses"]),
        (
            {"publics": ["etudiants"]},
            {"statuses": ["etudiant"], "declined": ["statuses"]},
            "to_check",
            ["statuses"],
        ),
        ({"conditions_acces": "Réfugiés"}, {"statuses": ["demandeur-asile"]}, "blocked", []),
        ({"publics": ["beneficiaires-des-minimas-sociaux"]}, {"statuses": ["rsa"]}, "open", []),
        ({"publics": ["actifs"]}, {"statuses": ["apprenti"]}, "open", []),
        ({"publics": ["demandeurs-emploi"]}, {"statuses": ["demandeur-emploi-longue-duree"]}, "open", []),
        ({"publics": ["personnes-exilees"]}, {"statuses": ["refugie"]}, "open", []),
        ({"publics": ["familles"]}, {"statuses": ["parent-isole"]}, "open", []),
        ({"publics": ["femmes"]}, {"statuses": []}, "to_check", ["other"]),
        ({"conditions_acces": "Permis B"}, {"licence": "b-automatique"}, "to_check", ["other"]),
        ({"conditions_acces": "Permis B"}, {"licence": "etranger"}, "to_check", ["other"]),
        ({"conditions_acces": "Permis B"}, {"licence": "suspendu"}, "blocked", []),
        ({"conditions_acces": "Permis B depuis 2 ans"}, {"licence": "b"}, "to_check", ["licence_duration"]),
        ({"zone_eligibilite": ["49"]}, {"origin": "49023"}, "open", []),
        (
            {"zone_eligibilite": ["49244"]},
            {"origin": "49024"},
            "open",
            [],
        ),  # Beausse is in Mauges-sur-Loire today
        ({"zone_eligibilite": ["49024"]}, {"origin": "49244"}, "to_check", ["other"]),
        ({"zone_eligibilite": ["200060010"]}, {}, "to_check", ["origin"]),
        ({"zone_eligibilite": ["85"]}, {"origin": "85113"}, "open", []),  # no EPCI there
        ({"zone_eligibilite": None}, {}, "open", []),
        ({"conditions_acces": "Sur prescription"}, {"age": 30}, "to_check", ["prescription"]),
        ({"conditions_acces": "Complet jusqu'au 10/12/2026"}, {"deadline": "2026-12-09"}, "blocked", []),
        ({"conditions_acces": "Complet jusqu'au 10/12/2026"}, {"deadline": "2026-12-10"}, "open", []),
        ({"conditions_acces": "Complet jusqu'au 10/12/2026"}, {}, "to_check", ["deadline"]),
        ({"conditions_acces": "Complet jusqu'au 10/10/2026"}, {}, "open", []),
        ({"extra": {"saison": "de juin à octobre"}}, {}, "blocked", []),
        ({"extra": {"saison": "de novembre à mars"}}, {}, "open", []),
        ({"conditions_acces": "Moins de 26 ans"}, {"age": 26}, "blocked", []),
        (
            {"conditions_acces": "Prescription obligatoire pour les bénéficiaires du RSA"},
            {"statuses": []},
            "open",
            [],
        ),
    ],
)
def test_fixed_meanings(
    reader: Reader, service: dict[str, Any], profile: dict[str, Any], status: str, missing: list[str]
) -> None:
    who = person(profile, now=NOW, situations=reader.situations, places=reader.places)
    decision = decide(reader.read({"id": "dora--1", "date_maj": "2026-10-01", **service}), who, reader.forms)
    assert (decision.status, list(decision.missing)) == (status, missing)


def test_a_no_says_which_words_of_which_field(reader: Reader) -> None:
    who = person({"licence": "aucun"}, now=NOW, situations=reader.situations, places=reader.places)
    decision = decide(reader.read({"id": "x", "conditions_acces": "Permis B exigé."}), who, reader.forms)
    assert (decision.status, decision.blocked_form) == ("blocked", "eligibilite")
    assert (decision.criterion, decision.evidence) == ("licence", "Permis B exigé")
    assert decision.criteria[0].source_field == "conditions_acces"


def test_where_the_person_lives_may_come_beside_the_profile(reader: Reader) -> None:
    reading = reader.read({"id": "x", "zone_eligibilite": ["49"]})
    for profile, expected in (
        ({}, "open"),
        ({"origin": "44109"}, "blocked"),
        ({"declined": ["origin"]}, "to_check"),
    ):
        who = person(profile, now=NOW, situations=reader.situations, places=reader.places, code_insee="49099")
        assert decide(reading, who, reader.forms).status == expected
