from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import pytest
from sqlalchemy import Engine
from sqlalchemy.orm import Session, sessionmaker

import bot.directory.tables
import bot.handover.tables
import bot.observatory.tables
import bot.tamis.tables  # noqa: F401
from bot.database import Base, connect, sessions
from bot.handover.platform import Platform
from bot.handover.wording import Wording, wording
from bot.sealing import Sealer, seal

DATA = Path(__file__).resolve().parents[2] / "data"
MONDAY = datetime.fromisoformat("2026-11-23T09:00:00+01:00")
SUNDAY = datetime.fromisoformat("2026-11-22T10:00:00+01:00")
OFFICE = "Mo-Fr 09:00-12:30,14:00-17:00; PH off"


@dataclass(frozen=True)
class Somewhere:
    code: str
    name: str
    epci: str
    epci_name: str
    departement: str
    region: str


COMMUNES = {
    commune.code: commune
    for commune in (
        Somewhere("49023", "Beaupréau-en-Mauges", "200060010", "CA Mauges Communauté", "49", "52"),
        Somewhere("49099", "Cholet", "200071678", "CA Agglomération du Choletais", "49", "52"),
        Somewhere("44131", "Pornic", "200067346", "CA Pornic Agglo Pays de Retz", "44", "52"),
        Somewhere("44109", "Nantes", "244400404", "Nantes Métropole", "44", "52"),
        Somewhere("85191", "La Roche-sur-Yon", "248500589", "La Roche-sur-Yon Agglomération", "85", "52"),
        Somewhere("75056", "Paris", "200054781", "Métropole du Grand Paris", "75", "11"),
    )
}


class SomePlaces:
    def commune(self, code: str) -> Somewhere | None:
        return COMMUNES.get(code)

    def distance_km(self, a: str, b: str) -> float | None:
        return {("49023", "49099"): 17.6}.get((a, b))


PLATFORMS = (
    Platform(
        "retz", "Inseretz", "epci", epci=frozenset({"200067346"}), hours=OFFICE, languages=frozenset({"fr"})
    ),
    Platform(
        "p44", "Plateforme 44", departements=frozenset({"44"}), hours=OFFICE, languages=frozenset({"fr"})
    ),
    Platform(
        "p49", "Plateforme 49", departements=frozenset({"49"}), hours=OFFICE, languages=frozenset({"fr"})
    ),
    Platform(
        "pdl",
        "Relais régional",
        "region",
        departements=frozenset({"44", "49", "53", "72", "85"}),
        hours=OFFICE,
        languages=frozenset({"fr"}),
    ),
)


@pytest.fixture
def places() -> SomePlaces:
    return SomePlaces()


@pytest.fixture
def words() -> Wording:
    return wording(DATA)


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    made = seal(connect(f"sqlite:///{tmp_path / 'desk.db'}"), Sealer("k" * 32))
    Base.metadata.create_all(made)
    yield made
    made.dispose()


@pytest.fixture
def make(engine: Engine) -> sessionmaker[Session]:
    return sessions(engine)


@pytest.fixture
def session(make: sessionmaker[Session]) -> Iterator[Session]:
    with make() as opened:
        yield opened
