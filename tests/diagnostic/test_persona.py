from __future__ import annotations

import jsonschema

from bot.diagnostic.persona import Population
from bot.profile.codes import schema
from bot.settings import ROOT

POPULATION = Population.load(ROOT / "data")
PEOPLE = POPULATION.draw(320)


def test_the_same_people_every_time() -> None:
    assert Population.load(ROOT / "data").draw(320) == PEOPLE


def test_every_language_channel_and_behaviour_is_there() -> None:
    for kind, listed in (("language", "languages"), ("behaviour", "behaviours"), ("channel", "channels")):
        assert {getattr(persona, kind) for persona in PEOPLE} == set(POPULATION.spec[listed])


def test_their_profiles_follow_the_schema() -> None:
    checker = jsonschema.Draft202012Validator(schema())
    for persona in PEOPLE:
        assert [error.message for error in checker.iter_errors(dict(persona.profile))] == []
        assert [error.message for error in checker.iter_errors(persona.told())] == []


def test_they_live_all_over_the_region() -> None:
    homes = {persona.profile["origin"] for persona in PEOPLE}
    assert {home[:2] for home in homes} == set(POPULATION.spec["departements"])
    assert len(homes) > 150


def test_what_is_refused_is_not_told() -> None:
    refusing = [persona for persona in PEOPLE if persona.refuses]
    assert refusing
    for persona in refusing:
        assert not persona.refuses & (set(persona.told()) | set(persona.opening))
        assert persona.told()["declined"] == sorted(persona.refuses)


def test_means_and_licence_go_together() -> None:
    for persona in PEOPLE:
        if "voiture" in persona.profile["means"]:
            assert persona.profile["licence"] in ("b", "b-automatique")


def test_who_starts_before_dawn_works_before_dawn() -> None:
    early = [persona.profile for persona in PEOPLE if persona.profile.get("arrival", "12:00") < "06:00"]
    assert early
    assert all(profile["hours"] == ["avant-6h"] for profile in early)
