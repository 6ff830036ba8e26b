"""The regional services and structures: valid data·inclusion v1, real codes, sources said, nothing invented."""

from __future__ import annotations

import csv
import gzip
import json
import re
from collections import Counter
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from data_inclusion.schema import v1

from bot.yaml_text import yaml_loads

DATA = Path(__file__).parents[2] / "data"
REGION = ["44", "49", "53", "72", "85"]
EXTRA = {
    "origine",
    "origine_url",
    "origine_date",
    "a_verifier",
    "fin",
    "fin_motif",
    "familles",
    "socle",
    "delai_jours",
    "reseau",
}

Record = dict[str, Any]


def load(name: str) -> list[Record]:
    records: list[Record] = json.loads((DATA / "directory" / name).read_text(encoding="utf-8"))
    return records


SERVICES = load("regional_services.json")
STRUCTURES = load("regional_structures.json")
BY_ID = {service["id"]: service for service in SERVICES}


@pytest.fixture(scope="module")
def communes() -> dict[str, dict[str, str]]:
    with gzip.open(DATA / "places" / "communes.csv.gz", "rt", encoding="utf-8", newline="") as file:
        return {row["code"]: row for row in csv.DictReader(file) if row["type"] == "commune"}


@pytest.mark.parametrize("service", SERVICES, ids=lambda service: service["id"])
def test_service_follows_the_published_schema(service: Record) -> None:
    read = v1.Service.model_validate({key: value for key, value in service.items() if key != "extra"})
    assert set(service) == set(v1.Service.model_fields) | {"extra"}
    assert read.date_maj.isoformat() == service["date_maj"]
    assert set(service["extra"]) == EXTRA


@pytest.mark.parametrize("structure", STRUCTURES, ids=lambda structure: structure["id"])
def test_structure_follows_the_published_schema(structure: Record) -> None:
    v1.Structure.model_validate(structure)
    assert set(structure) == set(v1.Structure.model_fields)


def test_identifiers_are_unique_sorted_and_ours() -> None:
    for records in (SERVICES, STRUCTURES):
        ids = [record["id"] for record in records]
        assert ids == sorted(set(ids))
        assert all(re.fullmatch(r"relais--[a-z0-9-]+", identifier) for identifier in ids)
        assert {record["source"] for record in records} == {"relais"}


def test_there_are_enough_services_and_names_differ() -> None:
    assert len(SERVICES) >= 95
    names = Counter(service["nom"] for service in SERVICES)
    assert max(names.values()) == 1


def test_each_structure_has_services_and_each_service_its_structure() -> None:
    assert {service["structure_id"] for service in SERVICES} == {record["id"] for record in STRUCTURES}


def test_zones_and_places_exist(communes: dict[str, dict[str, str]]) -> None:
    groups = {row["epci"] for row in communes.values() if row["region"] == "52"} - {""}
    known = (
        groups | set(REGION) | {"france"} | {code for code, row in communes.items() if row["region"] == "52"}
    )
    for service in SERVICES:
        assert set(service["zone_eligibilite"]) <= known, service["id"]
    for record in SERVICES + STRUCTURES:
        place = communes.get(record["code_insee"] or "")
        assert record["commune"] == (place["nom"] if place else None), record["id"]
        assert record["code_postal"] is None or (
            place and record["code_postal"] in place["postcodes"].split()
        )


def test_every_departement_and_theme_is_served() -> None:
    zones = {zone for service in SERVICES for zone in service["zone_eligibilite"]}
    assert set(REGION) <= zones
    themes = {theme for service in SERVICES for theme in service["thematiques"]}
    assert themes == {theme.value for theme in v1.Thematique if theme.value.startswith("mobilite--")}


def test_nothing_the_sources_do_not_give_is_given() -> None:
    for record in SERVICES + STRUCTURES:
        assert record["telephone"] is None, record["id"]
        assert record["courriel"] is None, record["id"]
        assert record["adresse"] in {None, "rue Offenbach"}, record["id"]
    assert not any(service["contact_nom_prenom"] for service in SERVICES)
    assert not any(structure["siret"] for structure in STRUCTURES)


