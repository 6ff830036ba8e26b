"""The directory through the tamis: what is surveyed again is not worked out again, and is never somebody else's."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy.orm import Session, sessionmaker

from bot.database import connect, sessions
from bot.diagnostic import sieved
from bot.diagnostic.sieved import SievedDirectory
from bot.directory.importer import load_bundled
from bot.migrations import upgrade
from bot.settings import ROOT
from tests.diagnostic.building import NOW

DATA = ROOT / "data"
PROFILE: dict[str, Any] = {"origin": "49007", "statuses": ["demandeur-emploi"], "licence": "b"}


@pytest.fixture(scope="module")
def factory(tmp_path_factory: pytest.TempPathFactory) -> Iterator[sessionmaker[Session]]:
    folder: Path = tmp_path_factory.mktemp("sieved")
    engine = connect(f"sqlite:///{folder / 'relais.db'}")
    upgrade(engine)
    load_bundled(sessions(engine), DATA / "directory")
    yield sessions(engine)
    engine.dispose()


@pytest.fixture
def scene(factory: sessionmaker[Session]) -> SievedDirectory:
    return SievedDirectory.load(factory, DATA)


def test_the_same_again_is_the_same_and_right(scene: SievedDirectory, factory: sessionmaker[Session]) -> None:
    first = scene.survey(PROFILE, NOW)
    assert scene.survey(dict(reversed(PROFILE.items())), NOW + timedelta(hours=1)) is first
    assert list(first) == list(SievedDirectory.load(factory, DATA).survey(PROFILE, NOW))
    assert len(first) > 10


OTHERS = [
    ("another place", {**PROFILE, "origin": "53130"}, NOW),
    ("another status", {**PROFILE, "statuses": ["retraite"]}, NOW),
    ("nothing of the status", {"origin": "49007", "licence": "b"}, NOW),
    ("another day", PROFILE, NOW + timedelta(days=1)),
]


@pytest.mark.parametrize(("label", "profile", "now"), OTHERS, ids=[case[0] for case in OTHERS])
def test_another_is_surveyed_anew(
    scene: SievedDirectory, factory: sessionmaker[Session], label: str, profile: Any, now: Any
) -> None:
    first = scene.survey(PROFILE, NOW)
    found = scene.survey(profile, now)
    assert found is not first
    assert list(found) == list(SievedDirectory.load(factory, DATA).survey(profile, now))


def test_only_who_talks_is_remembered(scene: SievedDirectory, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sieved, "REMEMBERED", 2)
    first = scene.survey(PROFILE, NOW)
    for age in (20, 30):
        scene.survey({**PROFILE, "age": age}, NOW)
    assert len(scene._surveyed) == 2
    assert scene.survey(PROFILE, NOW) is not first
    assert b"49007" not in b"".join(scene._surveyed)
