from __future__ import annotations

from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from bot.handover.summary import Summary, summarise
from bot.handover.wording import wording
from bot.profile.codes import codes, fields, is_list
from bot.yaml_text import yaml_loads
from tests.handover.conftest import DATA, SomePlaces

WORDS = wording(DATA)
PROFILE: dict[str, Any] = {
    "language": "fr",
    "purpose": "entretien",
    "deadline": "2026-11-24",
    "arrival": "09:00",
    "origin": "49023",
    "destination": "49099",
    "means": ["voiture-en-panne"],
    "licence": "b",
    "statuses": ["rsa", "rqth"],
    "age": 24,
    "declined": ["household_quotient"],
}
OFFERS = [
    {"service_id": "s1", "name": "Location solidaire", "status": "open", "distance_km": 4.2},
    {"service_id": "s2", "name": "Garage", "status": "to_check", "missing": ["age", "prescription"]},
]
BLOCKED = [{"service_id": "s3", "name": "Vélo", "form": "eligibilite", "evidence": "moins de 18 ans"}]


def summary(profile: dict[str, Any] = PROFILE, facts: dict[str, Any] | None = None, **more: Any) -> Summary:
    options: dict[str, Any] = {"channel": "sms", "priority": "U1", "contact_known": True, **more}
    return summarise(
        profile,
        facts or {},
        options.pop("offers", OFFERS),
        options.pop("blocked", BLOCKED),
        places=SomePlaces(),
        words=WORDS,
        **options,
    )


def said(made: Summary) -> dict[str, str]:
    return {line.key: line.value for line in made.lines()}


def test_reads_like_a_page() -> None:
    lines = said(summary(consent={"transmission": True, "orientation": True}))
    assert lines["urgency"] == "Dans les 24 heures"
    assert lines["deadline"] == "mardi 24 novembre 2026"
    assert (lines["origin"], lines["destination"], lines["distance"]) == (
        "Beaupréau-en-Mauges",
        "Cholet",
        "18 km",
    )
    assert lines["means"] == "voiture qui ne peut pas rouler"
    assert lines["open"] == "Location solidaire, à 4 km"
    assert lines["to_check"] == "Garage : à vérifier, âge, prescription d’un professionnel"
    assert lines["blocked"] == "Vélo : pas les critères demandés (moins de 18 ans)"
    assert lines["ft_objectives"] == "Entretenir ou réparer son véhicule"
    assert lines["carnet_situations"] == "Permis B"
    assert lines["consent"] == "être orientée, transmettre cette fiche"
    assert lines["declined"] == "le quotient familial"
    assert next(iter(lines)) == "urgency"


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        (
            {"form": "meconnaissance", "over": True, "evidence": "terminée en 2025"},
            "Prime : terminée ou hors période (terminée en 2025)",
        ),
        ({"form": "saturation", "over": False}, "Prime : complet, délai trop long"),
        ({"form": "meconnaissance"}, "Prime : ne connaissait pas l’offre"),
    ],
    ids=["ended", "full", "not known"],
)
def test_what_is_over_is_told_so(row: dict[str, Any], expected: str) -> None:
    assert said(summary(blocked=[{"service_id": "s4", "name": "Prime", **row}]))["blocked"] == expected


def test_urgency_and_who_to_call_come_first() -> None:
    assert summary().sections[0].id == "appeler"


def test_cut_lines_leave_and_are_counted() -> None:
    lines = said(summary(cut=["statuses", "age", "urgency"]))
    assert "statuses" not in lines and "age" not in lines
    assert lines["urgency"], "a line nobody can answer without stays"
    assert lines["cut"] == "2 lignes"


def test_without_agreement_only_what_is_needed_to_answer() -> None:
    made = summary(consent={"transmission": False})
    assert {line.key for line in made.lines()} == {"urgency", "deadline", "contact", "language", "cut"}


