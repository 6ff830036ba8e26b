"""What messages say of the person: one table, then what a reading does to a profile and in another language."""

from __future__ import annotations

import shutil
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from bot.profile.merge import merge
from bot.understanding.reader import Understanding

# label, message, what was asked, fields expected, fields that stay unknown
CASES: list[tuple[str, str, str | None, dict[str, Any], tuple[str, ...]]] = [
    (
        "everything at once",
        "entretien demain 9h à Cholet, j'habite Beaupréau, la voiture est morte",
        None,
        {
            "purpose": "entretien",
            "deadline": "2026-11-24",
            "arrival": "09:00",
            "destination": "49099",
            "origin": "49023",
            "means": ["voiture-en-panne"],
        },
        ("licence", "statuses", "age"),
    ),
    (
        "a date in figures, then an hour",
        "irm a angers le 9/12 a 8h",
        None,
        {"deadline": "2026-12-09", "arrival": "08:00"},
        ("hours",),
    ),
    (
        "a word that the day and the time share",
        "pazartesi sabah 6'da işe başlıyorum",
        None,
        {"deadline": "2026-11-30", "arrival": "06:00"},
        (),
    ),
    (
        "a car in somebody's name is not a message in their name",
        "j'habite Luçon et je bosse à Sainte-Hermine, la carte grise est au nom de mon ex",
        None,
        {"origin": "85128", "destination": "85223", "purpose": "emploi"},
        (),
    ),
    (
        "what was once, in the other half of the sentence",
        "J'habite Savenay et mon mari me déposait à la gare",
        None,
        {"origin": "44195"},
        ("means",),
    ),
    ("a country that is also a town", "Je viens du Soudan, j'habite Laval", None, {"origin": "53130"}, ()),
    ("the town that is also a country", "j'habite à Soudan", None, {"origin": "44199"}, ()),
    ("born on a day", "je suis née le 4 mars 2001", None, {"age": 25}, ("deadline",)),
    ("born in figures", "né le 24/11/1998", None, {"age": 27}, ("deadline",)),
    ("of a year alone the age is not sure", "née en 1998", None, {}, ("age",)),
    ("somebody else's birth", "mon frère est né le 3 mars 2001", None, {}, ("age",)),
    (
        "who writes for somebody",
        "j'écris pour ma mère, elle a 79 ans et vit à Ernée",
        None,
        {"age": 79, "origin": "53096"},
        (),
    ),
    (
        "of themself, who writes says nothing of the person",
        "C'est pour ma mère, elle doit aller à l'hôpital de Laval. Moi, j'habite Nantes et je travaille.",
        None,
        {"purpose": "sante", "destination": "53130"},
        ("origin",),
    ),
    (
        "a counsellor's ward",
        "je suis conseillère, j'ai un jeune de 20 ans qui habite Mamers",
        None,
        {"age": 20, "origin": "72180"},
        (),
    ),
    ("thousands set apart", "mon quotient familial est de 1 020", None, {"household_quotient": 1020}, ()),
    ("no range of hours", "je bosse 2/3 fois par semaine", None, {}, ("deadline", "arrival")),
    ("never any licence", "je n'ai jamais eu le moindre permis", None, {"licence": "aucun"}, ()),
    (
        "buying is a need",
        "je veux acheter une voiturette",
        None,
        {"needs": ["mobilite--acceder-a-un-vehicule"]},
        ("means",),
    ),
    ("denied car", "j'ai pas de voiture", None, {}, ("means",)),
    ("no means", "g aucun moyen de me deplacé", None, {"means": ["aucun"]}, ()),
    ("correction of a place", "J'habite Angers, non pas Angers, Ancenis", None, {"origin": "44003"}, ()),
    ("somebody else's licence", "mon frère a le permis, pas moi", None, {"licence": "aucun"}, ()),
    ("somebody else's age", "mon fils a 17 ans", None, {}, ("age",)),
    ("a wish", "je veux passer le permis", None, {"needs": ["mobilite--preparer-un-permis"]}, ("licence",)),
    ("a question", "faut-il être au RSA ?", None, {}, ("statuses",)),
    ("a correction of fact", "en fait j'ai le permis", None, {"licence": "b"}, ()),
    ("denied status", "je suis pas au rsa", None, {}, ("statuses",)),
    ("foreign licence", "j'ai le permis algérien ça marche ici ?", None, {"licence": "etranger"}, ()),
    ("suspended", "on m'a retiré mon permis", None, {"licence": "suspendu"}, ()),
    ("an alternative that says no", "sans papiers", None, {"statuses": ["en-regularisation"]}, ()),
    ("no more than", "il me reste plus que la conduite à passer", None, {"licence": "code-obtenu"}, ()),
    ("bare age", "24", "age", {"age": 24}, ()),
    ("bare number unasked", "24", None, {}, ("age",)),
    ("bare town asked", "Cholet", "destination", {"destination": "49099"}, ("origin",)),
    ("bare town unasked", "Cholet", None, {}, ("origin", "destination")),
    ("yes to licence", "oui", "licence", {"licence": "b"}, ()),
    ("no to licence", "non", "licence", {"licence": "aucun"}, ()),
    ("nothing to means", "rien", "means", {"means": ["aucun"]}, ()),
    ("a town that is a word", "à première vue c'est loin", None, {}, ("origin", "destination")),
    ("the same word as a town", "j'habite à Vue", None, {"origin": "44220"}, ()),
    (
        "reversed order",
        "à Cholet je bosse, j'habite Beaupréau",
        None,
        {"destination": "49099", "origin": "49023"},
        (),
    ),
    (
        "a town that is wrong for one part and told to play another",
        "Pas Laval, Château-Gontier. J'habite à Laval.",
        None,
        {"destination": "53062", "origin": "53130"},
        (),
    ),
    (
        "a town taken back",
        "je vais à Angers, non pas Angers, Ancenis",
        None,
        {"destination": "44003"},
        ("origin",),
    ),
    ("friday week", "rdv vendredi en huit", None, {"deadline": "2026-12-04"}, ()),
    ("in three weeks", "ça commence dans 3 semaines", None, {"deadline": "2026-12-14"}, ()),
    ("a day gone by", "c'était le 15 novembre", None, {}, ("deadline",)),
    ("every monday", "tous les lundis", None, {}, ("deadline",)),
    ("five in the morning", "je commence à 5h du mat", None, {"arrival": "05:00", "hours": ["avant-6h"]}, ()),
    ("end of shift", "je finis à 22h", None, {"hours": ["apres-20h"]}, ("arrival",)),
    ("duration", "mon trajet c'est 2h aller", None, {}, ("arrival",)),
    ("bus time", "le bus passe pas avant 7h", None, {}, ("arrival",)),
    ("shifts", "équipe en 3x8", None, {"hours": ["irreguliers"]}, ()),
    ("age not in a phone number", "mon numéro 06 12 24 36 48", "age", {}, ("age",)),
    ("misspelt", "jabite a nante et jai le permi", None, {"origin": "44109", "licence": "b"}, ()),
    (
        "English",
        "my car broke down and I live in Laval",
        None,
        {"means": ["voiture-en-panne"], "origin": "53130"},
        (),
    ),
]


