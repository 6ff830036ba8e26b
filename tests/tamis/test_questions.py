from __future__ import annotations

import datetime as dt
from typing import Any

from bot.tamis.reader import Reader
from bot.tamis.tamis import Tamis, in_order

NOW = dt.date(2026, 11, 23)
SERVICES: list[dict[str, Any]] = [
    {"id": "a", "conditions_acces": "Permis B"},
    {"id": "b", "conditions_acces": "Permis B\nAvoir 18 ans minimum"},
    {"id": "c", "conditions_acces": "Avoir moins de 26 ans", "thematiques": ["mobilite--preparer-un-permis"]},
    {"id": "d", "conditions_acces": "Sur prescription"},
    {"id": "e", "conditions_acces": "Avoir 18 ans minimum", "extra": {"delai_jours": 200}},
]


def asked(tamis: Tamis, profile: dict[str, Any], **more: Any) -> list[str]:
    return [question.field for question in tamis.questions(profile, now=NOW, **more)]


def test_what_settles_most_comes_first(reader: Reader) -> None:
    tamis = Tamis.over(SERVICES, reader)
    licence, age, prescription = sorted(
        tamis.questions({}, now=NOW),
        key=lambda question: ["licence", "age", "prescription"].index(question.field),
    )
    assert (licence.offers, licence.alone, licence.askable) == (2, 1, True)
    assert (age.offers, age.alone) == (3, 2)
    assert not prescription.askable
    assert set(licence.because) == {"a", "b"}


def test_need_delay_distance_and_refusal_weigh(reader: Reader) -> None:
    tamis = Tamis.over(SERVICES, reader)
    assert asked(tamis, {"needs": ["mobilite--preparer-un-permis"]})[0] == "age"
    assert asked(tamis, {}, only=["a", "e"])[0] == "licence"
    assert asked(tamis, {}, only=["a", "c"], distances={"a": 300.0, "c": 1.0})[0] == "age"
    assert asked(tamis, {"age": 30, "licence": "b"}) == ["prescription"]
    refused = tamis.questions({"declined": ["licence"]}, now=NOW)
    assert [question.askable for question in refused if question.field == "licence"] == [False]


def test_same_answer_whatever_the_order(reader: Reader) -> None:
    straight = Tamis.over(SERVICES, reader).questions({}, now=NOW)
    mixed = Tamis.over(SERVICES[::-1], reader).questions({}, now=NOW)
    assert [(q.field, q.weight, q.offers) for q in straight] == [(q.field, q.weight, q.offers) for q in mixed]


def test_offers_are_shown_by_level_then_ready_then_delay_then_distance(reader: Reader) -> None:
    tamis = Tamis.over(
        [
            {"id": "late", "extra": {"delai_jours": 30}},
            {"id": "far"},
            {"id": "near"},
            {"id": "doubtful", "extra": {"a_verifier": "les conditions ont changé"}},
            {"id": "gone", "extra": {"fin": "2026-01-01"}},
            {"id": "local", "zone_eligibilite": ["49"]},
        ],
        reader,
    )
    decisions = tamis.sieve({"origin": "49099"}, now=NOW)
    shown = [decision.service_id for decision in in_order(decisions, {"near": 1.0, "far": 9.0, "late": 0.1})]
    assert shown == ["near", "far", "late", "doubtful", "gone", "local"]