@pytest.mark.parametrize(
    ("evidence", "language", "quoted"),
    [
        pytest.param("ma voiture est morte", "fr", True, id="plain words"),
        pytest.param("en panne depuis ma dépression", "fr", False, id="health"),
        pytest.param("bracelet électronique", "fr", False, id="justice"),
        pytest.param("sorti de PRISON", "fr", False, id="capitals"),
        pytest.param("سيارتي معطلة", "ar", False, id="a script the list does not read"),
        pytest.param("x" * 400, "fr", False, id="too long"),
    ],
)
def test_own_words(evidence: str, language: str, quoted: bool) -> None:
    made = summary({**PROFILE, "language": language}, {"means": {"evidence": evidence, "confirmed": True}})
    assert (f"« {evidence} »" in said(made)["means"]) is quoted


def test_what_was_not_confirmed_says_so() -> None:
    assert said(summary(facts={"origin": {"confirmed": False}}))["origin"].endswith("(à confirmer)")


def test_danger_never_appears() -> None:
    assert said(summary({**PROFILE, "danger": "suicide"})) == said(summary())


@pytest.mark.parametrize(
    ("name", "value", "delicate"),
    [
        ("purpose", "sante", True),
        ("purpose", "emploi", False),
        ("licence", "suspendu", True),
        ("licence", "b", False),
        (
            "statuses",
            ["salarie"],
            True,
        ),  # the line as a whole: the next status may be one of health or asylum
        ("access_needs", ["interprete"], True),
        ("age", 24, False),
    ],
)
def test_what_is_delicate_is_marked_and_a_job_is_not(name: str, value: Any, delicate: bool) -> None:
    made = summary({**PROFILE, name: value})
    assert [line.sensitive for line in made.lines() if line.key == name] == [delicate]


def test_the_codes_told_to_be_delicate_are_the_profiles() -> None:
    for name, spec in WORDS.french["lines"].items():
        told = spec.get("sensitive", False)
        assert isinstance(told, bool) or set(told) <= set(codes(name))


def test_every_code_has_french_words() -> None:
    french = WORDS.french["codes"]
    spoken = [name for name in fields() if codes(name) and name not in ("danger",)]
    missing = [(name, code) for name in spoken for code in codes(name) if code not in french[name]]
    assert missing == []
    assert set(french["declined"]) >= {name for name in fields() if name in WORDS.french["lines"]} - {
        "language",
        "urgency",
        "declined",
    }


def test_mapped_codes_exist() -> None:
    for rows in WORDS.labels.values():
        for row in rows:
            for part in ("when", "only", "with"):
                for field, listed in row.get(part, {}).items():
                    assert set(listed) <= set(codes(field))


@pytest.mark.parametrize("field", [name for name in fields() if codes(name)])
def test_no_word_of_health_or_justice_in_the_sheet(field: str) -> None:
    allowed = {"statuses", "danger", "licence"}
    for word in WORDS.french["codes"].get(field, {}).values():
        assert WORDS.speakable(word) or field in allowed, word


def test_every_line_belongs_to_one_section() -> None:
    listed = [key for section in WORDS.french["sections"] for key in section["lines"]]
    assert sorted(listed) == sorted(WORDS.french["lines"])


def _value(field: str) -> st.SearchStrategy[Any]:
    if not codes(field):
        return st.none()
    one = st.sampled_from(codes(field))
    return st.lists(one, unique=True) if is_list(field) else one


@given(st.fixed_dictionaries({}, optional={name: _value(name) for name in fields() if codes(name)}))
def test_any_profile_gives_plain_data(profile: dict[str, Any]) -> None:
    made = summary(profile, offers=[], blocked=[])
    data = made.as_dict()
    assert yaml_loads(yaml.safe_dump(data)) == data
    assert all(line.value for line in made.lines())


@pytest.mark.parametrize(
    ("state", "words"),
    [
        ({}, None),
        ({"about_other": True}, "demande remplie par quelqu’un qui aide la personne"),
        ({"prescriber": "mission locale, Sarthe"}, "envoyée par : mission locale, Sarthe"),
    ],
)
def test_who_helped_is_said(state: dict[str, Any], words: str | None) -> None:
    assert said(summary(state=state)).get("helper") == words
