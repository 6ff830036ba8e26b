"""The offer at the desk: searched, sieved for a person, reported, its reading corrected; the day's page."""

from __future__ import annotations

import re

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.directory.importer import version
from bot.directory.snapshot import Snapshot
from bot.handover.offer import KeptOffer, Offer
from bot.handover.tables import Audit
from bot.tamis import tables
from bot.tamis.places import Register
from bot.tamis.reader import Reader
from tests.directory.samples import service
from tests.handover.conftest import DATA, MONDAY
from tests.handover.desk.conftest import House

READER = Reader.load(DATA, Register.load(DATA))
SERVICES = [
    service("asso--auto", publics_precisions="De 18 à 25 ans", extra={"structure": {"nom": "Les Mauges"}}),
    service("asso--velo", nom="Prêt de vélos", thematiques=["mobilite--entretenir-reparer-son-vehicule"]),
    service("asso--nord", nom="Voiture du Nord", zone_eligibilite=["59"], code_insee="59350"),
]
MARK = re.compile(r'name="mark" value="([^"]+)"')


class OnShelf:
    """The offer made of these services and of the corrections kept."""

    def __init__(self, house: House) -> None:
        self._house = house
        self.services = SERVICES

    def current(self) -> Offer:
        with self._house.make() as session:
            snapshot = Snapshot.of(self.services, today=MONDAY.date(), version=version(session))
            return Offer(snapshot, READER, tables.corrections(session))


@pytest.fixture
def shelf(house: House) -> OnShelf:
    made = OnShelf(house)
    house.offer.shelf = made
    return made


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({"q": "voitures cholet"}, []),
        ({"q": "vélos"}, ["asso--velo"]),
        ({"q": "mauges"}, ["asso--auto"]),
        ({"q": "", "commune": "cholet"}, ["asso--auto", "asso--velo"]),
        ({"q": "", "commune": "49099", "theme": "mobilite--acceder-a-un-vehicule"}, ["asso--auto"]),
        ({"q": "voiture"}, ["asso--auto", "asso--nord", "asso--velo"]),
    ],
    ids=str,
)
def test_the_offer_is_searched_by_words_place_and_theme(
    house: House, shelf: OnShelf, query: dict[str, str], found: list[str]
) -> None:
    page = house.signed("Ana", "p49").get("/desk/services", params=query)
    assert sorted(set(re.findall(r'href="/desk/services/(asso--[a-z]+)"', page.text))) == found


def test_a_commune_nobody_knows_is_said(house: House, shelf: OnShelf) -> None:
    page = house.signed("Ana", "p49").get("/desk/services", params={"commune": "Trifouillis"})
    assert "Cette commune n’est pas connue" in page.text


def test_a_reading_is_corrected_and_counts_at_once(house: House, shelf: OnShelf) -> None:
    ana = house.signed("Ana", "p49")
    page = ana.get("/desk/services/asso--auto")
    assert "de 18 à 25 ans" in page.text and "« De 18 à 25 ans »" in page.text
    zone = next(
        at
        for at, one in enumerate(shelf.current().reading("asso--auto").criteria)  # type: ignore[union-attr]
        if one.field == "origin"
    )
    form = {
        "mark": MARK.search(page.text)[1],  # type: ignore[index]
        "keep": [str(zone)],
        "kind": ["status", ""],
        "value": ["rsa", ""],
        "text": ["dit par la responsable", ""],
    }
    done = ana.post("/desk/services/asso--auto/reading", **form)
    assert "Lecture corrigée" in done.text and "Lecture corrigée par : conseillère, conseiller" in done.text
    read = shelf.current().reading("asso--auto")
    assert read is not None and [one.field for one in read.criteria] == ["origin", "statuses"]
    again = ana.post("/desk/services/asso--auto/reading", **form)
    assert again.status_code == 409 and "Cette fiche a changé" in again.text
    back = ana.post("/desk/services/asso--auto/reading", mark=MARK.search(done.text)[1], do="withdraw")  # type: ignore[index]
    assert "La lecture automatique compte de nouveau" in back.text
    with house.make() as session:
        assert [one.author for one in tables.corrections(session)["asso--auto"]] == [
            "conseillère, conseiller"
        ] * 2
        assert session.scalars(select(Audit.action).where(Audit.action == "correct")).all() == ["correct"] * 2


def test_a_text_that_changed_asks_for_a_review(house: House, shelf: OnShelf) -> None:
    ana = house.signed("Ana", "p49")
    page = ana.get("/desk/services/asso--auto")
    ana.post("/desk/services/asso--auto/reading", mark=MARK.search(page.text)[1])  # type: ignore[index]
    shelf.services = [{**SERVICES[0], "publics_precisions": "De 18 à 30 ans"}, *SERVICES[1:]]
    assert "À revoir" in ana.get("/desk/services/asso--auto").text
    assert "Lectures corrigées à revoir" in ana.get("/desk/day").text


