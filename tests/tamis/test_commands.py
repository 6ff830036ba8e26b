from __future__ import annotations

import datetime as dt
import io
import json
from pathlib import Path
from typing import Any

import pytest

from bot.settings import ROOT
from bot.tamis.commands import contradicts, explain, labelled, report, sieve_files
from bot.tamis.reader import Reader

NOW = dt.date(2026, 11, 23)
SERVICES = [
    {
        "id": "dora--a",
        "conditions_acces": "Permis B",
        "zone_eligibilite": ["49"],
        "mobilisable_par": ["professionnels"],
    },
    {"id": "dora--b", "publics": ["jeunes"]},
    "pas un service",
]


def sieve(folder: Path, reader: Reader, profiles: str) -> tuple[int, list[dict[str, Any]], str]:
    (folder / "services.json").write_text(json.dumps(SERVICES), encoding="utf-8")
    (folder / "profiles.yml").write_text(profiles, encoding="utf-8")
    out, errors = io.StringIO(), io.StringIO()
    code = sieve_files(
        folder / "services.json", folder / "profiles.yml", NOW, out, reader=reader, errors=errors
    )
    return code, [json.loads(line) for line in out.getvalue().splitlines()], errors.getvalue()


def test_results_have_the_contract_s_keys(tmp_path: Path, reader: Reader) -> None:
    profiles = "- {id: p, profile: {age: 40, deadline: 2026-11-27}, code_insee: '49099'}"
    code, (line,), _ = sieve(tmp_path, reader, profiles)
    assert code == 0
    assert line["id"] == "p"
    first, second, _ = line["results"]
    assert first == {
        "service_id": "dora--a",
        "status": "to_check",
        "level": 4,
        "criteria": [
            {"field": "origin", "text": "49", "state": "met"},
            {"field": "licence", "text": "Permis B", "state": "unknown"},
        ],
        "missing": ["licence"],
        "blocked_form": None,
        "needs_professional": True,
    }
    assert (second["status"], second["blocked_form"], second["missing"]) == ("blocked", "eligibilite", [])


@pytest.mark.parametrize(
    ("profile", "field"),
    [
        ("{ages: 3}", "ages"),
        ("{age: 200}", "age"),
        ("{age: '24'}", "age"),
        ("{age: true}", "age"),
        ("{statuses: [chomeur]}", "statuses"),
        ("{statuses: rsa}", "statuses"),
        ("{origin: '99999'}", "origin"),
        ("{destination: '99999'}", "destination"),
        ("{licence: camion}", "licence"),
        ("{deadline: demain}", "deadline"),
        ("{arrival: '25:00'}", "arrival"),
        ("{declined: [taille]}", "declined"),
        ("[1, 2]", "profile"),
    ],
)
def test_a_bad_profile_names_its_field(tmp_path: Path, reader: Reader, profile: str, field: str) -> None:
    code, lines, told = sieve(
        tmp_path, reader, f"- {{id: bad, profile: {profile}}}\n- {{id: good, profile: {{}}}}"
    )
    assert code == 1
    assert lines[0]["error"]["field"] == field
    assert field in lines[0]["error"]["message"] and "bad" in told
    assert len(lines[1]["results"]) == len(SERVICES)


def test_unknown_code_insee(tmp_path: Path, reader: Reader) -> None:
    code, (line,), _ = sieve(tmp_path, reader, "- {id: p, profile: {}, code_insee: '00000'}")
    assert (code, line["error"]["field"]) == (1, "code_insee")


def test_a_file_that_is_no_list(tmp_path: Path, reader: Reader) -> None:
    with pytest.raises(ValueError, match="a list is expected"):
        sieve(tmp_path, reader, "3")


def test_explain_shows_words_and_states(reader: Reader) -> None:
    told = explain(SERVICES[0], reader, {"licence": "aucun"}, NOW)  # type: ignore[arg-type]
    assert "« Permis B »" in told and "contradicted" in told and "blocked" in told


def test_report_counts(reader: Reader) -> None:
    counted = report([SERVICES[0], {"id": "x", "conditions_acces": "Aimer le vélo"}], reader)  # type: ignore[list-item]
    assert counted["services"] == 2
    assert counted["needs_professional"] == 1
    assert counted["services_with_unread"] == 1
    assert counted["criteria"] == {"origin": 1, "licence": 1, "other": 1}


@pytest.mark.parametrize(
    ("service", "contradicted"),
    [
        (
            {"publics_precisions": "Jeunes de 16 à 25 ans", "conditions_acces": "Avoir entre 18 et 30 ans"},
            True,
        ),
        ({"conditions_acces": "Avoir le permis B. Ne pas avoir le permis B."}, True),
        ({"publics_precisions": "Jeunes de 16 à 25 ans", "conditions_acces": "Avoir le permis B"}, False),
        ({}, False),
    ],
)
def test_what_cannot_all_be_meant(reader: Reader, service: dict[str, str], contradicted: bool) -> None:
    assert contradicts(reader.read({"id": "x", **service})) is contradicted


def test_labelled_texts_are_reported_in_two_parts(reader: Reader, tmp_path: Path) -> None:
    (tmp_path / "people.yml").write_text("pb: {licence: b}\np0: {licence: aucun}\n", encoding="utf-8")
    (tmp_path / "texts.yml").write_text(
        "source: dora\ncases:\n"
        "- {c: Avoir le permis B, k: [licence], d: {pb: open, p0: blocked eligibilite}}\n"
        "- {c: Avoir le permis B, held: true, d: {pb: blocked}}\n",
        encoding="utf-8",
    )
    told = labelled(tmp_path, ROOT / "data", reader)
    assert (told["development"]["decisions"], told["development"]["right"]) == (2, 1.0)
    assert told["development"]["kinds"]["licence"] == {"expected": 1, "precision": 1.0, "recall": 1.0}
    assert (told["held"]["right"], told["held"]["wrongly_open"]) == (0.0, 1.0)
