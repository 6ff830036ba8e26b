"""Reading: exact words kept, coded and free fields made one, odd content never an exception nor dropped."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.tamis.criteria import AnyOf, Criterion, Situation, Stated
from bot.tamis.reader import READ_FIELDS, Reader
from bot.yaml_text import yaml_loads


def fields(reader: Reader, **service: Any) -> list[str]:
    return [criterion.field for criterion in reader.read({"id": "dora--1", **service}).criteria]


def test_the_words_are_the_sources_own(reader: Reader) -> None:
    text = "Être âgé de 18 à 25 ans ;  Permis B depuis 2 ans.\nHabitants de Mauges Communauté"
    reading = reader.read({"id": "dora--1", "conditions_acces": text})
    squeezed = " ".join(text.split())
    assert [criterion.field for criterion in reading.criteria] == [
        "age",
        "licence",
        "licence_duration",
        "origin",
    ]
    assert all(criterion.text in squeezed for criterion in reading.criteria)
    assert {criterion.source_field for criterion in reading.criteria} == {"conditions_acces"}


@pytest.mark.parametrize(
    ("service", "expected"),
    [
        ({"publics": ["jeunes"], "publics_precisions": "16-25 ans"}, ["age"]),
        ({"publics": ["demandeurs-emploi"], "publics_precisions": "De moins de 26 ans"}, ["statuses", "age"]),
        ({"publics": ["beneficiaires-des-minimas-sociaux"], "conditions_acces": "Être au RSA"}, ["statuses"]),
        ({"publics": ["tous-publics"]}, []),
        ({"publics": []}, []),
        ({"publics": None, "zone_eligibilite": None}, []),
        ({"publics": ["code-inconnu"]}, ["other"]),
        ({"zone_eligibilite": ["pas un code"]}, ["other"]),
        ({"zone_eligibilite": ["france", "49"]}, []),
        ({"source": "mes-aides", "frais_precisions": "Réservé aux QF < 700"}, []),
        ({"source": "dora", "frais_precisions": "Réservé aux QF < 700"}, ["household_quotient"]),
        ({"description": "Depuis 18 ans, le garage répare des voitures et des vélos."}, []),
    ],
)
def test_coded_and_written_together(reader: Reader, service: dict[str, Any], expected: list[str]) -> None:
    assert fields(reader, **service) == expected


def test_mes_aides_publics_alone_never_block(reader: Reader) -> None:
    (criterion,) = reader.read(
        {"id": "mes-aides--1", "source": "mes-aides", "publics": ["etudiants"]}
    ).criteria
    assert criterion == Criterion(AnyOf((Situation("etudiant"), Stated("other"))), "etudiants", "publics")


def test_what_cannot_be_read_is_kept(reader: Reader) -> None:
    reading = reader.read(
        {"id": "x", "conditions_acces": "Avoir un enfant inscrit à la crèche municipale. Permis B."}
    )
    assert reading.unread == ("Avoir un enfant inscrit à la crèche municipale",)


@pytest.mark.parametrize(
    "odd",
    [
        "18 ans " * 1500,
        "1 " * 5000,
        "et " * 3300,
        "habiter saint-" * 700,
        "personnes " * 1000,
        "les dossiers complets sont aux " * 320,
        "(" * 10_000,
        "être orienté par un partenaire, " * 300,
        ["a", ["b", ["<p>Permis&nbsp;B</p>", None, 3]]],
        {"texte": "Permis B"},
        42,
        "",
        "   \n\n ",
        "<script>alert(1)</script>",
        "Être âgé de 25 à 18 ans",
        "\u0000\ufffd😀 permis b",
    ],
)
def test_odd_content_is_read_as_far_as_it_goes(reader: Reader, odd: Any) -> None:
    for field in READ_FIELDS:
        reading = reader.read({"id": "x", field: odd})
        assert 0 <= reading.level <= 5


def test_contradictory_ranges_are_left_to_a_human(reader: Reader) -> None:
    assert fields(reader, conditions_acces="Être âgé de 25 à 18 ans") == ["other"]


def test_html_and_nested_lists(reader: Reader) -> None:
    odd = ["<p>Être <b>demandeur d&#39;emploi</b></p>", ["<ul><li>Permis&nbsp;B</li></ul>"]]
    assert fields(reader, conditions_acces=odd) == ["statuses", "licence"]


@settings(max_examples=60, deadline=None)
@given(st.dictionaries(st.sampled_from([*READ_FIELDS, "publics", "zone_eligibilite", "mobilisable_par", "extra",
                                        "date_maj", "id", "source"]),
                       st.recursive(st.none() | st.text(max_size=60) | st.integers() | st.booleans(),
                                    lambda inner: st.lists(inner, max_size=3)), max_size=6))  # fmt: skip
def test_never_an_exception(reader: Reader, service: dict[str, Any]) -> None:
    assert 0 <= reader.read(service).level <= 5


@pytest.mark.parametrize(
    ("service", "level"),
    [
        ({}, 0),
        ({"zone_eligibilite": ["49"]}, 1),
        ({"conditions_acces": "QF < 800", "zone_eligibilite": ["49"]}, 2),
        ({"conditions_acces": "Uniquement pour un entretien d'embauche"}, 3),
        ({"conditions_acces": "Être bénéficiaire du RSA"}, 4),
        ({"conditions_acces": "Être bénéficiaire du RSA ou demandeur d'emploi"}, 4),
        ({"conditions_acces": "Être bénéficiaire du RSA et résider en QPV"}, 5),
        ({"conditions_acces": "Sur prescription"}, 5),
        ({"mobilisable_par": ["professionnels"]}, 0),
    ],
)
def test_levels(reader: Reader, service: dict[str, Any], level: int) -> None:
    assert reader.read({"id": "x", **service}).level == level


def test_the_commune_named_elsewhere_is_the_one_meant(reader: Reader) -> None:
    assert fields(
        reader, publics_precisions="Habitants de la commune", conditions_acces="Habiter Saumur"
    ) == ["origin"]
    assert fields(reader, publics_precisions="Habitants de la commune") == ["other"]


def test_other_names_of_agglomerations_stand_for_real_ones(reader: Reader) -> None:
    aliases = yaml_loads((reader.data / "tamis" / "measures.yml").read_text(encoding="utf-8"))["aliases"]
    unread = {
        name: official
        for name, official in aliases.items()
        if fields(reader, conditions_acces=f"Résider dans l'{name}") != ["origin"]
    }
    assert unread == {}