def read(u: Understanding, now: datetime, text: str, **more: Any) -> dict[str, Any]:
    return merge({}, u.read(text, now=now, **more).facts).profile


@pytest.mark.parametrize(("label", "text", "asked", "expect", "absent"), CASES, ids=[c[0] for c in CASES])
def test_reads_what_is_said(
    understanding: Understanding,
    monday: datetime,
    label: str,
    text: str,
    asked: str | None,
    expect: dict[str, Any],
    absent: tuple[str, ...],
) -> None:
    profile = read(understanding, monday, text, asked=asked)
    assert {name: profile.get(name) for name in expect} == expect
    assert {name: profile.get(name) for name in absent} == dict.fromkeys(absent)


def test_denial_removes_from_what_was_known(understanding: Understanding, monday: datetime) -> None:
    reading = understanding.read("j'ai plus de voiture", now=monday)
    assert merge({"means": ["voiture", "velo"]}, reading.facts).profile["means"] == ["velo"]


def test_corrected_place_replaces_the_one_in_the_profile(
    understanding: Understanding, monday: datetime
) -> None:
    profile = {"destination": "49007"}
    reading = understanding.read("non pas Angers, Ancenis", now=monday, profile=profile)
    assert merge(profile, reading.facts).profile["destination"] == "44003"


def test_someone_filling_in_for_another(understanding: Understanding, monday: datetime) -> None:
    reading = understanding.read("j'accompagne une dame de 45 ans, elle n'a pas le permis", now=monday)
    assert reading.about_other
    assert merge({}, reading.facts).profile.get("licence") == "aucun"


def test_ambiguous_place_is_asked_back(understanding: Understanding, monday: datetime) -> None:
    reading = understanding.read("44170", now=monday, asked="origin")
    (fact,) = [f for f in reading.facts if f.field == "origin"]
    assert fact.value is None
    assert fact.confirm
    assert len(fact.candidates) > 1


def test_the_words_one_language_has_read_are_not_read_again(
    understanding: Understanding, monday: datetime
) -> None:
    means = {
        language: [
            f.value for f in understanding.read("car", now=monday, language=language, asked="means").facts
        ]
        for language in ("en", "fr")
    }
    assert means == {"en": ["voiture"], "fr": ["transports-en-commun"]}


def test_a_small_word_of_another_language_is_no_french_word_misspelt(
    understanding: Understanding, monday: datetime
) -> None:
    assert understanding.read("la casa del pueblo", now=monday, language="es").facts == ()


def test_an_everyday_word_is_not_read_as_french(understanding: Understanding, monday: datetime) -> None:
    said = "cada semana un horario distinto"
    assert "statuses" not in {f.field for f in understanding.read(said, now=monday, language="es").facts}


def test_only_the_own_language_says_whose_trip_it_is(understanding: Understanding, monday: datetime) -> None:
    said = "mi hijo va al colegio en Laval"
    assert "destination" not in {f.field for f in understanding.read(said, now=monday, language="es").facts}


def test_a_changed_lexicon_changes_the_reading(tmp_path: Path, monday: datetime) -> None:
    data = Path(__file__).resolve().parents[2] / "data"
    shutil.copytree(data / "lexicons", tmp_path / "lexicons")
    (tmp_path / "places").symlink_to(data / "places")
    said = "je me déplace en zibulette"
    assert Understanding.load(tmp_path).read(said, now=monday, language="fr").facts == ()
    path = tmp_path / "lexicons" / "fr.yml"
    path.write_text(path.read_text(encoding="utf-8").replace("  bike: [", "  bike: [zibulette, ", 1), "utf-8")
    facts = Understanding.load(tmp_path).read(said, now=monday, language="fr").facts
    assert [(fact.field, fact.value) for fact in facts] == [("means", "velo")]
