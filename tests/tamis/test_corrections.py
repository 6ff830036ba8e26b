from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from sqlalchemy.orm import Session

from bot.database import Base, connect, sessions
from bot.tamis.codec import from_data, to_data
from bot.tamis.corrections import Correction, digest, overlay
from bot.tamis.criteria import Criterion, Situation
from bot.tamis.reader import Reader
from bot.tamis.tables import correct, corrections
from bot.tamis.tamis import Tamis

WHEN = dt.datetime(2026, 11, 23, 9, tzinfo=dt.UTC)
SERVICE: dict[str, Any] = {"id": "a", "conditions_acces": "Aimer le vélo", "publics": ["jeunes", "etudiants"]}
ONLY_RSA = Criterion(Situation("rsa"), "RSA uniquement (au téléphone)", "correction")


def made(
    criteria: tuple[Criterion, ...] | None, version: int = 1, service: dict[str, Any] = SERVICE
) -> Correction:
    return Correction("a", version, "Nadia", WHEN, digest(service), criteria)


def test_a_correction_replaces_what_was_read(reader: Reader) -> None:
    reading = overlay(reader.read(SERVICE), SERVICE, [made((ONLY_RSA,))], reader)
    assert (reading.criteria, reading.level, reading.corrected_by, reading.unread) == (
        (ONLY_RSA,),
        4,
        "Nadia",
        (),
    )


def test_it_stands_while_the_text_stands_then_asks_to_be_looked_at(reader: Reader) -> None:
    synced = {**SERVICE, "publics": ["etudiants", "jeunes"], "date_maj": "2026-11-22", "telephone": "x"}
    assert overlay(reader.read(synced), synced, [made((ONLY_RSA,))], reader).criteria == (ONLY_RSA,)
    changed = {**SERVICE, "conditions_acces": "Permis B"}
    reading = overlay(reader.read(changed), changed, [made((ONLY_RSA,))], reader)
    assert reading.to_review and reading.criteria == reader.read(changed).criteria


def test_the_last_version_counts_and_may_withdraw(reader: Reader) -> None:
    read = reader.read(SERVICE)
    assert overlay(read, SERVICE, [made((), 2), made((ONLY_RSA,), 1)], reader).criteria == ()
    assert overlay(read, SERVICE, [made((ONLY_RSA,), 1), made(None, 2)], reader) == read


def test_versions_are_kept(reader: Reader) -> None:
    engine = connect("sqlite://")
    Base.metadata.create_all(engine, tables=[Base.metadata.tables["tamis_corrections"]])
    session: Session
    with sessions(engine)() as session:
        for criteria in ([ONLY_RSA], None, []):
            correct(session, "a", author="Nadia", made_at=WHEN, digest=digest(SERVICE), criteria=criteria)
        kept = corrections(session, ["a", "b"])
    engine.dispose()
    assert [correction.version for correction in kept["a"]] == [1, 2, 3]
    assert [correction.criteria for correction in kept["a"]] == [(ONLY_RSA,), None, ()]
    tamis = Tamis.over([SERVICE], reader, corrections=kept)
    assert [decision.status for decision in tamis.sieve({}, now=WHEN.date())] == ["open"]


def test_only_changed_texts_are_read_again(reader: Reader, monkeypatch: pytest.MonkeyPatch) -> None:
    services = [
        SERVICE,
        {"id": "b", "conditions_acces": "Permis B"},
        {"id": "c", "conditions_acces": "Sur prescription"},
    ]
    first = Tamis.over(services, reader, corrections={"c": [Correction("c", 1, "Nadia", WHEN, "old", ())]})
    read: list[str] = []
    plainly = reader.read

    def watched(service: Any) -> Any:
        read.append(service["id"])
        return plainly(service)

    monkeypatch.setattr(reader, "read", watched)
    then = Tamis.over(
        [*services[:1], {**services[1], "date_maj": "2026-11-22"}, services[2]], reader, before=first
    )
    assert read == ["b", "c"]
    assert [then.reading(name) for name in ("a", "b", "c")] == [plainly(service) for service in services]


@pytest.mark.parametrize(
    "text",
    [
        "Jeunes de 16 à 25 ans (30 ans si RQTH), permis B depuis 2 ans",
        "Complet jusqu'en mars 2027",
        "Ouvert du 1er juin au 30 septembre",
        "Habitants de Cholet ou Saumur, QF < 800, sauf étudiants",
        "Uniquement pour un entretien, locaux non accessibles aux PMR",
        "Dispositif valable jusqu'au 30 juin 2027",
    ],
)
def test_criteria_survive_the_journey_to_json(reader: Reader, text: str) -> None:
    read = reader.read({"id": "a", "conditions_acces": text, "date_maj": "2026-10-01"}).criteria
    assert tuple(from_data(to_data(criterion)) for criterion in read) == read
    assert read


@pytest.mark.parametrize(
    "data",
    [
        {},
        {"expression": {"criterion": "Magic"}, "text": "x", "source_field": "y"},
        {"expression": {"criterion": "Licence", "colour": "b"}, "text": "x", "source_field": "y"},
        {"expression": 3, "text": "x", "source_field": "y"},
    ],
)
def test_bad_criteria_are_refused(data: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"criterion|part"):
        from_data(data)