@pytest.mark.parametrize("service", SERVICES, ids=lambda service: service["id"])
def test_source_is_said_and_dated(service: Record) -> None:
    extra = service["extra"]
    assert len(extra["origine"]) >= 10
    assert re.fullmatch(r"\d{4}(-\d\d(-\d\d)?)?", extra["origine_date"])
    assert date(2009, 1, 1) <= date.fromisoformat(service["date_maj"]) <= date(2026, 11, 22)
    if service["date_maj"] < "2024-11-22":
        assert extra["a_verifier"], "a source older than two years is never sure"


@pytest.mark.parametrize("service", SERVICES, ids=lambda service: service["id"])
def test_text_is_plain_french(service: Record) -> None:
    text = service["description"]
    assert len(text) >= 140
    assert text.endswith(".")
    assert "'" not in text, "French apostrophe expected"
    assert max(len(sentence.split()) for sentence in re.split(r"[.!?:;]\s", text)) <= 32
    assert not service["nom"].endswith(".")


ENDED = {
    # Announced to end on 1 April 2026: the day before was its last.
    "relais--france-travail-aide-permis-b": "2026-03-31",
    "relais--etat-aide-permis-apprenti": "2025-12-31",
    "relais--etat-bonus-velo": "2025-02-28",
    "relais--etat-prime-covoiturage": "2026-08-19",
    "relais--velo-cholet": "2026-10-31",
    "relais--velo-sevre-et-loire": "2025-12-31",
}


def test_ended_aids_are_there_and_say_so() -> None:
    assert {
        key: service["extra"]["fin"] for key, service in BY_ID.items() if service["extra"]["fin"]
    } == ENDED
    for identifier in ENDED:
        service = BY_ID[identifier]
        assert re.search(r"\(terminée?\)$", service["nom"])
        assert service["extra"]["fin_motif"]
        assert "terminée" in service["conditions_acces"]
        assert service["lien_mobilisation"] is None


def test_families_and_numbers_exist_in_the_socle() -> None:
    socle = yaml_loads((DATA / "directory" / "socle.yml").read_text(encoding="utf-8"))
    family_of = {service["number"]: service["family"] for service in socle["services"]}
    for service in SERVICES:
        extra = service["extra"]
        assert extra["familles"], service["id"]
        assert extra["socle"], service["id"]
        assert family_of[extra["socle"][0]] in extra["familles"] or "F7" in extra["familles"], service["id"]
    served = {family for service in SERVICES for family in service["extra"]["familles"]}
    assert served == set(family_of.values())


@pytest.mark.parametrize(
    ("identifier", "field", "words"),
    [
        ("naolib-tarif-solidaire", "conditions_acces", "inférieur ou égal à 900 €"),
        ("irigo-solidaire", "conditions_acces", "inférieur ou égal à 765 €"),
        ("ter-tarif-solidaire-50", "conditions_acces", "inférieur à 809 €"),
        ("ter-tarif-solidaire-75", "conditions_acces", "inférieur à 405 €"),
        ("cd44-permis-b", "conditions_acces", "au moins 12 mois"),
        ("solidarauto49-vente", "conditions_acces", "inférieur à 800 €"),
        ("fastt-location-voiture", "conditions_acces", "permis B"),
        ("france-travail-aide-mobilite", "conditions_acces", "60 km"),
        ("cpf-permis-demandeur-emploi", "conditions_acces", "demandeur d’emploi"),
        ("carte-mezzo-moins-26", "conditions_acces", "moins de 26 ans"),
        ("vertou-bourse-permis", "conditions_acces", "20 novembre"),
        ("inseretz-conseil-mobilite", "conditions_acces", "Sur orientation"),
    ],
)
def test_precise_conditions_are_written(identifier: str, field: str, words: str) -> None:
    assert words in BY_ID[f"relais--{identifier}"][field]


@pytest.mark.parametrize(
    ("identifier", "by"),
    [
        ("dora", ["professionnels"]),
        ("inseretz-conseil-mobilite", ["professionnels"]),
        ("locamob-vallet", ["professionnels"]),
        ("plateforme-mayenne-conseil", ["professionnels", "usagers"]),
        ("naolib", ["usagers"]),
    ],
)
def test_who_may_ask(identifier: str, by: list[str]) -> None:
    assert BY_ID[f"relais--{identifier}"]["mobilisable_par"] == by
