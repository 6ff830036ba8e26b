from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy.orm import Session, sessionmaker

from bot.directory import overlays
from bot.directory.importer import load, load_bundled, version
from bot.directory.readers import Row
from bot.directory.search import UnknownCommune
from bot.directory.snapshot import Snapshot
from bot.settings import ROOT
from tests.directory.samples import service, structure

CHOLET = "49099"


def _snapshot(factory: sessionmaker[Session], today: date, *records: dict[str, Any]) -> Snapshot:
    load(factory, [("given", Row(number, None, record)) for number, record in enumerate(records, start=1)])
    with factory() as session:
        return Snapshot.load(session, today=today)


def test_a_service_in_reach_says_how_far_how_old_and_whose(
    factory: sessionmaker[Session], today: date
) -> None:
    snapshot = _snapshot(factory, today, service(), structure())
    (reach,) = snapshot.reach(CHOLET, themes=["mobilite"], now=today)
    assert reach.service["id"] == "test--1"
    assert reach.service["date_maj"] == "2026-09-01"
    assert reach.service["extra"]["structure"]["nom"] == "Association d'essai"
    assert (reach.age_days, reach.stale, reach.remote, reach.scope) == (82, False, False, "departement")
    assert reach.distance_km is not None
    assert reach.road_km is not None
    assert 0 < reach.distance_km < reach.road_km
    assert snapshot.version == 1


def test_without_a_place_everything_is_in_play_at_no_distance(
    sqlite_factory: sessionmaker[Session], today: date
) -> None:
    snapshot = _snapshot(
        sqlite_factory,
        today,
        service("a--1"),
        service("a--2", nom="Ailleurs", zone_eligibilite=["44"], latitude=44.0),
    )
    found = snapshot.reach(None, now=today)
    assert [(reach.service["id"], reach.distance_km) for reach in found] == [("a--1", None), ("a--2", None)]


def test_a_service_without_a_point_stands_at_its_commune(
    sqlite_factory: sessionmaker[Session], today: date
) -> None:
    snapshot = _snapshot(sqlite_factory, today, service(longitude=None, latitude=None))
    (reach,) = snapshot.reach(CHOLET, now=today)
    assert reach.approximate
    assert reach.distance_km == 0


def test_the_radius_can_be_chosen(sqlite_factory: sessionmaker[Session], today: date) -> None:
    snapshot = _snapshot(sqlite_factory, today, service(latitude=47.3))
    assert [reach.service["id"] for reach in snapshot.reach(CHOLET, now=today)] == ["test--1"]
    assert snapshot.reach(CHOLET, now=today, radius_km=15) == []


def test_an_unknown_commune_is_refused(sqlite_factory: sessionmaker[Session], today: date) -> None:
    with pytest.raises(UnknownCommune):
        _snapshot(sqlite_factory, today, service()).reach("00000", now=today)


def test_the_same_offer_of_every_agency_is_shown_once_the_nearest(
    sqlite_factory: sessionmaker[Session], today: date
) -> None:
    agencies = [
        service(f"ft--{number}", structure_id=f"ft--s{number}", latitude=47.06 + number / 50)
        for number in range(4)
    ]
    other = service("ft--9", nom="Prêt de vélos")
    snapshot = _snapshot(sqlite_factory, today, *reversed(agencies), other)
    found = snapshot.reach(CHOLET, now=today)
    assert [(reach.service["id"], reach.copies) for reach in found] == [
        ("ft--0", ("ft--1", "ft--2", "ft--3")),
        ("ft--9", ()),
    ]
    assert len(snapshot.reach(CHOLET, now=today, fold=False)) == 5


def test_only_the_themes_asked_for_are_loaded(sqlite_factory: sessionmaker[Session], today: date) -> None:
    _snapshot(sqlite_factory, today, service("a--1"), service("a--2", thematiques=["sante--addictions"]))
    with sqlite_factory() as session:
        assert set(Snapshot.load(session, themes=["mobilite"], today=today).services) == {"a--1"}


LOCAL = [
    ("full until a date", "full", {"until": date(2026, 12, 1)}, "full"),
    ("full, no date", "full", {}, "full"),
    ("was full", "full", {"until": date(2026, 11, 1)}, None),
    ("ended", "ended", {}, "ended"),
    ("wrong as a whole", "wrong", {}, "wrong"),
    ("one field wrong", "wrong", {"field": "telephone"}, None),
    ("a waiting time", "wait", {"note": "trois semaines"}, None),
    ("a note", "note", {"note": "sonner deux fois"}, None),
]


@pytest.mark.parametrize(("label", "kind", "more", "form"), LOCAL, ids=[case[0] for case in LOCAL])
def test_local_knowledge_survives_a_sync_and_says_who(
    factory: sessionmaker[Session], today: date, label: str, kind: Any, more: dict[str, Any], form: str | None
) -> None:
    before = _snapshot(factory, today, service())
    with factory.begin() as session:
        overlays.add(session, "test--1", kind, author_role="conseillère mobilité", today=today, **more)
        assert version(session) > before.version
    (reach,) = _snapshot(factory, today, service(nom="Nouveau nom")).reach(CHOLET, now=today)
    assert (reach.held.form if reach.held else None) == form
    assert reach.service["extra"]["local"][0]["author_role"] == "conseillère mobilité"
    assert reach.service["extra"]["local"][0]["said_on"] == "2026-11-22"
    if reach.held:
        assert "conseillère mobilité" in reach.held.evidence


def test_local_knowledge_expires_and_can_be_taken_back(factory: sessionmaker[Session], today: date) -> None:
    _snapshot(factory, today, service())
    with factory.begin() as session:
        first = overlays.add(session, "test--1", "ended", author_role="garagiste", today=today).id
    with factory.begin() as session:
        assert list(overlays.in_force(session, today)) == ["test--1"]
        assert overlays.in_force(session, date(2028, 1, 1)) == {}
        assert overlays.withdraw(session, first, today)
        assert not overlays.withdraw(session, first, today)
        assert overlays.in_force(session, today) == {}


@pytest.mark.parametrize("changes", [{"kind": "gossip"}, {"author_role": " "}])
def test_local_knowledge_needs_a_kind_and_a_role(
    sqlite_factory: sessionmaker[Session], today: date, changes: dict[str, Any]
) -> None:
    given: dict[str, Any] = {"kind": "note", "author_role": "conseiller", **changes}
    with (
        sqlite_factory() as session,
        pytest.raises(ValueError, match=r"kind of local knowledge|role is needed"),
    ):
        overlays.add(session, "test--1", today=today, **given)


def test_our_own_records_are_in_reach_of_the_whole_region(
    sqlite_factory: sessionmaker[Session], today: date
) -> None:
    load_bundled(sqlite_factory, Path(ROOT / "data" / "directory"))
    with sqlite_factory() as session:
        snapshot = Snapshot.load(session, today=today)
    for commune in ("44109", "49023", "53130", "72181", "85113"):
        found = snapshot.reach(commune, themes=["mobilite"], now=today)
        assert any(reach.held is None for reach in found), commune
        assert len({reach.service["id"] for reach in found}) == len(found)