def test_a_condition_without_its_words_is_refused(house: House, shelf: OnShelf) -> None:
    ana = house.signed("Ana", "p49")
    page = ana.get("/desk/services/asso--auto")
    mark = MARK.search(page.text)[1]  # type: ignore[index]
    refused = ana.post(
        "/desk/services/asso--auto/reading", mark=mark, kind=["age", ""], value=["16-25", ""], text=["", ""]
    )
    assert refused.status_code == 422
    with house.make() as session:
        assert tables.corrections(session) == {}


def test_a_service_is_reported_from_its_page_and_seen_on_the_day(house: House, shelf: OnShelf) -> None:
    ana = house.signed("Ana", "p49")
    ana.get("/desk/services/asso--auto")
    done = ana.post("/desk/services/asso--auto/report", kind="full", until="2027-01-04")
    assert "signalé : Complet, jusqu’au 4 janv. 2027" in done.text
    assert "Location solidaire de voitures" in ana.get("/desk/day").text
    assert ana.post("/desk/services/nobody/report", kind="full").status_code == 404


@pytest.mark.parametrize(
    ("said", "usable", "blocked"),
    [
        ({"origin": "Cholet"}, 2, 0),
        ({"origin": "Cholet", "age": "40"}, 1, 1),
        ({"origin": "Cholet", "age": "20", "needs": "mobilite--acceder-a-un-vehicule"}, 1, 0),
    ],
    ids=str,
)
def test_the_offer_is_sieved_for_a_person(
    house: House, shelf: OnShelf, said: dict[str, str], usable: int, blocked: int
) -> None:
    page = house.signed("Ana", "p49").post("/desk/sieve", **said)
    assert f"Offres possibles : {usable}" in page.text
    assert (f"Fermées à cette personne : {blocked}" in page.text) is bool(blocked)


@pytest.mark.parametrize("said", [{"age": "-1"}, {"age": "beaucoup"}, {"deadline": "demain"}, {"age": "999"}])
def test_what_is_no_profile_is_refused(house: House, shelf: OnShelf, said: dict[str, str]) -> None:
    assert house.signed("Ana", "p49").post("/desk/sieve", origin="Cholet", **said).status_code == 422


def test_a_case_is_sieved_without_what_the_person_cut(house: House, shelf: OnShelf, session: Session) -> None:
    profile = {"age": 40, "statuses": ["rsa"]}
    handover = house.handover(profile=profile, cut=["age"])
    house.thread.profiles["c1"] = {"origin": "49023", **profile}
    ana = house.signed("Ana", "p49")
    page = ana.get(f"/desk/cases/{handover}/sieve").text
    assert 'value="rsa" checked' in page and 'value="Beaupréau-en-Mauges"' in page
    assert 'value="40"' not in page and "Offres possibles : 2" in page
    assert house.signed("Eve", "p44").get(f"/desk/cases/{handover}/sieve").status_code == 404
    assert session.scalars(select(Audit.handover_id).where(Audit.action == "sieve")).all() == [handover]


def test_the_day_counts_what_waits_and_what_is_late(house: House, shelf: OnShelf) -> None:
    house.handover(profile={"urgency": "U1"})
    house.handover(profile={"urgency": "U4"})
    page = house.signed("Ana", "p49").get("/desk/day").text
    counted = dict(re.findall(r"<div><dt>([^<]+)</dt><dd[^>]*>(\d+)</dd></div>", page))
    assert counted["En attente"] == "2" and counted["À rappeler sous 24 heures"] == "1"
    assert counted["En retard"] == "0" and counted["Services nouveaux"] == "0"
    elsewhere = house.signed("Eve", "p44").get("/desk/day").text
    assert dict(re.findall(r"<div><dt>([^<]+)</dt><dd>(\d+)</dd></div>", elsewhere))["En attente"] == "0"


def test_segments_are_counted_before_sending(house: House, shelf: OnShelf) -> None:
    handover = house.handover()
    ana = house.signed("Ana", "p49")
    ana.get(f"/desk/cases/{handover}")
    assert ana.post(f"/desk/cases/{handover}/segments", text="a").status_code == 409, "not held"
    ana.post(f"/desk/cases/{handover}/claim")
    assert ana.post(f"/desk/cases/{handover}/segments", text="a" * 200).json() == {
        "segments": 2,
        "said": "SMS : 2",
    }


def test_the_kept_offer_follows_the_directory(house: House) -> None:
    kept = KeptOffer(house.make, DATA)
    assert kept.current() is kept.current()
    before = kept.current()
    with house.make.begin() as session:
        from bot.directory.importer import touch

        touch(session)
    assert kept.current() is not before
